"""Rules about claims: every statement of a vendor page leads to where the document says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.lint.context import Context, Found
from proofsheet.spec.lint.well_formed import broken
from proofsheet.spec.load_errors import Unknown
from proofsheet.spec.yaml_reader import BadFile, Source, read


def formed(context: Context) -> Iterator[Found]:
    """The claims file has the form that spec/shapes.yaml gives it."""
    if source := _file(context):
        for found in broken(context.vocabulary.claims, source.value, ""):
            yield Found(found.pointer, found.message, source)


def leading(context: Context) -> Iterator[Found]:
    """Every claim leads somewhere, or says why not; its page is a source's."""
    source = _file(context)
    if source is None or list(formed(context)):
        return
    yield from _pages(context, source)
    documents = _Documents(context, {})
    seen: set[str] = set()
    for index, claim in enumerate(source.value["claims"]):
        for message in (*_plain(claim, source.value["pages"], seen), *_astray(documents, claim)):
            yield Found(f"/claims/{index}", f"{claim['id']}: {message}", source)
        seen.add(claim["id"])


def _pages(context: Context, source: Source) -> Iterator[Found]:
    known = context.source.value.get("x-sources", {})
    for page, each in source.value["pages"].items():
        if (
            known.get(each["source"], {}).get("page", each["source"] if each["source"] in known else "")
            != page
        ):
            at = pointers.join("pages", page)
            yield Found(at, f"{page} is not the page of {each['source']} in x-sources; mend one", source)


def _plain(claim: Mapping[str, Any], pages: Mapping[str, Any], seen: set[str]) -> Iterator[str]:
    if claim["id"] in seen:
        yield "two claims have this id; rename one"
    for page in claim["pages"]:
        if page not in pages:
            yield f"{page!r} is not among `pages` above; add it"
    if not claim["encoded"] and not claim.get("why"):
        yield "is encoded nowhere; add a pointer, or `why` not"
    needs_why = not claim["testable"] or claim.get("kind") in ("mistake", "superseded")
    if needs_why and not claim.get("why"):
        yield "is untestable, a mistake or superseded; add `why`"


@dataclass(frozen=True)
class _Documents:
    """The family and its variants as written, each read once."""

    context: Context
    read: dict[str, Any]

    def named(self, variant: str | None) -> Any:
        if variant is None:
            return self.context.source.value
        if variant not in self.read:
            self.read[variant] = self.context.library.source(variant).value
        return self.read[variant]


def _astray(documents: _Documents, claim: Mapping[str, Any]) -> Iterator[str]:
    try:
        document = documents.named(claim.get("variant"))
    except (Unknown, BadFile) as error:
        yield f"the variant cannot be loaded: {error}"
        return
    for pointer in claim["encoded"]:
        if not leads(document, pointer):
            yield f"{pointer} leads nowhere; mend the pointer"


def leads(document: Any, pointer: str) -> bool:
    """Whether something stands at `pointer`, $refs followed on the way."""
    node = document
    for token in pointers.split(pointer):
        try:
            node = pointers.step(_followed(document, node, token), token)
        except KeyError:
            return False
    return True


def _followed(document: Any, node: Any, token: str) -> Any:
    while isinstance(node, dict) and token not in node and isinstance(node.get("$ref"), str):
        node = pointers.get(document, node["$ref"].removeprefix("#"))
    return node


def _file(context: Context) -> Source | None:
    return read(context.claims) if context.claims.is_file() else None
