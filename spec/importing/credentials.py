"""Where a key stands: the schemes of a document, or what its header parameters give away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.spec.importing.notes import Notes

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
KEYS = ("authorization", "x-api-key", "api-key", "xi-api-key", "api_key", "apikey", "x-key", "x-api-token")
_BEARER = {"type": "http", "scheme": "bearer"}


def operations(
    document: Mapping[str, Any],
) -> Iterator[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]]:
    """Every (path, method, path item, operation) that has the shape of one."""
    for path, item in document["paths"].items():
        if isinstance(item, dict) and isinstance(path, str):
            for method in METHODS:
                if isinstance(item.get(method), dict):
                    yield path, method, item, item[method]


def schemes(document: Mapping[str, Any], notes: Notes, cited: Mapping[str, Any]) -> dict[str, Any]:
    """The security schemes as this library knows them, each with its evidence."""
    components = document.get("components")
    known = components.get("securitySchemes") if isinstance(components, dict) else None
    found = {
        name: {**_scheme(each, notes, name), "x-evidence": {**cited}}
        for name, each in (known or {}).items()
        if isinstance(each, dict)
    }
    return found or _guessed(document, notes)


def _scheme(node: Mapping[str, Any], notes: Notes, name: str) -> dict[str, Any]:
    if node.get("type") == "apiKey" and node.get("in") in ("header", "query", "cookie") and node.get("name"):
        if str(node["name"]).lower() == "authorization":
            notes.add("the key stands alone in the header Authorization; if Bearer stands before it, say "
                      "{type: http, scheme: bearer}", f"components/securitySchemes/{name}")  # fmt: skip
        return {key: node[key] for key in ("type", "in", "name")}
    if node.get("type") == "http" and str(node.get("scheme", "")).lower() in ("bearer", "basic"):
        return {"type": "http", "scheme": str(node["scheme"]).lower()}
    kind = node.get("type", "no type")
    notes.add(f"a security scheme of {kind} is taken as a bearer token", f"components/securitySchemes/{name}")
    return {**_BEARER}


def _guessed(document: Mapping[str, Any], notes: Notes) -> dict[str, Any]:
    """The scheme of a document that declares none: by a header that operations take, else a bearer token."""
    why = "no security scheme is declared"
    for path, method, item, operation in operations(document):
        for each in (*_parameters(item), *_parameters(operation)):
            name = str(each.get("name", ""))
            if each.get("in") == "header" and name.lower() in KEYS:
                notes.add(f"{why}; the header {name} is taken as the key", f"{method.upper()} {path}")
                made = (
                    {**_BEARER}
                    if name.lower() == "authorization"
                    else {"type": "apiKey", "in": "header", "name": name}
                )
                return {
                    "key": {**made, "x-evidence": {"assumed": f"{why}; operations take the header {name}"}}
                }
    notes.add(f"{why}; a bearer token is assumed", "components/securitySchemes")
    return {"key": {**_BEARER, "x-evidence": {"assumed": why}}}


def _parameters(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    listed = node.get("parameters")
    yield from (each for each in (listed if isinstance(listed, list) else ()) if isinstance(each, dict))


def security(node: Any, known: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """An OpenAPI `security` with schemes that there are; None where it says nothing."""
    if not isinstance(node, list):
        return None
    alternatives: list[dict[str, Any]] = [
        {name: [] for name in each if name in known} for each in node if isinstance(each, dict)
    ]
    if node and not any(alternatives):
        return None if not any(each == {} for each in node) else []
    return [each for each in alternatives if each or {} in node]


def servers(
    document: Mapping[str, Any], name: str, notes: Notes, cited: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The servers with an address of their own; a made-up one if there is none."""
    found = []
    for each in document.get("servers") or ():
        url = str(each.get("url", "")) if isinstance(each, dict) else ""
        for variable, value in (each.get("variables") or {}).items() if isinstance(each, dict) else ():
            url = url.replace("{" + variable + "}", str(value.get("default", "")))
        if url.startswith(("http://", "https://")) and "{" not in url:
            found.append({"url": url.rstrip("/"), "x-evidence": {**cited}})
    if not found:
        base = next(
            (str(each.get("url", "")) for each in document.get("servers") or () if isinstance(each, dict)), ""
        )
        notes.add("no server has an absolute address; one is made up", "servers")
        path = base.rstrip("/") if base.startswith("/") else ""
        found = [{"url": f"https://{name}.example{path}", "x-evidence": {"assumed": "no server is named"}}]
    return found
