"""The rules, one line each: id, reason, severity. In this order they look at a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from proofsheet.spec.lint import (
    catalogue,
    claims,
    clients,
    events,
    evidence,
    examples,
    field_pointers,
    gates,
    operations,
    overlays,
    paths,
    prompts,
    recognition,
    resources,
    standard,
    tasks,
    vendors,
    well_formed,
    wording,
)
from proofsheet.spec.lint.context import Context, Found


@dataclass(frozen=True)
class Rule:
    """A rule: its stable id, why it is one, how bad a breach is, and the generator that finds breaches."""

    id: str
    reason: str
    check: Callable[[Context], Iterator[Found]]
    severity: str = "error"  # or warning


# What must hold before the others can look.
FORM = (
    Rule("document-shape", "the loader reads every part of the document", well_formed.shape),
    Rule("keyword-known", "a mistyped keyword would be passed over in silence", well_formed.known),
    Rule("keyword-placed", "a keyword where nobody looks says nothing", well_formed.placed),
    Rule("keyword-formed", "code relies on each keyword's form", well_formed.formed),
)
RULES = (
    Rule("policy-exists", "an operation without its policy refuses nothing", operations.policies),
    Rule("part-named", "whoever serves a family finds its parts by their names", paths.parts),
    Rule("openapi-valid", "every other tool reads OpenAPI 3.1 only", standard.openapi),
    Rule("schema-compiles", "a schema that does not compile judges nothing", standard.schemas),
    Rule("expression-known", "an unknown expression cannot be filled in", standard.expressions),
    Rule("operation-described", "clients and people need names and words", operations.described),
    Rule("operation-id", "an operationId becomes a function's name", operations.ids),
    Rule("security-declared", "an undeclared scheme admits nobody", operations.security),
    Rule("success-example", "a double must have something to answer", operations.success),
    Rule("response-example", "a status without an outcome cannot be asked for", operations.covered_statuses),
    Rule("outcome-unique", "an outcome's name finds its status", operations.unique),
    Rule("outcome-exists", "a refusal without its example cannot be answered", gates.outcomes),
    Rule("outcome-constant", "an answer must lead back to its outcome", recognition.constants),
    Rule("gate-known", "a gate that is none never refuses", gates.known),
    Rule("precedence-complete", "a gate needs a rank and an outcome", gates.precedence),
    Rule("wording-read", "a wording for nothing is never read", wording.read, "warning"),
    Rule("wording-filled", "an unknown placeholder would reach the client", wording.fills),
    Rule("example-fits", "an example that breaks its schema is a false promise", examples.responses),
    Rule("request-example-fits", "a request example must be admitted", examples.requests),
    Rule("value-fits", "a default or example that breaks its schema misleads", examples.values),
    Rule("bind-lands", "a bind that leads nowhere fills in nothing", examples.binds),
    Rule("events-sound", "a stream is made of events that are told apart and come to an end", events.sound),
    Rule("resource-sound", "a resource that is none, or ends on no date, is never found", resources.sound),
    Rule("header-declared", "clients see declared headers only", examples.headers),
    Rule("field-exists", "a pointer to no property decides nothing", field_pointers.existing),
    Rule("choice-covers", "a value without a line in the table has no meaning", field_pointers.tables),
    Rule("choice-default", "an absent field means its default", field_pointers.defaults),
    Rule("seed-bounds", "one seed, one range", field_pointers.seeds),
    Rule("prompt-parameter", "a prompt is read in one way only, and in the document's words", prompts.read),
    Rule(
        "lifecycle-sound", "a state that no task can reach or show is a fact that was lost", tasks.lifecycles
    ),
    Rule("task-role", "an operation on tasks needs what it names", tasks.roles),
    Rule("evidence-present", "a fact without a source is a rumour", evidence.present),
    Rule("evidence-own", "numbers need a source of their own", evidence.own),
    Rule("evidence-lands", "evidence for nothing is a fact that was lost", evidence.landing),
    Rule("source-known", "a citation must lead somewhere", evidence.sources),
    Rule("source-used", "a source that nobody cites is noise", evidence.used),
    Rule("client-parameter", "generators turn these headers into arguments", clients.parameters),
    Rule("client-reference", "generators know components and not their parts", clients.references),
    Rule("client-union", "generators take a choice of types and of nothing else", clients.unions),
    Rule("client-json-first", "generators take the first media type", clients.json_first),
    Rule("client-binary", "generators know binary strings only", clients.binary),
    Rule("client-int64", "generators default to 32 bits", clients.integers),
    Rule("client-const", "generators cannot guess a const's type", clients.constants),
    Rule("client-multipart", "generators make forms of flat objects only", clients.multipart),
    Rule("path-parameter", "a path parameter becomes a variable's name", paths.identifiers),
    Rule("path-collision", "routers disagree about which path wins", paths.collisions),
    Rule("server-url", "every request begins with a server's URL", paths.servers),
    Rule("claim-formed", "code reads the claims", claims.formed),
    Rule("claim-leads-somewhere", "a claim is tested where it is encoded", claims.leading),
    Rule("overlay-formed", "a mistyped key of an overlay changes nothing", overlays.formed),
    Rule("overlay-extends", "whoever reads an overlay looks for its base", overlays.extending),
    Rule("vendor-document", "a profile and its document say the same", vendors.encoded),
    Rule("vendor-pages", "a fact is looked up on the page that it names", vendors.cited),
    Rule("menu-formed", "a menu that cannot be read counts nothing", catalogue.readable),
    Rule("menu-grounded", "an entry may not say of itself that it works", catalogue.grounded),
    Rule("vendor-claims", "two readings of a page must agree", vendors.agreeing),
)
