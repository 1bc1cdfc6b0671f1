"""What a judgement needs to know, from options and a target.toml, checked before anything is sent."""

from __future__ import annotations

import difflib
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from proofsheet.contracts.client.address import problem
from proofsheet.contracts.client.callback_receiver import CallbackAddress, callback_address
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
from proofsheet.contracts.derive.callbacks import NEEDS as CALLBACKS
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.known_deviations import known_deviations
from proofsheet.contracts.layers import BadUse, Layer, Layers, option
from proofsheet.contracts.plan.plan import ALLOWED, Plan, is_selected, plan
from proofsheet.contracts.plan.task_times import at_once, patiently
from proofsheet.contracts.requirement import PROFILES
from proofsheet.spec.document import Document
from proofsheet.spec.load import HOME, Library
from proofsheet.spec.shutdowns import as_of, day_of
from proofsheet.spec.yaml_reader import BadFile

BUDGET = Decimal(150)  # credits; the core profile fits
LEAST_BUDGET = Decimal("1.5")  # US dollars: what that is where a credit is a cent
EXPLORE = 25  # examples for each operation in the extended profile


@dataclass(frozen=True)
class Settings:
    """What a run holds to. `origins` says where each came from; nothing here shows a key.

    `rate` is in requests per second, `concurrency` in requests; so many `tasks` may be unfinished at once.
    `patience` is how many seconds one is waited for (None: as the document has it), `task_seconds` how many
    one takes at this target. `deviations` are those of the target.toml, expired ones too.
    """

    source: Source
    plan: Plan
    target: Target | None = None  # None: nothing is sent
    url: str | None = None  # as it was given
    profile: str = "core"
    permissions: frozenset[str] = ALLOWED
    budget: Decimal = BUDGET
    seed: int = 0
    explore: int = 0
    only: tuple[str, ...] = ()
    rate: float | None = None
    concurrency: int = 1
    tasks: int = 1
    patience: float | None = None
    task_seconds: float | None = None
    key_env: str | None = None  # the variable that holds the key
    key_place: str = ""  # in words
    headers: tuple[str, ...] = ()  # names of those that every request has
    deviations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    callbacks: CallbackAddress | None = None  # where the target may send them
    report: Path = Path("report.jsonl")
    day: date | None = None  # the day as of which the document is judged by
    origins: Mapping[str, str] = field(default_factory=dict)

    @property
    def document(self) -> Document:
        """What is judged by."""
        return self.source.document

    @property
    def name(self) -> str:
        """The document's name."""
        return self.document.name

    @property
    def aim(self) -> Target:
        """The target of a run that sends."""
        assert self.target is not None
        return self.target


@dataclass(frozen=True)
class Kept:
    """Where the key is kept: `kind` is key (itself), key_env or key_file; empty where it is nowhere."""

    kind: str
    where: Any = field(repr=False)

    def key(self) -> str | None:
        """The key. Raises BadTarget."""
        if self.kind in ("", "key"):
            return str(self.where) if self.kind else None
        is_file = self.kind == "key_file"
        return key_from(None if is_file else self.where, Path(self.where) if is_file else None)

    def __str__(self) -> str:
        words = {"key": "given itself", "key_env": f"variable {self.where}", "key_file": f"file {self.where}"}
        return words.get(self.kind, "")


def settings(
    name: str, given: Mapping[str, Any], earlier: Mapping[str, Any] | None = None, sends: bool = True
) -> Settings:
    """The settings of a run: what is `given`, else as in an `earlier` run, in the target.toml, or by default.

    Where nothing is sent, neither target nor key are needed. Raises BadUse.
    """
    try:
        return _settings(name, given, earlier or {}, sends)
    except (BadTarget, LookupError, BadFile) as problem:
        raise BadUse(str(problem)) from None


def _settings(name: str, given: Mapping[str, Any], earlier: Mapping[str, Any], sends: bool) -> Settings:
    path = given.get("target_file")
    table = from_file(path) if path else {}
    layers = Layers(
        (Layer(given, option), Layer(earlier, lambda each: "--resume"), Layer(table, lambda each: str(path)))
    )
    profile = layers.pick("profile", "core")
    if profile not in PROFILES:
        raise BadUse(f"profile is one of {', '.join(PROFILES)}, came {profile!r}")
    permissions = _permissions(layers, table)
    url = layers.pick("url", origin="not given")
    callbacks = _callbacks(layers, url if sends else None)
    permissions |= {CALLBACKS} if callbacks else set()
    seed = layers.pick("seed", origin="chance")
    seed = secrets.randbelow(2**31) if seed is None else seed
    prompts, only = layers.pick("prompts", {}), tuple(layers.pick("only", ()))
    day = layers.pick("date", origin="today") or today()
    source = replace(load(name, given.get("home"), day), seed=seed, prompts=prompts)
    _refuse_address(source.document, url)
    patience = layers.pick("patience", origin="the document")
    spares = given.get("spares", True)  # an item of pytest must be there whatever the seed
    made = patiently(plan(source, profile, only, permissions, seed, prompts, spares), patience)
    _refuse_unknown(source, profile, only, made)
    kept = Kept(*layers.either("key", "key_env", "key_file"))
    thorough = profile == "extended"
    return Settings(
        source=source,
        plan=made,
        target=_aim(source.document, layers, table, url, kept) if sends else None,
        url=url,
        day=day,
        profile=profile,
        permissions=permissions,
        budget=layers.pick("budget", _usual_budget(source.document)),
        seed=seed,
        explore=layers.pick("explore", EXPLORE if thorough else 0, f"profile {profile}"),
        only=only,
        rate=layers.pick("rate", origin="the document"),
        concurrency=layers.pick("concurrency", 1),
        tasks=layers.pick("tasks", *at_once(source.document, made)),
        patience=patience,
        task_seconds=layers.pick("task_seconds", origin="the document"),
        key_env=kept.where if kept.kind == "key_env" else None,
        key_place=str(kept),
        headers=tuple(layers.pick("headers", {})),
        deviations=known_deviations(source, layers.pick("deviations", {}), _others(source, given)),
        callbacks=callbacks,
        report=layers.pick("report", Path(f"{name}.jsonl")),
        origins=layers.origins,
    )


