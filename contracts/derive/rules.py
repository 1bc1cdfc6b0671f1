"""Each conditional rule, broken alone: the request fits `when`, breaks `then` and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from proofsheet.contracts.case import Case
from proofsheet.contracts.checks.refusals import NamesFields, RefusedAs
from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.request_bodies import breaks, is_formed, whole
from proofsheet.contracts.derive.rule_breaking import Draft, broken
from proofsheet.contracts.derive.samples import case_of, sample
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.expectation import Expectation
from proofsheet.spec.document import Operation, Rule


def rules(source: Source, operation: Operation) -> Iterator[Derived]:
    """One requirement for each way to break each rule."""
    for index, rule in enumerate(operation.rules):
        mended = [_mended(operation, rule, each) for each in broken(operation, rule)]
        drafts = [each for each in mended if _alone(operation, rule, each)]
        names = list(dict.fromkeys(each.name for each in drafts))
        for name in names:
            topic = f"rules.{_slug(rule.name)}" + (f".{name}" if len(names) > 1 else "")
            says = f"{rule.name}: refused otherwise ({name})"
            also = _stands_on(operation, rule, f"/x-rules/{index}")
            wanted = source.requirement(operation, topic, says, f"/x-rules/{index}", also=also)
            same = [each for each in drafts if each.name == name]
            cases = [_case(operation, rule, topic, each, wanted.id, len(same) > 1) for each in same]
            yield Derived(wanted, tuple(cases))


def _stands_on(operation: Operation, rule: Rule, at: str) -> Iterator[str]:
    """Everything in the rule, but for the alternatives that only a success could show; and its outcome."""
    for name in ("when", "then"):
        places = provenance.below(getattr(rule, name), f"{at}/{name}")
        yield from (each for each in places if not re.search(r"/anyOf/\d+", each) or "imum" in each)
    if rule.outcome:
        yield f"{at}/outcome"
        yield from provenance.answer(operation, rule.outcome)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _case(operation: Operation, rule: Rule, topic: str, draft: Draft, wanted: str, several: bool) -> Case:
    outcome = rule.outcome or operation.policy.outcome("validate", draft.fault)
    expects: list[Expectation] = [RefusedAs(wanted, outcome)]
    # A rule with an outcome of its own says it in words of its own, and one of several fields may be named.
    if not rule.outcome and draft.fault != "anyOf":
        expects.append(NamesFields(wanted, (draft.name,)))
    headers = {"accept": draft.accept} if draft.accept else {}
    name = f"{topic}.{draft.fault}" if several else topic
    case = case_of(operation, name, draft.body, tuple(expects), headers=headers)
    return case.sending(path_params=draft.paths)


def _mended(operation: Operation, rule: Rule, draft: Draft) -> Draft:
    """The draft with the fields that the other rules require of it."""
    seen = whole(operation, draft.body, draft.paths, draft.accept)
    missing = {
        name: sample(operation, name)
        for other in operation.rules
        if other is not rule and breaks(other, seen)
        for name in other.then.get("required", ())
        if name != draft.name
    }
    return replace(draft, body={**missing, **draft.body})


def _alone(operation: Operation, rule: Rule, draft: Draft) -> bool:
    seen = whole(operation, draft.body, draft.paths, draft.accept)
    broken_ones = [each for each in operation.rules if breaks(each, seen)]
    return is_formed(operation, draft.body) and broken_ones == [rule]
