"""The files of the site, each made when it is asked for: for a folder, or for a mock to serve."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from proofsheet.spec.catalogue.menu import Menu
from proofsheet.spec.docs.annotations import annotated
from proofsheet.spec.docs.catalogue_page import page_data
from proofsheet.spec.document import Document
from proofsheet.spec.export.bundle import Wanted, bundle
from proofsheet.spec.export.serialize import as_yaml
from proofsheet.spec.show import operation_data

_HOME = Path(__file__).parent
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".txt": "text/plain"}
# Assets by their names in the site; those of Swagger UI are as their package has them.
_ASSETS: Mapping[str, Path] = {
    "site.css": _HOME / "pages" / "site.css",
    "reference.js": _HOME / "pages" / "reference.js",
    "swagger-ui-bundle.js": _HOME / "vendor" / "swagger-ui-bundle.js",
    "swagger-ui.css": _HOME / "vendor" / "swagger-ui.css",
    "swagger-ui.LICENSE.txt": _HOME / "vendor" / "LICENSE",
    "swagger-ui.NOTICE.txt": _HOME / "vendor" / "NOTICE",
    "swagger-ui-bundle.js.LICENSE.txt": _HOME / "vendor" / "swagger-ui-bundle.js.LICENSE.txt",
}
_PARTS = ("index.html", "reference.html", "openapi.js", "openapi.yaml")


@dataclass(frozen=True)
class File:
    """A file's bytes and its media type."""

    content: bytes
    media_type: str


@dataclass(frozen=True)
class Site:
    """The site of some documents, and of the menus whose entries they are about.

    `tries`: a mock of them serves it, against which calls can be tried.
    """

    documents: tuple[Document, ...]
    tries: bool = False
    menus: tuple[Menu, ...] = ()

    def paths(self) -> Iterator[str]:
        """The paths of all files."""
        yield "index.html"
        yield from ["catalogue.html"] if self.menus else []
        yield from (f"assets/{name}" for name in _ASSETS)
        yield from (f"{each.name}/{part}" for each in self.documents for part in _PARTS)

    def file(self, path: str) -> File | None:
        """The file at `path`; None if there is none."""
        if path in ("", "index.html"):
            shorts = [operation_data.document(each) for each in self.documents]
            return self._page("index.html", documents=shorts, has_menus=bool(self.menus))
        if path == "catalogue.html" and self.menus:
            names = {each.name for each in self.documents}
            return self._page("catalogue.html", **page_data(self.menus, names))
        folder, _, name = path.rpartition("/")
        if folder == "assets" and name in _ASSETS:
            return _file(name, _ASSETS[name].read_bytes())
        document = next((each for each in self.documents if each.name == folder), None)
        return self._of(document, name) if document and name in _PARTS else None

    def _of(self, document: Document, name: str) -> File:
        if name == "index.html":
            operations = [operation_data.operation(document, each) for each in document.operations.values()]
            return self._page(
                "document.html", document=operation_data.document(document), operations=operations
            )
        if name == "reference.html":
            settings = {"tries": self.tries, "bases": document.bases, "scheme": _scheme(document)}
            return self._page("reference.html", document=document, settings=json.dumps(settings))
        if name == "openapi.yaml":
            made = bundle(document.source, Wanted())
            return File(as_yaml(made.document).encode(), "application/yaml")
        made = bundle(document.source, Wanted(extensions=False))
        text = json.dumps(annotated(document, made.document), ensure_ascii=False)
        return _file(name, f"window.openapi = {text};\n".encode())

    def _page(self, template: str, **values: Any) -> File:
        environment = Environment(
            loader=FileSystemLoader(_HOME / "pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["pretty"] = _pretty
        html = environment.get_template(template).render(tries=self.tries, **values)
        return _file("page.html", html.encode())


def _file(name: str, content: bytes) -> File:
    return File(content, _TYPES[Path(name).suffix])


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _scheme(document: Document) -> str | None:
    """The name of the first security scheme that is asked for."""
    for requirement in document.raw.get("security", ()):
        for name in requirement:
            return str(name)
    return None
