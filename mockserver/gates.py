"""The gates: plain functions over a Call, in the document's order. A gate lets pass or raises Refusal.

Their only effect outside the call is on the State (a hit counted, credits held).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from mockserver.call import Call, Refusal
from mockserver.double import CompiledRule, Double
from mockserver.images import Unreadable, Upload
from spec import pointers
from spec.document import Operation, Picture
from spec.schemas import Flaw, coerce

KEY = re.compile(r"[\x21-\x7e]{1,256}")
MOST_SAID = 200  # characters of a value that a message repeats


def admit(call: Call, double: Double) -> None:
    """Lead a call through its operation's gates. Raises Refusal at the first that says no."""
    for name in call.operation.policy.precedence:
        GATES[name](call, double)


def credential(headers: dict[str, str], operation: Operation) -> str | None:
    """The key a request carries, by the first security scheme that fits; None if there is none."""
    for scheme in operation.schemes:
        value = headers.get(scheme.header, "").strip()
        if any(value.lower() + " " == each.prefix for each in operation.schemes):
            continue  # the scheme's name and nothing after it
        if value.lower().startswith(scheme.prefix) and (key := value[len(scheme.prefix) :].strip()):
            return key
    return None


def authenticate(call: Call, double: Double) -> None:
    if call.key is None:
        raise Refusal("authenticate", "missing")
    known = double.settings.keys
    if not KEY.fullmatch(call.key) or (known is not None and call.key not in known):
        raise Refusal("authenticate", "unknown")
    if known is not None and known[call.key].revoked:
        raise Refusal("authenticate", "revoked")
    trigger = double.triggers.for_key(call.key)
    if trigger and trigger.gate == "authenticate":
        raise Refusal("authenticate", trigger.kind)
    _end_early(call, trigger.outcomes if trigger else ())


def rate_limit(call: Call, double: Double) -> None:
    limit = call.operation.policy.rate_limit
    if limit and double.settings.rate_limit and not double.state.hit(call.key or "", limit):
        raise Refusal("rate-limit")


def body_size(call: Call, double: Double) -> None:
    if call.oversized:
        raise Refusal("body-size", "limit")


def negotiate(call: Call, double: Double) -> None:
    if not call.representation:
        raise Refusal("negotiate", "unsupported")


def media_type(call: Call, double: Double) -> None:
    if call.body_problem:
        raise Refusal("media-type", call.body_problem)


def path(call: Call, double: Double) -> None:
    for parameter, schema in double.checks[call.operation.id].parameters:
        if parameter.place == "path":
            value = coerce(call.path_params[parameter.name], dict(parameter.schema))
            for flaw in schema.flaws(value):
                raise Refusal("path", flaw.kind, (_named(flaw, parameter.name),))


def validate(call: Call, double: Double) -> None:
    checks = double.checks[call.operation.id]
    flaws = [*call.flaws, *_parameter_flaws(call, double)]
    if checks.body is not None:
        instance = _instance(call)
        seen = {flaw.field for flaw in flaws}
        flaws += [flaw for flaw in checks.body.flaws(instance) if flaw.field not in seen]
        flaws += _picture_flaws(call)
        if isinstance(instance, dict) and checks.rules:
            flaws += _rule_flaws(call, checks.rules, instance, flaws)
    if flaws:
        raise Refusal("validate", flaws[0].kind, tuple(flaws))


def language(call: Call, double: Double) -> None:
    if any(each.gate == "language" for each in double.triggers.for_prompts(prompts(call))):
        raise Refusal("language")
    if double.settings.language and any(map(double.language.is_foreign, prompts(call))):
        raise Refusal("language")


def moderation(call: Call, double: Double) -> None:
    for trigger in double.triggers.for_prompts(prompts(call)):
        if trigger.gate == "moderation":
            raise Refusal("moderation")


def charge(call: Call, double: Double) -> None:
    call.cost = price(call)
    if call.cost and not double.state.reserve(call.key or "", call.cost):
        raise Refusal("charge", "short", (_shortage(call, double),))
    call.reserved = bool(call.cost)


GATES: dict[str, Callable[[Call, Double], None]] = {
    "authenticate": authenticate,
    "rate-limit": rate_limit,
    "body-size": body_size,
    "negotiate": negotiate,
    "media-type": media_type,
    "path": path,
    "validate": validate,
    "language": language,
    "moderation": moderation,
    "charge": charge,
}


def price(call: Call) -> Decimal:
    """What the call costs if it succeeds, in credits."""
    cost = call.operation.cost
    if cost is None:
        return Decimal(0)
    credits = Decimal(str(cost.credits.pick(call.fields)))
    return credits * _times(call, cost.per) if cost.per else credits


def _times(call: Call, field: tuple[str, ...]) -> int:
    value = field_value(call, field)
    return value if isinstance(value, int) and 1 <= value <= 100 else 1


def field_value(call: Call, field: tuple[str, ...]) -> Any:
    """A field's value, or its schema's default, or None."""
    found = next(pointers.find(call.fields, field), None)
    if found is None and call.operation.body and len(field) == 1:
        return call.operation.body.defaults.get(field[0])
    return found


def prompts(call: Call) -> list[str]:
    """The texts that say what to draw."""
    artifact = call.operation.artifact
    if artifact is None:
        return []
    found = (value for field in artifact.prompts for value in pointers.find(call.fields, field))
    return [value for value in found if isinstance(value, str)]


def choose_representation(call: Call, double: Double) -> str:
    """The media type of a success by the Accept header; empty if the vendor would refuse."""
    checks = double.checks[call.operation.id]
    found = _pick(call, checks.candidates(call.headers.get("accept") or "*/*"))
    if not found and call.operation.policy.unsupported_accept == "default":
        return _pick(call, checks.usual)
    return found


