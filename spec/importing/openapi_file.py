"""Reading somebody's OpenAPI document: JSON or YAML, 3.0 or 3.1, as generous as can be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from proofsheet.spec.yaml_reader import BadFile

LARGEST = 32 * 1024 * 1024  # bytes


def read(path: Path) -> dict[str, Any]:
    """The document. Raises BadFile, which says what the file is instead."""
    value = _value(path)
    if not isinstance(value, dict):
        raise BadFile(f"{path}:1:1", f"expected an OpenAPI document, came a {type(value).__name__}")
    if "swagger" in value:
        raise BadFile(f"{path}:1:1", "is Swagger 2.0; convert it first, for example with swagger2openapi")
    if "asyncapi" in value:
        raise BadFile(f"{path}:1:1", "is AsyncAPI, which describes messages and no calls")
    if not str(value.get("openapi", "")).startswith(("3.0", "3.1")):
        came = value.get("openapi", f"none of it but {', '.join(map(str, [*value][:5])) or 'nothing'}")
        raise BadFile(f"{path}:1:1", f"expected `openapi: 3.0.x` or 3.1.x, came {came}")
    if not isinstance(value.get("paths"), dict) or not value["paths"]:
        raise BadFile(f"{path}:1:1", "has no paths, so there is nothing to serve")
    return value


def _value(path: Path) -> Any:
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise BadFile(f"{path}:1:1", f"cannot be read: {problem.strerror or problem}") from None
    if len(data) > LARGEST:
        raise BadFile(f"{path}:1:1", f"is larger than {LARGEST // 1024 // 1024} MiB")
    try:
        text = data.decode("utf-8-sig")
        return json.loads(text) if text.lstrip().startswith("{") else yaml.load(text, _Loader)
    except (ValueError, yaml.YAMLError, RecursionError) as problem:
        where = getattr(problem, "problem_mark", None)
        line = where.line + 1 if where else getattr(problem, "lineno", 1)
        says = getattr(problem, "problem", None) or str(problem) or "is nested too deep"
        raise BadFile(f"{path}:{line}:1", f"is neither JSON nor YAML: {says}") from None


class _Loader(yaml.SafeLoader):
    """YAML without dates: a version 2024-01-01 is a text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag != "tag:yaml.org,2002:timestamp"]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
