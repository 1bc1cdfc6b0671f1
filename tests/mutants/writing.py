"""Writing into the YAML what mutants earned. A person reads it before it counts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mutants.catalogue import HOME, Mutant, missed, sets, spread
from mutants.trial import Trial

_WRITTEN = ("breaks", "advises", "stops")


def write(results: Iterable[tuple[Mutant, Trial]]) -> list[str]:
    """Write what was earned; those that miss their aim are not touched. Returns what was left out and why."""
    earned: dict[str, list[str]] = {}
    left = []
    for mutant, found in results:
        if mutant.unseen:
            left += [f"{mutant.id}: is seen after all"] if found.broken or found.advised else []
        elif gap := missed(mutant, {*found.broken, *found.advised, *found.stopped}):
            left.append(f"{mutant.id}: misses its aim {', '.join(gap)}")
        else:
            earned[mutant.id] = _lines(found)
    for path in sorted(HOME.glob("*.yaml")):
        _rewrite(path, earned)
    return left


def _lines(found: Trial) -> list[str]:
    lines: list[str] = []
    for name, ids in zip(_WRITTEN, (found.broken, found.advised, found.stopped), strict=True):
        lines += [f"    {name}:", *(f'      - "{each}"' for each in packed(ids))] if ids else []
    return lines


def _rewrite(path: Path, earned: dict[str, list[str]]) -> None:
    out: list[str] = []
    name, skipping = "", False
    for line in path.read_text(encoding="utf-8").rstrip("\n").split("\n"):
        if line.startswith("  - id: "):
            out += _ending(out, earned.pop(name, []))
            name = line.removeprefix("  - id: ")
        skipping = (skipping and line.startswith("      ")) or (
            name in earned and line.startswith("    ") and line.strip().removesuffix(":") in _WRITTEN
        )
        if not skipping:
            out.append(line)
    out += earned.pop(name, [])
    path.write_text("\n".join(out) + "\n", encoding="utf-8")


def _ending(out: list[str], lines: list[str]) -> list[str]:
    """The lines to add behind a mutant, before the empty line that ends it."""
    blank = []
    while out and not out[-1].strip():
        blank.append(out.pop())
    return [*lines, *blank]


def packed(ids: Iterable[str]) -> list[str]:
    """Ids as few patterns: named sets that fit whole, then what several operations share."""
    left, found = set(ids), []
    for name, members in sorted(sets().items(), key=lambda item: -len(item[1])):
        if members <= left:
            left -= members
            found.append(f"${name}")
    topics: dict[str, list[str]] = {}
    for each in sorted(left):
        family, operation, topic = each.split(".", 2)
        topics.setdefault(topic, []).append(f"{family}.{operation}")
    holders: dict[tuple[str, ...], list[str]] = {}
    for topic, who in topics.items():
        holders.setdefault(tuple(who), []).append(topic)
    patterns = [_pattern(who, told) for who, told in holders.items()]
    assert set(spread([*found, *patterns])) == set(ids)
    return [*found, *patterns]


def _pattern(who: tuple[str, ...], topics: list[str]) -> str:
    family = who[0].split(".")[0]
    names = [each.split(".")[1] for each in who]
    return f"{family}.{_braced(names)}.{_braced(topics)}"


def _braced(names: list[str]) -> str:
    return names[0] if len(names) == 1 else "{" + ", ".join(names) + "}"
