"""Rules of form: what must hold before any other rule can look at a document."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import Any

import jsonschema_rs

from proofsheet.spec import pointers
from proofsheet.spec.lint.context import Context, Found
from proofsheet.spec.lint.places import Place

# Of JSON Schema 2020-12 and OpenAPI 3.1.
_OF_SCHEMAS = """
$anchor $comment $defs $dynamicAnchor $dynamicRef $id $ref $schema $vocabulary additionalProperties allOf
anyOf const contains contentEncoding contentMediaType contentSchema default dependentRequired deprecated
dependentSchemas description discriminator else enum example examples exclusiveMaximum exclusiveMinimum
externalDocs format if items maxContains maxItems maxLength maxProperties maximum minContains minItems
minLength minProperties minimum multipleOf not oneOf pattern patternProperties prefixItems properties
propertyNames readOnly required then title type unevaluatedItems unevaluatedProperties uniqueItems writeOnly
xml
"""
KEYWORDS_OF_SCHEMAS = frozenset(_OF_SCHEMAS.split())


def shape(context: Context) -> Iterator[Found]:
    """The loader reads every part of the document."""
    return broken(context.vocabulary.document, context.resolved, "")


def known(context: Context) -> Iterator[Found]:
    """Every x- keyword is in the vocabulary, every other one of a schema in JSON Schema or OpenAPI."""
    for place in context.of_kind("schema"):
        for name in place.node:
            if not name.startswith("x-") and name not in KEYWORDS_OF_SCHEMAS:
                hint = _hint(name, KEYWORDS_OF_SCHEMAS, "is a comma in a text that has no quotes?")
                yield Found(_at(place, name), f"{name!r} is no keyword of JSON Schema; {hint}")
    names = context.vocabulary.keywords
    for place, name in _keywords(context):
        if name not in names:
            hint = _hint(name, names, "define it in spec/extensions.yaml or remove it")
            yield Found(_at(place, name), f"{name} is no known keyword; {hint}")


def _hint(name: str, known: Iterable[str], otherwise: str) -> str:
    """What may have been meant."""
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else otherwise


def placed(context: Context) -> Iterator[Found]:
    """Every x- keyword stands where code looks for it."""
    for place, name in _keywords(context):
        keyword = context.vocabulary.keywords.get(name)
        if keyword and place.kind not in keyword.where:
            wanted = ", ".join(keyword.where)
            yield Found(_at(place, name), f"{name} stands in a {place.kind}; it belongs to: {wanted}")


def formed(context: Context) -> Iterator[Found]:
    """Every x- keyword has the form that the vocabulary gives it."""
    for place, name in _keywords(context):
        if keyword := context.vocabulary.keywords.get(name):
            at = _at(place, name)
            for found in broken(keyword.schema, pointers.get(context.resolved, at), at):
                yield Found(found.pointer, f"{name}: {found.message}; it says {keyword.says}")


def _keywords(context: Context) -> Iterator[tuple[Place, str]]:
    for place in context.places:
        names = context.vocabulary.places[place.kind]
        if "*" not in names:  # a map's keys are names
            yield from ((place, name) for name in place.node if name.startswith("x-"))


def _at(place: Place, name: str) -> str:
    return place.pointer + pointers.join(name)


def broken(schema: jsonschema_rs.Draft202012Validator, value: Any, at: str) -> Iterator[Found]:
    """What breaks `schema`, each at its own place, said with what was expected and what came."""
    for error in schema.iter_errors(value):
        yield Found(at + pointers.join(*error.instance_path), reason(error))


def reason(error: jsonschema_rs.ValidationError) -> str:
    """A validator's message in one line; of alternatives the one that came nearest."""
    alternatives = error.kind.as_dict().get("context") or []
    inner = [each for each in alternatives if each]
    if inner:
        nearest = min(inner, key=len)
        return f"{_line(error.message)} (nearest: {_line(nearest[0].message)})"
    return _line(error.message)


def _line(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 200 else text[:197] + "..."