def _permissions(layers: Layers, table: Mapping[str, Any]) -> frozenset[str]:
    """What may be done: `paid`, what is added, and what other accounts' keys allow."""
    own, added = table.get("permissions", ()), layers.pick("allow", ())
    layers.origins["permissions"] = ", ".join(
        ["default", *(["target.toml"] if own else []), *([layers.origins["allow"]] if added else [])]
    )
    found = permitted(own, added)
    if unknown := sorted(found - set(PERMISSIONS)):
        raise BadUse(f"permissions are {', '.join((*PERMISSIONS, NONE))}, came {', '.join(unknown)}")
    return found | {f"{name}-key" for name in KEYS if {f"{name}_key_env", f"{name}_key_file"} & table.keys()}


def _callbacks(layers: Layers, target: str | None) -> CallbackAddress | None:
    """Where callbacks are received, if anywhere. Raises BadUse."""
    listen, url = layers.pick("callback_listen"), layers.pick("callback_url")
    if listen is None and url is not None:
        raise BadUse(f"--callback-url {url}: where does it lead? Give --callback-listen HOST:PORT too")
    try:
        return callback_address(listen, url, target) if listen is not None else None
    except ValueError as problem:
        raise BadUse(str(problem)) from None


def _refuse_unknown(source: Source, profile: str, only: Sequence[str], made: Plan) -> None:
    """Raise BadUse where a run would judge nothing, or one of several --only is in no profile: mistyped."""
    if not made.requirements:
        raise BadUse(_unknown(source, profile, only))
    missed = [each for each in only if not any(is_selected(one.id, (each,)) for one in made.requirements)]
    known = plan(source, "extended").requirements if missed else ()
    for each in missed:
        if not any(is_selected(one.id, (each,)) for one in known):
            raise BadUse(_unknown(source, profile, (each,)))


def _unknown(source: Source, profile: str, only: Sequence[str]) -> str:
    """What is wrong with an --only that asks for nothing, and what could have been meant."""
    known = plan(source, "extended").requirements
    asked = next((each.profile for each in known if is_selected(each.id, only)), None)
    more = f" or {len(only) - 3} more" if len(only) > 3 else ""
    text = f"no requirement of the profile {profile} is or begins with {', '.join(map(repr, only[:3]))}{more}"
    if asked:
        return f"{text}; --profile {asked} has it"
    starts = {".".join(each.id.split(".")[:length]) for each in known for length in range(2, 6)}
    near = difflib.get_close_matches(only[0].strip(" .*") if only else "", starts, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else f"an id looks like {known[0].id}"
    return f"{text}; {hint}"


def load(name: str, home: Path | None = None, day: date | None = None) -> Source:
    """The document `name` of `home`, or of those that come with proofsheet, as of a day, and its claims.

    Raises LookupError, BadFile.
    """
    library = Library(home or HOME)
    return Source(as_of(library.load(name), day or today()), library.claims(name))


def today() -> date:
    """The day, in UTC."""
    return day_of(time.time())


def load_all(name: str, home: Path | None = None) -> tuple[Source, ...]:
    """The document `name` and the parts of its family; of a vendor all that it sells. Raises as `load`."""
    return tuple(load(each, home) for each in Library(home or HOME).with_parts(name))


def _aim(document: Document, layers: Layers, table: Mapping[str, Any], url: str | None, kept: Kept) -> Target:
    """Where requests go, and as whom."""
    if url is None:
        raise BadUse("where? give --url, or --target with a url in it (or --dry-run)")
    extra = {name.lower(): text for name, text in layers.pick("headers", {}).items()}
    _refuse_credentials(document, extra)
    keys = {name: key for name in KEYS if (key := _account(table, name))}
    aim = target(url, kept.key(), extra=extra, keys=keys)
    if aim.key is None:
        raise BadUse("with which key? give --key-env or --key-file; any text will do where no key is needed")
    return replace(aim, url=document.at(aim.url))


def _refuse_credentials(document: Document, headers: Mapping[str, str]) -> None:
    """Refuse a header of the target.toml where the document has the key."""
    fields = {
        each.field for one in document.operations.values() for each in one.schemes if each.place == "header"
    }
    if taken := sorted(fields & headers.keys()):
        raise BadUse(f"headers.{taken[0]}: the suite writes this header itself, with the key")


def _usual_budget(document: Document) -> Decimal:
    """In credits: BUDGET, or as many as LEAST_BUDGET buys where one is worth less than a cent."""
    return max(BUDGET, LEAST_BUDGET / Decimal(str(document.credit_usd or 1)))


def _refuse_address(document: Document, url: str | None) -> None:
    """Refuse what is no address, also where nothing is sent."""
    if url is not None:
        if wrong := problem(url):
            raise BadUse(f"--url {wrong}")
        _refuse_operations(document, url.rstrip("/"))


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


def _others(source: Source, given: Mapping[str, Any]) -> set[str]:
    return {*Library(given.get("home") or HOME).families()} - {source.family}
