"""Makes docs/lint.md: `python -m proofsheet.spec.lint.rules_page > docs/lint.md`."""

from __future__ import annotations

import sys
from typing import Any

from proofsheet.spec.export.serialize import as_yaml
from proofsheet.spec.lint.rule_examples import Explained, explained, small
from proofsheet.spec.lint.rules import FORM, RULES

_HEAD = """\
# Rules of the lint

`proofsheet spec lint` looks at the documents with the {count} rules below and prints each flaw as
`file:line:column: rule: message`. The first {form} are rules of form: where one of them is broken the
others do not look. A breach is an error, and the exit status 1, unless the rule says that it is a warning.

General linters look at OpenAPI; `make check-spec` runs Spectral, Redocly and, where it is installed, vacuum
over every bundle. These rules look at what they do not know: whether facts have sources, whether outcomes
and gates fit together, whether generators make something usable of the document.

This page is made from [spec/lint/rules.yaml](../spec/lint/rules.yaml), and a test lints every example: the
bad one breaks its rule, the good one none. The examples are parts of [this document](#the-small-document);
`null` stands for what is left out.
"""


def page() -> str:
    """The page as Markdown."""
    texts = {each.id: each for each in explained()}
    rules = (*FORM, *RULES)
    table = "".join(f"| [{each.id}](#{each.id}) | {each.reason} |\n" for each in rules)
    head = _HEAD.format(count=len(rules), form=len(FORM))
    body = "".join(_rule(texts[each.id], each.reason) for each in rules if each.id in texts)
    end = f"\n## The small document\n\n{_block(small())}"
    return f"{head}\n| rule | because |\n|---|---|\n{table}{body}{end}"


def _rule(each: Explained, reason: str) -> str:
    return (
        f"\n## {each.id}\n\n{reason[0].upper()}{reason[1:]}. {' '.join(each.why.split())}\n\n"
        f"From: {' '.join(each.source.split())}\n\n"
        f"Bad, at `{each.place}`:\n\n{_block(each.bad.shown)}\nGood:\n\n{_block(each.good.shown)}"
    )


def _block(value: Any) -> str:
    return f"```yaml\n{as_yaml(value)}```\n"


if __name__ == "__main__":
    sys.stdout.write(page())
