"""docs/gateways.md: the matrix of proxies, a sentence for each finding, and where the proxies differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gateways.explained import Explanation, explained
from gateways.judged import MOCK, Judged

INTRO = """# Real proxies, judged

Written by `make gateways`; do not edit. Each of these proxies stands in front of the mock, set up as its own
documentation does it, and is judged by `proofsheet check stability --profile {profile} --seed 1`. The mock is
the upstream, so it costs nothing; it is judged without a proxy as well, and what is found beyond that is the
proxy's doing.

```sh
make gateways                                             # all of them, and this page: some minutes
make gateways ARGS="nginx-default --keep /tmp/reports"    # one, and its report for `proofsheet report`
```

| proxy | version | set up by | passed | failed | advice | not judged | verdict |
|---|---|---|--:|--:|--:|--:|---|
"""
FOUND = """
## What was found

*Failed* are MUST and SHOULD, *advice* is MAY, and *not judged* is what wants an answer that never came: a
picture to measure, say. Behind each requirement stands the number of operations (of seven) that did not meet
it.
"""
DIFFER = """
## Where they differ

Each row is one or more requirements, without the operation, and in how many operations they were not met;
`.` is none. What all of them met is left out, and so is who met all: {clean}.

"""
MANY = 20  # requirements in a paragraph; more are folded
OTHER = """
## Their OpenAI-shaped routes

`/v1/images/generations` of LiteLLM and Portkey is another API, with other fields and other errors: this
contract does not apply to it, and it is not in the matrix. What `make acceptance` proves is that an OpenAI
client gets pictures and the vendor's errors from the mock behind Portkey (tests/acceptance/test_portkey.py),
and that LiteLLM as a library, without its proxy, gets them too (tests/acceptance/test_litellm.py).
"""


def markdown(results: Sequence[Judged], known: Sequence[Explanation], profile: str) -> str:
    """The whole page."""
    clean = [each for each in results if not each.findings and not each.why_not]
    return "".join(
        (
            INTRO.format(profile=profile),
            *(f"{_line(each)}\n" for each in results),
            FOUND,
            *(_section(each, known) for each in results if each.findings or each.gateway is not MOCK),
            DIFFER.format(clean=", ".join(each.gateway.name for each in clean) or "nobody"),
            *(f"{line}\n" for line in _differing([each for each in results if each.findings])),
            OTHER,
        )
    )


def _line(each: Judged) -> str:
    if each.why_not:
        return f"| {each.gateway.name} | | | | | | | not run: {_cell(each.why_not)} |"
    failed = [finding for finding in each.findings if finding.status == "failed"]
    advice = sum(finding.level == "MAY" for finding in failed)
    counts = each.counts or {}
    verdict = list((each.profiles or {}).values())[-1]
    numbers = (counts["passed"], len(failed) - advice, advice, counts["errored"] + counts["skipped"])
    cells = (each.gateway.name, each.version, _setup(each), *numbers, verdict)
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _setup(each: Judged) -> str:
    conf = each.gateway.conf
    if each.gateway is MOCK:
        return ""
    return f"[{conf}](../gateways/conf/{conf})" if conf else "[gateways.yaml](../gateways/gateways.yaml)"


def _section(each: Judged, known: Sequence[Explanation]) -> str:
    lines = [f"\n### {each.gateway.name}\n\n{each.gateway.says}.\n"]
    if each.why_not:
        return "\n".join([*lines, f"Not run: {each.why_not}\n"])
    told = explained(each, known)
    by_sentence: dict[str, dict[str, set[str]]] = {}
    for entry, topics in told.found.items():
        for topic, operations in topics.items():
            by_sentence.setdefault(entry.why, {}).setdefault(topic, set()).update(operations)
    lines += [f"- {why}\n  {_topics(topics)}" for why, topics in by_sentence.items()]
    lines += [f"- **unexplained**: {one.level} {one.requirement}: {said[:300]}" for one, said in told.left]
    lines += [] if each.findings else ["No finding."]
    lines += [f"\n{each.gateway.note}"] if each.gateway.note else []
    return "\n".join(lines) + "\n"


def _topics(topics: Mapping[str, set[str]]) -> str:
    """The requirements by level, each with its number of operations."""
    levels: dict[str, list[str]] = {}
    for topic, operations in topics.items():
        level, _, name = topic.partition(" ")
        levels.setdefault(level, []).append(f"`{name}` {len(operations)}")
    told = "; ".join(f"{level} {', '.join(found)}" for level, found in levels.items()) + "."
    if len(topics) <= MANY:
        return told
    return f"<details><summary>{len(topics)} requirements</summary>\n\n  {told}\n\n  </details>"


def _differing(results: Sequence[Judged]) -> Iterator[str]:
    rows: dict[tuple[int, ...], list[str]] = {}
    counts = [_broken(each) for each in results]
    for topic in dict.fromkeys(topic for each in counts for topic in each):
        rows.setdefault(tuple(each.get(topic, 0) for each in counts), []).append(topic)
    yield "| requirements | " + " | ".join(each.gateway.name for each in results) + " |"
    yield "|---" + "|--:" * len(results) + "|"
    for row, topics in rows.items():
        cells = (", ".join(f"`{each}`" for each in topics), *(str(each or ".") for each in row))
        yield f"| {' | '.join(cells)} |"


def _broken(each: Judged) -> dict[str, int]:
    """Topic -> the number of operations that did not meet it."""
    found: dict[str, int] = {}
    for finding in each.findings:
        topic = finding.requirement.split(".", 2)[2]
        found[topic] = found.get(topic, 0) + 1
    return found


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")
