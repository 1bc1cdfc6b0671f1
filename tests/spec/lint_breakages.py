"""Documents that break one rule each: the rule, what it says, and the edits to the real document."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from proofsheet.spec import pointers

ULTRA = "/paths/~1v2beta~1stable-image~1generate~1ultra/post"
SD3 = "/paths/~1v2beta~1stable-image~1generate~1sd3/post"
V1 = "/paths/~1v1~1generation~1{engine_id}~1text-to-image/post"
BALANCE = "/paths/~1v1~1user~1balance/get"
FORM_BODY = "/requestBody/content/multipart~1form-data/schema"
POLICY = "/components/x-policies/v2beta"
RESPONSES = "/components/responses"
LIFECYCLES = "/components/x-lifecycles"
JSON = "/content/application~1json"
GONE = object()
Edit = tuple[str, Any]


def edited(document: Any, *edits: Edit) -> Any:
    document = copy.deepcopy(document)
    for pointer, value in edits:
        *way, last = pointers.split(pointer)
        parent = pointers.get(document, pointers.join(*way))
        key = int(last) if isinstance(parent, list) else last
        if value is GONE:
            del parent[key]
        else:
            parent[key] = value(parent.get(key)) if callable(value) else value
    return document


def reordered(first: str) -> Callable[[Any], Any]:
    return lambda node: {first: node[first], **node}


PROMPTS = "/components/x-prompt-parameters"
FLAGS: Any = {
    "flags": {
        "marks": {"--": "word"},
        "parameters": {"seed": {"aliases": ["n"], "schema": {"type": "integer"}}},
        "wording": {"unknown": "no {words}", "invalid": "{name}: {value}"},
    }
}


def flags(*edits: Edit) -> list[Edit]:
    """The document with parameters that a prompt carries, which have these flaws."""
    return [(PROMPTS, edited(FLAGS, *edits))]


BROKEN: list[tuple[str, str, list[Edit]]] = [
    ("document-shape", "does not match", [(f"{BALANCE}/responses/default", {"description": "x"})]),
    ("document-shape", "operationId", [(f"{BALANCE}/operationId", GONE)]),
    ("document-shape", "", [("/paths/~1v1~1user~1balance/parameters", [])]),
    ("keyword-known", "did you mean x-cost", [(f"{ULTRA}/x-costs", 5)]),
    ("keyword-known", "x-foo", [("/info/x-foo", 1)]),
    ("keyword-known", "x-foo", [(f"{ULTRA}{FORM_BODY}/properties/image/x-foo", 1)]),
    ("keyword-known", "did you mean minimum", [(f"{ULTRA}{FORM_BODY}/properties/seed/minimun", 1)]),
    ("keyword-known", "a comma in a text", [(f"{ULTRA}{FORM_BODY}/properties/image/in order.", None)]),
    ("keyword-placed", "it belongs to: operation", [("/x-cost", {"credits": 5, "charged": ["success"]})]),
    ("keyword-formed", "x-rate-limit", [(f"{POLICY}/x-rate-limit/requests", "many")]),
    ("keyword-formed", "x-may-differ", [("/x-may-differ/0/why", GONE)]),
    ("keyword-formed", "x-may-differ", [("/x-may-differ/0/level", "MUST")]),
    ("keyword-formed", "x-may-differ", [("/x-may-differ/0/x-evidence", GONE)]),
    ("keyword-formed", "guessed", [("/components/schemas/Prompt/x-evidence", {"guessed": ["S0"]})]),
    ("keyword-formed", "", [(f"{ULTRA}/x-artifact/colour", "red")]),
    ("policy-exists", "known: v2beta, v1", [(f"{ULTRA}/x-policy", "v3")]),
    ("part-named", "is named shop-", [("/info/x-part-of", "shop")]),
    ("openapi-valid", "OpenAPI 3.1", [(f"{ULTRA}/responses/413/x-evidence", {"official": ["O1"]})]),
    ("openapi-valid", "OpenAPI 3.1", [("/info/colour", "red")]),
    ("schema-compiles", "is no JSON Schema", [("/components/schemas/Prompt/pattern", "(")]),
    ("schema-compiles", "is no JSON Schema", [(f"{ULTRA}/x-rules/0/then", {"type": "strin"})]),
    (
        "expression-known",
        "no known runtime",
        [(f"{RESPONSES}/Picture{JSON}/examples/success/x-bind", {"/seed": "$art"})],
    ),
    ("expression-known", "no known runtime", [(f"{RESPONSES}/Picture{JSON}/x-content-type", "a/b; {$nope}")]),
    (
        "client-reference",
        "leads into a component",
        [("/components/schemas/OutputFormat", {"$ref": "#/components/schemas/Error/properties/id"})],
    ),
    ("client-union", "with if and then", [("/components/schemas/Error/anyOf", [{"required": ["id"]}])]),
    ("operation-described", "has no summary", [(f"{ULTRA}/summary", GONE)]),
    ("operation-described", "has no description", [(f"{ULTRA}/description", "")]),
    ("operation-described", "begin with a letter", [(f"{ULTRA}/tags", ["3D"])]),
    ("operation-described", "'Stranger' is not declared", [(f"{ULTRA}/tags", ["Stranger"])]),
    ("operation-id", "is no identifier", [(f"{ULTRA}/operationId", "generate-ultra")]),
    ("operation-id", "two operations", [(f"{ULTRA}/operationId", "generateCore")]),
    ("security-declared", "no security scheme 'oauth'", [("/security", [{"oauth": []}])]),
    ("security-declared", "no security scheme 'oauth'", [(f"{ULTRA}/security", [{"oauth": []}])]),
    ("success-example", "under a 2xx status", [(f"{BALANCE}/responses/200{JSON}/examples", GONE)]),
    ("response-example", "without a named example", [(f"{RESPONSES}/Rejected{JSON}/examples", GONE)]),
    (
        "outcome-unique",
        "under 400 and 422",
        [
            (
                f"{RESPONSES}/Rejected{JSON}/examples/bad_request",
                {"value": {"errors": ["x"], "id": "1", "name": "x"}},
            )
        ],
    ),
    ("outcome-constant", "share 422", [(f"{RESPONSES}/Rejected{JSON}/examples/public_figure/x-const", GONE)]),
    (
        "outcome-constant",
        "share 200 image/webp",
        [(f"{RESPONSES}/Picture/content/image~1webp/examples/success/x-headers", {"seed": "$artifact.seed"})],
    ),
    (
        "outcome-constant",
        "is nowhere in the value",
        [(f"{RESPONSES}/Rejected{JSON}/examples/public_figure/x-const", ["/nam"])],
    ),
    (
        "outcome-constant",
        "is bound",
        [(f"{RESPONSES}/Rejected{JSON}/examples/public_figure/x-const", ["/id"])],
    ),
    ("outcome-exists", "gate charge refuses with 'broke'", [(f"{POLICY}/x-refusals/charge", "broke")]),
    ("outcome-exists", "the rule", [(f"{V1}/x-rules/1/outcome", "nope")]),
    ("outcome-exists", "x-cost charges", [(f"{ULTRA}/x-cost/charged", ["success", "nope"])]),
    (
        "outcome-exists",
        "gate negotiate",
        [(f"{ULTRA}/x-negotiation", {"unsupported": "refuse"}), (f"{POLICY}/x-refusals/negotiate", "nope")],
    ),
    ("gate-known", "'gatekeeper' is no gate", [(f"{POLICY}/x-precedence", lambda old: [*old, "gatekeeper"])]),
    ("gate-known", "'door' is no gate", [(f"{POLICY}/x-refusals/door", "bad_request")]),
    ("gate-known", "'door' is no gate", [(f"{POLICY}/x-wording/door.shut", "text")]),
    ("precedence-complete", "no rank", [(f"{POLICY}/x-precedence", ["authenticate"])]),
    ("precedence-complete", "no outcome", [(f"{POLICY}/x-refusals/charge", GONE)]),
    (
        "precedence-complete",
        "negotiate",
        [
            (f"{ULTRA}/x-negotiation", {"unsupported": "refuse"}),
            (f"{POLICY}/x-precedence", lambda old: [each for each in old if each != "negotiate"]),
        ],
    ),
    ("wording-read", "never refuses as 'requierd'", [(f"{POLICY}/x-wording/validate.requierd", "text")]),
    ("wording-read", "never refuses as 'odd'", [(f"{POLICY}/x-codes", {"validate.odd": 7})]),
    ("wording-read", "never refuses as 'odd'", [(f"{POLICY}/x-wording/validate.odd.integer", "text")]),
    (
        "wording-filled",
        "nothing fills {fild}",
        [(f"{POLICY}/x-wording/validate.required", "{fild}: required")],
    ),
    ("wording-filled", "nothing fills {masked}", [(f"{POLICY}/x-wording/validate.required", "{masked}")]),
    ("wording-filled", "nothing fills {depth}", [(f"{V1}/x-rules/0/says", "{width}x{depth}")]),
    (
        "example-fits",
        "breaks its schema",
        [(f"{RESPONSES}/Picture{JSON}/examples/success/value/finish_reason", "MAYBE")],
    ),
    ("example-fits", "breaks its schema", [("/components/schemas/Picture/properties/seed/maximum", 5)]),
    (
        "request-example-fits",
        "breaks its schema",
        [(f"{ULTRA}/requestBody/content/multipart~1form-data/examples/text-to-image/value", {})],
    ),
    (
        "request-example-fits",
        "breaks the rule",
        [
            (
                f"{ULTRA}/requestBody/content/multipart~1form-data/examples/text-to-image/value",
                {"prompt": "x", "image": "y"},
            )
        ],
    ),
    ("value-fits", "default breaks", [("/components/schemas/OutputFormat/default", "gif")]),
    ("value-fits", "example breaks", [("/components/parameters/ClientId/schema/example", 5)]),
    ("value-fits", "examples/1 breaks", [("/components/schemas/Prompt/examples", ["fine", ""])]),
    (
        "bind-lands",
        "/sed is nowhere",
        [(f"{RESPONSES}/Picture{JSON}/examples/success/x-bind", {"/sed": "$artifact.seed"})],
    ),
    *(
        ("events-sound", says, [(f"{RESPONSES}/Picture/content/{media}", {"examples": {"success": each}})])
        for says, media, each in (
            ("belong to examples of text/event-stream", "text~1event-stream", {"value": []}),
            ("belong to examples of", "application~1json", {"value": [1], "x-events": {"each": [{}]}}),
            ("the data of 2 events", "text~1event-stream", {"value": [1, 2], "x-events": {"each": [{}]}}),
            (
                "has no x-completion",
                "text~1event-stream",
                {"value": [1], "x-events": {"each": [{"of": "text"}]}},
            ),
            (
                "known only in events of",
                "text~1event-stream",
                {"value": [{"a": 1}], "x-events": {"each": [{}]}, "x-bind": {"/0/a": "$piece.text"}},
            ),
            (
                "is in no event",
                "text~1event-stream",
                {"value": [{"a": 1}], "x-events": {"each": [{}]}, "x-bind": {"/1/a": "$call.id"}},
            ),
        )
    ),
    ("resource-sound", "there are no resources", [(f"{BALANCE}/x-resource", {"of": "pens"})]),
    *(
        (
            "resource-sound",
            says,
            [("/components/x-resources", {"pens": node}), (f"{BALANCE}/x-resource", role)],
        )
        for says, node, role in (
            ("is no date", {"items": {"ink": {"gone": "soon"}}, "until": "gone"}, {"of": "pens"}),
            (
                "has counts",
                {"items": {"ink": {"counts": 1}}},
                {"of": "pens", "id": "$request.query.pen", "where": {"counts": 2}},
            ),
        )
    ),
    ("header-declared", "declare it", [(f"{RESPONSES}/Picture/headers/x-request-id", GONE)]),
    ("header-declared", "breaks its schema", [("/components/headers/FinishReason/schema", {"enum": ["NO"]})]),
    ("header-declared", "breaks its schema", [("/components/headers/Seed/schema/maximum", 5)]),
    ("field-exists", "has no request property /promt", [(f"{ULTRA}/x-artifact/prompt", ["/promt"])]),
    ("field-exists", "/sample", [(f"{V1}/x-cost/per", "/sample")]),
    ("field-exists", "/text_prompts/*/txt", [(f"{V1}/x-artifact/prompt", ["/text_prompts/*/txt"])]),
    ("field-exists", "/w", [(f"{V1}/x-artifact/size/width", "/w")]),
    ("field-exists", "/aspect", [("/components/x-choices/size-1mp/field", "/aspect")]),
    ("choice-covers", "no line for 'sd3.5-flash'", [(f"{SD3}/x-cost/credits/table/sd3.5-flash", GONE)]),
    ("choice-covers", "no operation accepts '7:5'", [("/components/x-choices/size-1mp/table/7:5", [1, 1])]),
    ("choice-covers", "has no enum", [("/components/schemas/OutputFormat/enum", GONE)]),
    ("choice-default", "make them one", [(f"{SD3}/x-cost/credits/default", "sd3.5-flash")]),
    ("choice-default", "not in the table", [(f"{SD3}/x-cost/credits/default", "sd4")]),
    ("seed-bounds", "make them one", [(f"{ULTRA}/x-artifact/seed/maximum", 4294967295)]),
    (
        "prompt-parameter",
        "a name of seed too",
        flags(("/flags/parameters/n", {"schema": {"type": "string"}})),
    ),
    (
        "prompt-parameter",
        "write it small",
        flags(("/flags/ignore-case", True), ("/flags/parameters/Size", {"schema": {"type": "string"}})),
    ),
    ("prompt-parameter", "no flaw is of the kind", flags(("/flags/wording/lost", "x"))),
    ("prompt-parameter", "nothing fills {names}", flags(("/flags/wording/unknown", "no {names}"))),
    ("prompt-parameter", "nothing fills {maximum}", flags(("/flags/wording/invalid", "at most {maximum}"))),
    (
        "prompt-parameter",
        "nothing fills {n}",
        flags(("/flags/rules", [{"name": "r", "when": {}, "then": {}, "says": "{n}"}])),
    ),
    ("keyword-formed", "x-prompt-parameters", flags(("/flags/wording/invalid", GONE))),
    (
        "field-exists",
        "/$parameters/sead",
        [
            *flags(),
            (f"{ULTRA}/x-artifact/parameters", {"$ref": f"#{PROMPTS}/flags"}),
            (f"{ULTRA}/x-artifact/seed/field", "/$parameters/sead"),
        ],
    ),
    ("lifecycle-sound", "is no state of t", [(LIFECYCLES, {"t": {"start": "a", "states": {"b": {}}}})]),
    (
        "lifecycle-sound",
        "is no state of t",
        [(LIFECYCLES, {"t": {"start": "a", "states": {"a": {"to": ["b"]}}}})],
    ),
    (
        "lifecycle-sound",
        "no state leads to b",
        [(LIFECYCLES, {"t": {"start": "a", "states": {"a": {}, "b": {}}}})],
    ),
    (
        "lifecycle-sound",
        "lasts for ever",
        [(LIFECYCLES, {"t": {"start": "a", "states": {"a": {"seconds": [1, 2]}}}})],
    ),
    (
        "lifecycle-sound",
        "goes in a circle",
        [(LIFECYCLES, {"t": {"start": "a", "states": {"a": {"to": ["b"]}, "b": {"to": ["a"]}}}})],
    ),
    (
        "lifecycle-sound",
        "no operation that views",
        [(LIFECYCLES, {"t": {"start": "a", "states": {"a": {}}}})],
    ),
    (
        "lifecycle-sound",
        "an offer starts it at 'c'",
        [
            (
                LIFECYCLES,
                {
                    "t": {
                        "start": "a",
                        "states": {"a": {"offers": {"U": {"starts": {"lifecycle": "t", "at": "c"}}}}},
                    }
                },
            )
        ],
    ),
    (
        "lifecycle-sound",
        "'u' is no lifecycle",
        [
            (
                LIFECYCLES,
                {"t": {"start": "a", "states": {"a": {"offers": {"U": {"starts": {"lifecycle": "u"}}}}}}},
            )
        ],
    ),
    (
        "task-role",
        "a has no offers",
        [
            (LIFECYCLES, {"t": {"start": "a", "states": {"a": {}}}}),
            (
                f"{ULTRA}/x-task",
                {
                    "starts": {
                        "id": "uuid",
                        "offer": "$request.body#/x",
                        "parent": {"id": "$request.body#/y", "states": ["a"]},
                    }
                },
            ),
        ],
    ),
    (
        "task-role",
        "'later' is no example of",
        [
            (LIFECYCLES, {"t": {"start": "a", "states": {"a": {}}}}),
            (
                f"{ULTRA}/x-task",
                {"starts": {"lifecycle": "t", "id": "uuid", "queued": {"running": 3, "answer": "later"}}},
            ),
        ],
    ),
    (
        "task-role",
        "'gone' is no example of",
        [
            (LIFECYCLES, {"t": {"start": "a", "states": {"a": {}}}}),
            (
                f"{ULTRA}/x-task",
                {
                    "views": {
                        "id": "$request.query.id",
                        "missing": "bad_request",
                        "answers": {"a": "gone"},
                        "otherwise": "bad_request",
                    }
                },
            ),
        ],
    ),
    ("task-role", "is no lifecycle", [(f"{ULTRA}/x-task", {"starts": {"lifecycle": "t", "id": "uuid"}})]),
    (
        "task-role",
        "is no example of",
        [(f"{ULTRA}/x-task", {"views": {"id": "$request.query.id", "missing": "gone"}})],
    ),
    ("task-role", "is no operation that views", [(f"{ULTRA}/x-task", {"lists": {"view": "getBalance"}})]),
    (
        "task-role",
        "leads to 'cancelled'",
        [
            (
                f"{ULTRA}/x-task",
                {"moves": {"id": "$request.query.id", "to": "cancelled", "missing": "x", "refused": "x"}},
            )
        ],
    ),
    ("evidence-present", "add x-evidence", [(f"{BALANCE}/x-evidence", GONE)]),
    ("evidence-present", "at its component", [("/components/schemas/Prompt/x-evidence", GONE)]),
    ("evidence-present", "at its component", [("/components/parameters/ClientId/x-evidence", GONE)]),
    ("evidence-present", "add x-evidence", [("/servers/0/x-evidence", GONE)]),
    ("evidence-own", "x-cost states numbers", [(f"{ULTRA}/x-cost/x-evidence", GONE)]),
    ("evidence-own", "x-max-body-bytes", [(f"{POLICY}/x-evidence/at/~1x-max-body-bytes", GONE)]),
    ("evidence-own", "x-picture", [(f"{ULTRA}{FORM_BODY}/properties/image/x-picture/x-evidence", GONE)]),
    ("evidence-own", "a table", [("/components/x-choices/media/x-evidence", GONE)]),
    ("evidence-lands", "nothing at /x-nothing", [(f"{POLICY}/x-evidence/at/~1x-nothing", {"assumed": "x"})]),
    ("source-known", "no source 'S99'", [("/components/schemas/Prompt/x-evidence/documented", ["S99"])]),
    ("source-known", "no source 'S99'", [(f"{POLICY}/x-evidence/at/~1x-latency", {"observed": ["S99"]})]),
    ("source-used", "nothing cites S9", [("/x-sources/S9", {"title": "x", "date": "2024"})]),
    (
        "client-parameter",
        "use a security scheme",
        [("/components/parameters/ClientId/name", "Authorization")],
    ),
    ("client-parameter", "media types", [("/components/parameters/ClientId/name", "ACCEPT")]),
    ("client-json-first", "put JSON first", [(f"{RESPONSES}/Picture/content", reordered("image/png"))]),
    (
        "client-binary",
        "format: binary",
        [(f"{RESPONSES}/Picture/content/image~1png/schema", {"type": "string"})],
    ),
    ("client-int64", "format: int64", [("/components/schemas/Seed/format", GONE)]),
    ("client-const", "a bare const", [(f"{ULTRA}{FORM_BODY}/properties/kind", {"const": "x"})]),
    ("client-multipart", "oneOf", [(f"{ULTRA}{FORM_BODY}/oneOf", [{}])]),
    ("client-multipart", "oneOf", [(f"{ULTRA}{FORM_BODY}/properties/kind", {"oneOf": [{"type": "string"}]})]),
    (
        "path-parameter",
        "no identifier",
        [
            (
                "/paths/~1v1~1{task-id}",
                {"get": {"operationId": "a", "responses": {"200": {"description": ""}}}},
            )
        ],
    ),
    ("path-parameter", "has no path parameter", [(f"{V1}/parameters/0/name", "engine")]),
    ("path-collision", "may fit", [("/paths/~1v1~1{x}~1list", {})]),
    ("path-collision", "may fit", [("/paths/~1v1~1generation~1{other}~1text-to-image", {})]),
    ("server-url", "ends with a slash", [("/servers/0/url", "https://api.stability.ai/")]),
    ("server-url", "no such variable", [("/servers/0/url", "https://{host}/x")]),
    ("server-url", "neither", [("/servers/0/url", "api.stability.ai")]),
    ("server-url", "a query", [("/servers/0/url", "https://a.example/x?y")]),
    ("server-url", "is no URL", [("/servers/0/url", "https://[")]),
]
