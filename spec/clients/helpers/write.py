"""The module beside a generated client: from the document and the names that the generator gave."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proofsheet.spec.clients.helpers.tables import Call, Tables, tables
from proofsheet.spec.document import Document
from proofsheet.spec.program_templates import program_templates

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Helper:
    """What was written: the file, None where there are neither tasks nor streams; what is not in it."""

    path: Path | None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Module:
    """A module of a client for Python: of one operation, in the package of its tag."""

    package: str
    name: str


@dataclass(frozen=True)
class Function:
    """A function of a client for TypeScript, and the types of its request and its answers."""

    name: str
    data: str
    responses: str


def write_helper(language: str, document: Document, view: str, out: Path) -> Helper:
    """Write the helper of a client that the recommended generator of a language has made in `out`."""
    return _WRITERS[language](document, view, out)


def _python(document: Document, view: str, out: Path) -> Helper:
    known = _modules(out)
    found = tables(document, view, _names(known))
    used = {each for one in (*found.submissions, *found.streamings) for each in (one.name, one.view)}
    modules = sorted((each for each in known.values() if each.name in used), key=lambda each: each.name)
    return _written(found, out / "helpers.py", "python.j2", modules=modules)


def _typescript(document: Document, view: str, out: Path) -> Helper:
    known = _functions(out)
    found = tables(document, view, _names(known))
    functions = {each.name: each for each in known.values()}
    return _written(found, out / "helpers.ts", "typescript.j2", functions=functions)


def _names(known: Mapping[Call, Module] | Mapping[Call, Function]) -> Callable[[Call], str | None]:
    def named(call: Call) -> str | None:
        found = known.get(_call(*call))
        return found.name if found else None

    return named


def _written(found: Tables, path: Path, template: str, **more: Any) -> Helper:
    if not found.submissions and not found.streamings:
        return Helper(None, found.missing)
    environment = program_templates(_TEMPLATES)
    environment.filters.update(py=repr, json=_json)
    text = environment.get_template(template).render(
        title=found.title,
        submissions=found.submissions,
        streamings=found.streamings,
        courses=found.courses,
        **more,
    )
    path.write_text(text, encoding="utf-8")
    return Helper(path, found.missing)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


_CALL = re.compile(r'"method": "(\w+)",\s*"url": "([^"]+)"')
_FUNCTION = re.compile(
    r"^export const (\w+) = <.*?>\(options\??: Options<(\w+), \w+>\): RequestResult<(\w+), [^=]*=> "
    r"\(options\??\.client \?\? client\)\.(\w+)<.*?\burl: '([^']+)'",
    re.MULTILINE | re.DOTALL,
)


def _modules(out: Path) -> Mapping[Call, Module]:
    """The modules that make the calls, by what each of them says that it calls."""
    found = {}
    for path in sorted(out.glob("api/*/*.py")):
        if call := _CALL.search(path.read_text(encoding="utf-8")):
            found[_call(call[1], call[2])] = Module(path.parent.name, path.stem)
    return found


def _functions(out: Path) -> Mapping[Call, Function]:
    """The functions that make the calls, by what each of them says that it calls."""
    text = (out / "sdk.gen.ts").read_text(encoding="utf-8")
    parts = re.split(r"^(?=export const )", text, flags=re.MULTILINE)
    calls = (_FUNCTION.search(each) for each in parts)
    return {_call(each[4], each[5]): Function(each[1], each[2], each[3]) for each in calls if each}


def _call(method: str, path: str) -> Call:
    """A call whatever its path's templates are named: generators name them as their language does."""
    return method.upper(), re.sub(r"\{[^}]*\}", "{}", path)


_WRITERS: Mapping[str, Callable[[Document, str, Path], Helper]] = {
    "python": _python,
    "typescript": _typescript,
}
