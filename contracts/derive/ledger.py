"""Money: the operation that reports the balance is asked around pictures and refusals."""

from __future__ import annotations

from collections.abc import Iterator

from proofsheet.contracts.case import PaidConstraint
from proofsheet.contracts.checks.money import BalanceMoves, CostsItsPrice, RefusalsAreFree
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.spec import pointers
from proofsheet.spec.document import Document, Operation


def balance_of(document: Document) -> Operation | None:
    """The operation whose success binds the balance."""
    return next((each for each in document.operations.values() if _place(each)), None)


def _place(operation: Operation) -> str | None:
    """The pointer to the bound balance, below the operation."""
    for media_type, each in operation.success.representations.items():
        for tokens, expression in each.binds:
            if expression.text == "$ledger.balance":
                example = ("content", media_type, "examples", operation.success.name, "x-bind")
                place = pointers.join("responses", str(operation.success.status), *example)
                return place + pointers.join(pointers.join(*tokens))
    return None


TWO_MEGAPIXELS = (2048, 1024)


def ledger(source: Source, operation: Operation) -> Iterator[Derived]:
    """What a picture and a refusal cost, seen in the balance; nobody else may use the key meanwhile."""
    if balance_of(source.document) is None:
        return
    if at := _place(operation):
        says = "the balance shows within seconds what was paid"
        wanted = source.requirement(operation, "moves", says, at, profile="core")
        yield Derived(wanted, ledger=BalanceMoves(wanted.id))
    if operation.cost is None or operation.artifact is None:
        return
    credits = operation.cost.credits
    also = (f"/x-cost/credits/table/{credits.default}", "/x-cost/per", "/x-cost")
    says = "a success takes its documented credits from the balance"
    wanted = source.requirement(operation, "cost", says, "/x-cost/credits", also=also, profile="core")
    plain = PaidConstraint(operation.id, CostsItsPrice(wanted.id))
    yield Derived(wanted, paid=(plain,), ledger=CostsItsPrice(wanted.id))
    yield from _by_choice(source, operation)
    yield from _by_megapixels(source, operation)
    says = "no refusal takes anything from the balance"
    wanted = source.requirement(operation, "cost.refusals", says, "/x-cost/charged")
    yield Derived(wanted, ledger=RefusalsAreFree(wanted.id))


def _by_megapixels(source: Source, operation: Operation) -> Iterator[Derived]:
    """What a result of two megapixels costs, where further ones cost more and two fields give its sides."""
    sides = operation.artifact.sides if operation.artifact else None
    if sides is None or operation.cost is None or not operation.cost.megapixel:
        return
    says = f"a megapixel beyond the first takes {operation.cost.megapixel} credits more from the balance"
    at = "/x-cost/megapixel"
    wanted = source.requirement(operation, "cost.megapixel", says, at, profile="extended")
    expect, fields = (
        CostsItsPrice(wanted.id),
        dict(zip((each[0] for each in sides), TWO_MEGAPIXELS, strict=True)),
    )
    yield Derived(wanted, paid=(PaidConstraint(operation.id, expect, None, fields),), ledger=expect)


def _by_choice(source: Source, operation: Operation) -> Iterator[Derived]:
    """What each other choice costs, a picture each; asked of the balance after that picture alone."""
    credits = operation.cost.credits if operation.cost else None
    if credits is None or not credits.table:
        return
    name = credits.field[0]
    for key, price in credits.table.items():
        if key != credits.default:
            says = f"{name} {key} takes {price} credits from the balance"
            at = f"/x-cost/credits/table{pointers.join(key)}"
            wanted = source.requirement(operation, f"cost.of.{key}", says, at, profile="extended")
            expect = CostsItsPrice(wanted.id)
            constraint = PaidConstraint(operation.id, expect, None, {name: key})
            yield Derived(wanted, paid=(constraint,), ledger=expect)
