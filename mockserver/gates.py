"""The gates: plain functions over a Call, in the document's order. A gate lets pass or raises Refusal.

Their only effect outside the call is on the State (a hit counted, credits held).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.follow_ups import active_tasks, follow_up
from proofsheet.mockserver.granted_keys import holder, use
from proofsheet.mockserver.kept_answers import kept
from proofsheet.mockserver.limits import counted_by, duration, resource_name
from proofsheet.mockserver.picture_tokens import TOKENS
from proofsheet.mockserver.refusal import Refusal
from proofsheet.mockserver.validation import path, validate
from proofsheet.mockserver.writing import writing
from proofsheet.spec.schemas import Flaw
from proofsheet.spec.security import WELL_FORMED


def admit(call: Call, double: Double) -> None:
    """Lead a call through its operation's gates. Raises Refusal at the first that says no."""
    for name in call.operation.policy.precedence:
        GATES[name](call, double)


def authenticate(call: Call, double: Double) -> None:
    if call.key is None and call.operation.is_open:
        return
    if call.key is None:
        raise Refusal("authenticate", "missing")
    known, owner = double.settings.keys, holder(call, double)
    if owner is None:
        raise Refusal("authenticate", "unknown")
    if owner != call.key:
        call.other_keys = (*call.other_keys, call.key)
    call.key = owner
    if not WELL_FORMED.fullmatch(call.key) or (known is not None and call.key not in known):
        raise Refusal("authenticate", "unknown")
    if known is not None and known[call.key].revoked:
        raise Refusal("authenticate", "revoked")
    trigger = double.triggers.for_key(call.key)
    if trigger and trigger.gate == "authenticate":
        raise Refusal("authenticate", trigger.kind)
    _end_early(call, trigger.outcomes if trigger else ())


def rate_limit(call: Call, double: Double) -> None:
    limit = call.operation.policy.rate_limit
    if limit is None or not double.settings.rate_limit:
        return
    counted = counted_by(call, limit)
    if not double.state.hit(call.account, limit, counted):
        found = double.state.allowance(call.account, limit, counted)
        said = {"limit": limit.requests, "used": found.used, "wait": duration(found.some)}
        raise Refusal("rate-limit", "most", (Flaw("most", "", {**said, "value": resource_name(call)}),))


def token_limit(call: Call, double: Double) -> None:
    limit = call.operation.policy.token_limit
    if limit is None or not double.settings.rate_limit:
        return
    requested, counted = used_tokens(call), counted_by(call, limit)
    if not requested or double.state.spend(call.account, limit, requested, counted):
        return
    found = double.state.allowance(call.account, limit, counted)
    said = {"limit": limit.tokens, "used": found.used, "requested": requested, "wait": duration(found.some)}
    kind = "larger" if requested > limit.tokens else "most"
    raise Refusal("token-limit", kind, (Flaw(kind, "", {**said, "value": resource_name(call)}),))


def used_tokens(call: Call) -> int:
    """How many tokens a call reads and writes."""
    written = writing(call)
    if written is None:
        return TOKENS["$tokens.total"](call)
    return written.prompt_tokens + written.completion_tokens


def body_size(call: Call, double: Double) -> None:
    if call.oversized:
        raise Refusal("body-size", "limit")


def negotiate(call: Call, double: Double) -> None:
    if not call.representation:
        raise Refusal("negotiate", "unsupported")


def media_type(call: Call, double: Double) -> None:
    if call.body_problem:
        taken = [each.media_type for each in call.operation.bodies]
        said = {"value": call.headers.get("content-type", ""), "options": ", ".join(taken)}
        raise Refusal("media-type", call.body_problem, (Flaw(call.body_problem, "", said, path=()),))


def resource(call: Call, double: Double) -> None:
    role = call.operation.resource
    if role is None or role.id is None:
        return
    field = role.id.text.rpartition("/")[2]
    name = call.evaluate(role.id)
    if name is None:
        name = call.known_fields.get(field)
    found = role.of.named(str(name), double.state.now())
    if found is None:
        raise Refusal("resource", "missing", (Flaw("missing", field, {"value": name}),))
    if not role.fits(found):
        raise Refusal("resource", "unfit", (Flaw("unfit", field, {"value": name, "says": role.says}),))
    call.resource = found


def language(call: Call, double: Double) -> None:
    forced = any(each.gate == "language" for each in double.triggers.for_prompts(call.prompts))
    if forced or (double.settings.language and any(map(double.language.is_foreign, call.prompts))):
        _refuse_or_end(call, "language")


def moderation(call: Call, double: Double) -> None:
    if any(each.gate == "moderation" for each in double.triggers.for_prompts(call.prompts)):
        _refuse_or_end(call, "moderation")


def _refuse_or_end(call: Call, gate: str) -> None:
    """Refuse, or where the refusal is a state of the task to come, let the task end in it."""
    name = call.operation.policy.outcome(gate, "")
    if call.lifecycle is None or name not in call.lifecycle.finals:
        raise Refusal(gate)
    call.end = name


def charge(call: Call, double: Double) -> None:
    writing(call)  # what it costs may be a matter of how many tokens there are
    if call.cost and not use(call, double):
        raise Refusal("charge", "uses")
    if call.cost and not double.state.reserve(call.account, call.cost, call.id):
        have = (double.state.balance(call.account) or Decimal(0)) - double.state.held(call.account)
        dollars = Decimal(str(call.operation.policy.credit_usd or 0))
        raise Refusal("charge", "short", (_shortage(call.cost, have, dollars),))
    call.reserved = bool(call.cost)


def _end_early(call: Call, outcomes: tuple[str, ...]) -> None:
    for name in outcomes:
        if name in call.operation.outcomes:
            raise Refusal("trigger", outcome=name)


def _shortage(need: Decimal, have: Decimal, dollars: Decimal) -> Flaw:
    """What is missing: credits, of which each is worth so many dollars."""
    amounts = {"need": need, "have": have, "need_usd": need * dollars, "have_usd": have * dollars}
    return Flaw("short", "balance", {name: _plain(each) for name, each in amounts.items()}, place="")


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


# The document says in which order they are passed; here those stand together that look at the same thing.
GATES: dict[str, Callable[[Call, Double], None]] = {
    "authenticate": authenticate,
    "rate-limit": rate_limit,
    "body-size": body_size,
    "negotiate": negotiate,
    "media-type": media_type,
    "resource": resource,
    "kept": kept,
    "language": language,
    "moderation": moderation,
    "token-limit": token_limit,
    "charge": charge,
    "path": path,
    "validate": validate,
    "follow-up": follow_up,
    "active-tasks": active_tasks,
}
