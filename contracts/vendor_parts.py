"""A vendor that sells several families: the runs of `check NAME`, one for each of its documents."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from proofsheet.contracts.client.target_file import from_file
from proofsheet.contracts.reports import records
from proofsheet.spec.load import HOME, Library

FILES = ("report", "html", "junit_file")


def parts(name: str, options: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The documents that a run judges by, each with its options: those that --only means, or all.

    --resume goes on with the one that its report is of. Raises BadTarget, BadReport, LookupError, BadFile.
    """
    library = Library(options.get("home") or HOME)
    names = library.with_parts(name) if name in library.vendors() else (name,)
    if len(names) == 1:
        return [(name, dict(options))]
    if options["resume"]:
        document = records.partly(options["resume"]).header["document"]
        names = tuple(each for each in names if each == document) or names[:1]
    families = {each: library.family(each) for each in names}
    wanted = {each: _only(options["only"], families, each) for each in names}
    chosen = [each for each in names if wanted[each] or not options["only"]]
    return [
        (
            each,
            {
                **options,
                **_places(library, name, each, options),
                "only": _as_ids(library, each, wanted[each]),
            },
        )
        for each in chosen
    ]


def _as_ids(library: Library, name: str, only: tuple[str, ...]) -> tuple[str, ...]:
    """The same by the family that requirements are named after; a part of one has a name of its own."""
    called = library.family(name)
    if not only:
        return ()
    family = library.load(name).family
    return tuple(
        family + each.removeprefix(called) if each.split(".")[0] == called else each for each in only
    )


def _only(only: tuple[str, ...], families: Mapping[str, str], name: str) -> tuple[str, ...]:
    """What --only means of one document; what is of no family is for the first one to refuse."""
    first, known = next(iter(families)), set(families.values())
    own = (families[name], *(each.split(".")[0] for each in only if each.split(".")[0] not in known))
    return tuple(each for each in only if each.split(".")[0] in (own if name == first else own[:1]))


def _places(library: Library, vendor: str, name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Where requests go, and the files: all but the vendor's first document have their family in the name."""
    if name == vendor:
        return {}
    family = library.family(name)
    files = {each: _named(options[each], family) for each in FILES if options.get(each)}
    url = options.get("url") or (from_file(options["target_file"]) if options["target_file"] else {}).get(
        "url"
    )
    base = library.load(vendor).bases[0]
    return {**files, **({"url": url.rstrip("/").removesuffix(base)} if url else {})}


def _named(file: Path, family: str) -> Path:
    return file.with_name(f"{file.stem}.{family}{file.suffix}")
