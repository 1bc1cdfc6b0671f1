"""What a judgement needs to know, from options and a target.toml, checked before anything is sent."""

from __future__ import annotations

import difflib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from proofsheet.contracts.client.target import (
    NONE,
    PERMISSIONS,
    BadTarget,
    Target,
    key_from,
    permitted,
    target,
)
from proofsheet.contracts.client.target_file import KEYS, from_file
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.plan.plan import Plan, is_asked, plan
from proofsheet.contracts.requirement import PROFILES
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library
from proofsheet.spec.overlay import BadOverlay
from proofsheet.spec.yaml_reader import Unreadable

BUDGET = Decimal(60)  # credits; the core profile fits
EXPLORE = 25  # examples for each operation in the extended profile


class BadUse(ValueError):
    """Settings that cannot be taken; the text says what was expected and what to do."""


@dataclass(frozen=True)
class Wanted:
    """Options as given; None where the target.toml or a default decides. `key` wins over where it is kept."""

    name: str
    url: str | None = None
    key: str | None = None
    key_env: str | None = None
    key_file: Path | None = None
    target_file: Path | None = None
    profile: str | None = None
    budget: Decimal | None = None
    allow: Sequence[str] = ()
    only: Sequence[str] = ()
    seed: int | None = None
    explore: int | None = None
    sends: bool = True  # False: nothing is sent, so neither target nor key are needed


@dataclass(frozen=True)
class Settings:
    """Options as they hold. `deviations` are those of the target.toml, expired ones too."""

    name: str
    document: Document
    source: Source
    plan: Plan
    target: Target | None
    profile: str
    permissions: frozenset[str]
    budget: Decimal
    seed: int
    explore: int
    key_env: str | None
    deviations: Mapping[str, Mapping[str, Any]]
    only: tuple[str, ...] = ()

    def asks(self, requirement: str) -> bool:
        """Whether --only asks for a requirement."""
        return is_asked(requirement, self.only)


def settings(wanted: Wanted) -> Settings:
    """The settings for what is wanted. Raises BadUse."""
    try:
        return _settings(wanted)
    except (BadTarget, LookupError, Unreadable, BadOverlay) as problem:
        raise BadUse(str(problem)) from None


def _settings(wanted: Wanted) -> Settings:
    table = from_file(wanted.target_file) if wanted.target_file else {}
    source = load(wanted.name)
    profile = wanted.profile or table.get("profile", "core")
    permissions = permitted(table.get("permissions", ()), wanted.allow)
    if profile not in PROFILES:
        raise BadUse(f"profile is one of {', '.join(PROFILES)}, came {profile!r}")
    if strangers := sorted(permissions - set(PERMISSIONS)):
        raise BadUse(f"permissions are {', '.join((*PERMISSIONS, NONE))}, came {', '.join(strangers)}")
    seed = secrets.randbelow(2**31) if wanted.seed is None else wanted.seed
    accounts = {f"{name}-key" for name in KEYS if {f"{name}_key_env", f"{name}_key_file"} & table.keys()}
    made = plan(source, profile, tuple(wanted.only), permissions | accounts, seed, table.get("prompts", {}))
    if not made.requirements:
        raise BadUse(_unknown(source, profile, wanted.only))
    env, aim = _aim(source.document, wanted, table)
    return Settings(
        name=wanted.name,
        document=source.document,
        source=replace(source, seed=seed, prompts=table.get("prompts", {})),
        plan=made,
        target=aim,
        profile=profile,
        permissions=permissions | accounts,
        budget=BUDGET if wanted.budget is None else wanted.budget,
        seed=seed,
        explore=(EXPLORE if profile == "extended" else 0) if wanted.explore is None else wanted.explore,
        key_env=env,
        deviations=_deviations(source, table.get("deviations", {})),
        only=tuple(wanted.only),
    )


def _unknown(source: Source, profile: str, only: Sequence[str]) -> str:
    """What is wrong with an --only that asks for nothing, and what could have been meant."""
    known = plan(source, "extended").requirements
    asked = next((each.profile for each in known if is_asked(each.id, only)), None)
    text = f"no requirement of the profile {profile} is or begins with {', '.join(map(repr, only))}"
    if asked:
        return f"{text}; --profile {asked} has it"
    starts = {".".join(each.id.split(".")[:length]) for each in known for length in range(2, 6)}
    near = difflib.get_close_matches(only[0].strip(" .*") if only else "", starts, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else f"an id looks like {known[0].id}"
    return f"{text}; {hint}"


def load(name: str) -> Source:
    """The document `name` with the claims of its family. Raises LookupError, Unreadable, BadOverlay."""
    library = Library()
    return Source(library.load(name), library.claims(name))


def _aim(document: Document, wanted: Wanted, table: Mapping[str, Any]) -> tuple[str | None, Target | None]:
    """The variable that holds the key, and the target. Options win over the file."""
    url = wanted.url or table.get("url")
    env = wanted.key_env or (None if wanted.key_file else table.get("key_env"))
    file = wanted.key_file or (Path(table["key_file"]) if "key_file" in table and not env else None)
    if not wanted.sends:
        return env, None
    if url is None:
        raise BadUse("where? give --url, or --target with a url in it (or --dry-run)")
    extra = {name.lower(): text for name, text in table.get("headers", {}).items()}
    _refuse_credentials(document, extra)
    keys = {name: key for name in KEYS if (key := _account(table, name))}
    key = wanted.key or key_from(env, file)
    aim = target(str(url), key, extra=extra, keys=keys)
    _refuse_operations(document, aim.url)
    if key is None:
        raise BadUse("with which key? give --key-env or --key-file; any text will do where no key is needed")
    return env, replace(aim, url=document.at(aim.url))


def _refuse_credentials(document: Document, headers: Mapping[str, str]) -> None:
    """Refuse a header of the target.toml where the document has the key."""
    fields = {
        each.field for one in document.operations.values() for each in one.schemes if each.place == "header"
    }
    if taken := sorted(fields & headers.keys()):
        raise BadUse(f"headers.{taken[0]}: the suite writes this header itself, with the key")


def _refuse_operations(document: Document, url: str) -> None:
    """Refuse an address with the path of an operation at its end, as it stands on a vendor's page."""
    paths = sorted({each.path for each in document.operations.values()})
    if path := next((each for each in paths if url.endswith(each)), None):
        base = url.removesuffix(path)
        raise BadUse(
            f"--url ends with {path}, which the suite adds itself; give what stands before it: {base}"
        )


def _account(table: Mapping[str, Any], name: str) -> str | None:
    """The key of another account."""
    env, file = table.get(f"{name}_key_env"), table.get(f"{name}_key_file")
    return key_from(env, Path(file) if file else None, name)


def _deviations(source: Source, known: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The known deviations of a target.toml, held against the requirements there are."""
    for name, each in known.items():
        if not isinstance(each, dict) or set(each) != {"reason", "until"}:
            raise BadUse(
                f'deviations: expected [deviations."ID"], and in it reason = "…" and until = 2027-01-31; '
                f"look at {name}"
            )
        if not isinstance(each["reason"], str):
            raise BadUse(f"deviations.{name}.reason: expected a text, came {each['reason']!r}")
        if type(each["until"]) is not date:
            raise BadUse(f"deviations.{name}.until: expected a date such as 2027-01-31")
    if known and (strangers := set(known) - {each.id for each in plan(source, "extended").requirements}):
        raise BadUse(f"deviations: there is no requirement {', '.join(sorted(strangers))}")
    return {name: dict(each) for name, each in known.items()}
