"""The page docs/clients.md: what a run saw, as a table, and what to do with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from clients.capabilities import HERE, capabilities, tasks
from clients.fleet import FAMILY, Ran
from clients.further import FURTHER
from proofsheet.spec.clients.generators import Generator, Generators, generators, usage

PAGE = HERE.parent / "docs" / "clients.md"
MARKS = {"ok": "yes", "partly": "partly", "no": "**no**"}
TITLES = {"python": "Python", "typescript": "TypeScript", "go": "Go", "java": "Java", "rust": "Rust"}

HEAD = """# Typed clients

Clients for the `{family}` document by the generators of others, **generated, built and run against the
mock** by `make clients`, which wrote this page{seconds}. The same acceptance runs in every language
(`clients/acceptance/`), and what a program says is believed only if the mock's journal shows it. No
generated code is patched, no template replaced.

```sh
proofsheet client --lang python --name stability -o stability_client               # pictures as JSON
proofsheet client --lang python --name stability --view binary -o stability_bytes  # pictures as bytes
proofsheet client --lang go --vendor gptnb -o gptnb      # this vendor's: each family that it sells
```

Most generators know one form of answer under a status, so there are *views*: `json` has pictures as JSON
only and asks for them, `binary` has the bytes only. Where a generator takes both, it is given the whole
document (`full`).

## What works

"yes": with the generated code and its types alone. "partly": with a few lines around it, or with less than
types. Clients of the further families are made and compiled, and the recommended ones are run as
`clients/tasks.yaml` says. What stands under "first call" is the example
of each recommended generator below, run as it is.
The recommended generator of each language is printed bold.
"""

HELPED = {"python": "python", "typescript": "ts"}
HELPERS = """## Tasks and streams

Beside a client for Python or TypeScript of the recommended generator stands a module `helpers`, where
the document has tasks or streams. It is made from this document and needs nothing that the client does
not have; the arguments and types are the generated ones. `tasks` has each operation that starts a task:

- `tasks.NAME(…)` submits one, or raises `Refused` with the vendor's words; `tasks.NAME.known(…)` takes
  the id of an earlier one;
- `.wait(timeout, progress, every)` looks until it has ended. A state that is a failure raises `Failed`
  (`state`, `message`, `answer`), one that waits for a call of yours `Waiting`, time that has run out
  `TooLate`. Looks come quickly at first and then rarely; too many requests (429) and failures of the
  service (5xx) are looked over until time has run out;
- what it returns has `state`, `links` (to what was made), `answer` (the view, typed) and `files()`,
  which fetches it: links without the key, or by the operation that has the file.

`streams` has each operation that answers in events: `streams.NAME(…)` asks for a stream and gives each
event (`name`, `data` as JSON) as it comes, until the document's end mark. An error event raises
`StreamError` with the vendor's words, a stream that breaks off or ends without its mark raises `Broken`.
A stream of which the document knows no mark (Vidu's) ends with its connection. Tasks whose id an answer
has only within a text (`gemini-videos`) are not followed.
"""


def markdown(results: Sequence[Ran]) -> str:
    """The whole page."""
    known = generators()
    seconds = f" in {sum(each.seconds for each in results) / 60:.0f} minutes" if results else ""
    head = HEAD.format(family=FAMILY, seconds=seconds)
    parts = [head, *_table(results, known), "", *_reasons(results, known), "## How to get one", ""]
    for language in known.languages:
        parts += _recipe(known, known.of(language))
    parts += [HELPERS, *helper_examples()]
    return "\n".join(parts).rstrip() + "\n"


def helper_examples() -> Iterator[str]:
    """How the helpers are used, in each language that has them."""
    data = yaml.safe_load((HERE / "helpers.yaml").read_text(encoding="utf-8"))
    for language, fence in HELPED.items():
        yield from (
            f"### {TITLES[language]}, a task and a stream",
            "",
            f"```{fence}",
            data[language].rstrip(),
            "```",
            "",
        )


def _table(results: Sequence[Ran], known: Generators) -> Iterator[str]:
    names = [_short(known.by_name[each.generator], known) for each in results]
    yield "| | " + " | ".join(names) + " |"
    yield "|---" * (len(results) + 1) + "|"
    languages = (TITLES[known.by_name[each.generator].language] for each in results)
    yield f"| language | {' | '.join(languages)} |"
    yield "| version | " + " | ".join(each.version for each in results) + " |"
    yield "| views | " + " | ".join(", ".join(known.by_name[each.generator].views) for each in results) + " |"
    for one in capabilities():
        yield f"| {one.says} | {' | '.join(_mark(each, one.name) for each in results)} |"
    yield f"| first call | {' | '.join(_mark(each, 'usage') for each in results)} |"
    for family in FURTHER:
        yield f"| {family}, made and compiled | {' | '.join(_mark(each, family) for each in results)} |"
        for one in tasks()[family]:
            yield f"| {one.says} | {' | '.join(_mark(each, one.name) for each in results)} |"


def _short(generator: Generator, known: Generators) -> str:
    text = generator.name.removeprefix(f"{generator.language}-")
    return f"**{text}**" if generator.name in known.recommended.values() else text


def _mark(each: Ran, capability: str) -> str:
    found = next((one.result for one in each.outcomes if one.capability == capability), None)
    return MARKS[found] if found else ""


def _reasons(results: Sequence[Ran], known: Generators) -> Iterator[str]:
    notes: Mapping[str, Sequence[str]] = yaml.safe_load((HERE / "notes.yaml").read_text(encoding="utf-8"))
    for each in results:
        generator = known.by_name[each.generator]
        yield f"### {TITLES[generator.language]}: {_short(generator, known)}"
        yield ""
        yield from (f"- {' '.join(note.split())}" for note in notes[each.generator])
        yield from (f"- {line}" for line in _said(each))
        yield ""


def _said(each: Ran) -> Iterator[str]:
    """What the programs said of what is not all right, each sentence once."""
    by_why: dict[str, list[str]] = {}
    for one in each.outcomes:
        if one.result != "ok":
            by_why.setdefault(f"{one.result}: {one.why}", []).append(one.capability)
    yield from (f"{', '.join(names)}: {why}" for why, names in by_why.items())


def _recipe(known: Generators, generator: Generator) -> list[str]:
    title, tool = TITLES[generator.language], generator.tool
    fence: dict[str, Any] = {"typescript": "ts"}
    return [
        f"### {title}",
        "",
        "```sh",
        _commented(tool.install),
        f"proofsheet client --lang {generator.language} --name {FAMILY} -o {FAMILY}",
        "```",
        "",
        f"which makes a bundle (`{_bundled(generator)}`) and calls `{' '.join(generator.argv)}`.",
        *([f"The client needs: {generator.needs}."] if generator.needs else []),
        "",
        f"```{fence.get(generator.language, generator.language)}",
        usage(FAMILY, generator.name).replace("{package}", FAMILY).rstrip(),
        "```",
        "",
    ]


def _commented(install: str) -> str:
    """`a command (a remark)` as a line of a shell."""
    command, _, remark = install.partition(" (")
    return f"{command}  # {remark.removesuffix(')')}" if remark else command


def _bundled(generator: Generator) -> str:
    options = f"--view {generator.views[0]} --openapi {generator.openapi} --strip-extensions"
    return f"proofsheet spec bundle {FAMILY} {options}"
