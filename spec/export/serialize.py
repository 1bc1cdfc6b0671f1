"""Plain data as YAML or JSON, byte for byte the same in every run."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from proofsheet.spec.yaml_reader import scalar

_YAML_12 = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WIDTH = 110


class _Dumper(yaml.SafeDumper):
    """PyYAML's dumper without aliases, and with quotes wherever any YAML reads a text as something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


def _style(text: str) -> str | None:
    if "\n" in text:
        return "|"
    return '"' if _YAML_12.fullmatch(text) or not _plain(text) else None


def _plain(text: str) -> bool:
    try:
        return isinstance(scalar(text), str)
    except ValueError:
        return False


_Dumper.add_representer(str, _text)


def as_yaml(value: Any) -> str:
    """`value` as YAML."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)


def as_json(value: Any) -> str:
    """`value` as indented JSON with a line's end."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