def _pick(call: Call, candidates: tuple[str, ...]) -> str:
    drawn = artifact_media(call)
    return next((each for each in candidates if drawn in (None, each) or not _is_picture(each)), "")


def _is_picture(media_type: str) -> bool:
    return media_type.startswith("image/")


def artifact_media(call: Call) -> str | None:
    """The media type in which the request wants its artifact; None if the operation makes none."""
    artifact = call.operation.artifact
    return None if artifact is None else str(artifact.media.pick(call.fields))


def _end_early(call: Call, outcomes: tuple[str, ...]) -> None:
    for name in outcomes:
        if name in call.operation.outcomes:
            raise Refusal("trigger", outcome=name)


def _named(flaw: Flaw, name: str) -> Flaw:
    return Flaw(flaw.kind, name, flaw.params)


def _parameter_flaws(call: Call, double: Double) -> Iterator[Flaw]:
    for parameter, schema in double.checks[call.operation.id].parameters:
        if parameter.place == "path":
            continue
        source = call.headers if parameter.place == "header" else call.query
        text = source.get(parameter.name.lower() if parameter.place == "header" else parameter.name)
        if text is not None:
            for flaw in schema.flaws(coerce(text, dict(parameter.schema))):
                yield _named(flaw, parameter.name)
        elif parameter.required:
            yield Flaw("required", parameter.name)


def _instance(call: Call) -> Any:
    # A file is a string to the schema; what is in it is judged by _picture_flaws.
    return {**call.fields, **dict.fromkeys(call.files, "")} if call.files else call.fields


def _picture_flaws(call: Call) -> Iterator[Flaw]:
    body = call.operation.body
    for name, upload in call.uploads.items():
        yield from _upload_flaws(name, upload, body.pictures[name]) if body else ()


def _upload_flaws(name: str, upload: Upload | Unreadable, wanted: Picture) -> Iterator[Flaw]:
    options = {"options": " | ".join(f"'{each}'" for each in wanted.formats)}
    if isinstance(upload, Unreadable):
        yield Flaw(f"picture-{upload.reason}", name, options)
        return
    if upload.format not in wanted.formats:
        yield Flaw("picture-format", name, options)
        return
    least, most = sorted((upload.width, upload.height))
    pixels = upload.width * upload.height
    bounds = {
        "picture-min-side": (wanted.min_side, -least),
        "picture-max-side": (wanted.max_side, most),
        "picture-min-pixels": (wanted.min_pixels, -pixels),
        "picture-max-pixels": (wanted.max_pixels, pixels),
    }
    for kind, (limit, value) in bounds.items():
        if limit is not None and value > (-limit if value < 0 else limit):
            yield Flaw(kind, name, {"limit": limit})


def _rule_flaws(
    call: Call, rules: tuple[CompiledRule, ...], instance: dict[str, Any], flaws: list[Flaw]
) -> list[Flaw]:
    defaults = call.operation.body.defaults if call.operation.body else {}
    whole = {**defaults, **instance, "$sent": instance, "$path": call.path_params}
    whole["$representation"] = call.representation
    seen = {flaw.field for flaw in flaws}
    found: list[Flaw] = []
    for each in rules:
        if each.rule.outcome and flaws:
            continue  # a rule with a name of its own speaks only when nothing else is wrong
        if not each.when.is_valid(whole) or each.then.is_valid(whole):
            continue
        if each.rule.outcome:
            broken = (Flaw("rule", each.rule.name, {**whole, "limit": ""}),)
            raise Refusal("validate", "rule", broken, outcome=each.rule.outcome, says=each.rule.says)
        found += _said(each.rule.says, each.then.flaws(whole), seen)
    return found


def _said(says: str | None, flaws: list[Flaw], seen: set[str]) -> Iterator[Flaw]:
    for flaw in flaws:
        field = flaw.field.removeprefix("$sent.")
        if field not in seen:
            yield Flaw(flaw.kind, field, {**flaw.params, "says": says})


def _shortage(call: Call, double: Double) -> Flaw:
    rate = Decimal(str(call.operation.policy.credit_usd or 0))
    balance = double.state.balance(call.key or "") or Decimal(0)
    params = {"need": call.cost, "have": balance}
    dollars = {f"{name}_usd": _plain(value * rate) for name, value in params.items()}
    return Flaw("short", "balance", {**params, **dollars})


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def wording(call: Call, refusal: Refusal) -> list[str]:
    """What a refusal says, one sentence per flaw, in the document's words; empty if it has none."""
    table = call.operation.policy.wording
    flaws = refusal.flaws or (Flaw(refusal.kind, ""),)
    found = []
    for flaw in flaws:
        template = refusal.says or flaw.params.get("says") or table.get(f"{refusal.gate}.{flaw.kind}")
        if template:
            found.append(_fill(template, call, flaw))
        elif refusal.flaws:
            found.append(f"{flaw.field}: is invalid ({flaw.kind})")
    return found


def _fill(template: str, call: Call, flaw: Flaw) -> str:
    values = {**flaw.params, "field": flaw.field, "masked": mask(call.key or "")}
    values = {name: _short(value) for name, value in values.items()}
    return re.sub(r"\{(\w+)\}", lambda match: str(values.get(match[1], match[0])), template)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= MOST_SAID else text[: MOST_SAID - 1] + "…"


def mask(key: str) -> str:
    """A key as the vendor's message shows it: seven characters, asterisks, four characters."""
    return key[:7] + "*" * max(len(key) - 11, 0) + key[-4:] if len(key) > 14 else "*" * len(key)
