"""Layers of settings: options, an earlier run, a target.toml; the strongest that has a setting decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


class BadUse(ValueError):
    """Settings that cannot be taken; the text says what was expected and what to do."""


@dataclass(frozen=True)
class Layer:
    """One place that settings come from. `name` is told people: it makes words of a setting's name."""

    values: Mapping[str, Any]
    name: Callable[[str], str]

    def get(self, setting: str) -> Any:
        """The setting, or None where it is not set here; an empty list is none."""
        value = self.values.get(setting)
        return None if value is None or value == () else value


@dataclass
class Layers:
    """Layers, the strongest first, and what was picked from where."""

    layers: tuple[Layer, ...]
    origins: dict[str, str] = field(default_factory=dict)

    def pick(self, setting: str, default: Any = None, origin: str = "default") -> Any:
        """The setting from the first layer that has it."""
        found = next((each for each in self.layers if each.get(setting) is not None), None)
        self.origins[setting] = found.name(setting) if found else origin
        return found.get(setting) if found else default

    def either(self, *settings: str) -> tuple[str, Any]:
        """Which of these the first layer has that has any, and its value; an empty name where none does."""
        for layer in self.layers:
            for setting in settings:
                if (value := layer.get(setting)) is not None:
                    self.origins[settings[0]] = layer.name(setting)
                    return setting, value
        self.origins[settings[0]] = "not given"
        return "", None


def option(setting: str) -> str:
    """A setting as an option of the command line."""
    return "--" + setting.replace("_", "-")
