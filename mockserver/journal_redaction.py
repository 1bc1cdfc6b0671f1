"""What must not stand in a journal: a call's key, fields named as secrets are, credentials in URLs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, unquote

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.state.journal import label
from proofsheet.mockserver.wording import MOST_SAID
from proofsheet.traffic.credential_fields import is_credential, is_credential_member

SHORTEST = 8  # characters of a secret that is looked for in texts; what is shorter is a word of many
_USER = re.compile(r"(?<=://)[^/?#\s@\"'<>]+(?=@)")
_PARAMETER = re.compile(r"(?<=[?&;])([\w.%+-]+)=([^&;#\s\"'<>]+)")


class Redaction:
    """Takes the secrets of one call out of what is said of it. In their place stands a label of each."""

    def __init__(self, call: Call) -> None:
        self._forms = [*_of_key(call), *_of_other_keys(call), *_of_others(call.fields)]

    def text(self, text: str) -> str:
        for form, shown in self._forms:
            if form in text:
                text = text.replace(form, shown)
        return _without_credentials(text) if "://" in text else text

    def value(self, value: Any) -> Any:
        """Plain data with the secrets taken out of every text in it; other numbers stay what they are."""
        if isinstance(value, dict):
            return {self.text(name): self.member(name, each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.value(each) for each in value]
        return self.text(value) if isinstance(value, str) else value

    def member(self, name: str, value: Any) -> Any:
        """The value of a field or member: a label of it where its name says that it is a secret."""
        hidden = value not in (None, "", True, False) and is_credential_member(name)
        return _label(value) if hidden else self.value(value)


def _label(secret: Any) -> str:
    return f"({label(secret if isinstance(secret, str) else json.dumps(secret))})"


def _of_key(call: Call) -> Iterator[tuple[str, str]]:
    key = call.key or ""
    if len(key) >= SHORTEST:
        others = (key[: MOST_SAID - 1], call.operation.policy.mask(key))
        yield from ((form, f"({call.label})") for form in (*_written(key), *others))


def _of_other_keys(call: Call) -> Iterator[tuple[str, str]]:
    for key in call.other_keys:
        yield from ((form, _label(key)) for form in _written(key))


def _of_others(fields: Any) -> Iterator[tuple[str, str]]:
    for secret in _secrets(fields):
        if len(secret) >= SHORTEST:
            yield from ((form, _label(secret)) for form in _written(secret))


def _written(secret: str) -> Iterable[str]:
    """A text as it stands in JSON and in URLs."""
    return dict.fromkeys((secret, json.dumps(secret)[1:-1], quote(secret, safe="", errors="replace")))


def _secrets(value: Any, name: str = "") -> Iterator[str]:
    """The texts that are named as secrets are, and the credentials in URLs."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _secrets(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from _secrets(each, name)
    elif isinstance(value, str) and value:
        if name and is_credential_member(name):
            yield value
        elif "://" in value:
            users = _USER.findall(value)
            yield from (part for each in users for part in (each, each.partition(":")[2]))
            yield from (each for name, each in _PARAMETER.findall(value) if is_credential(unquote(name)))


def _without_credentials(text: str) -> str:
    """A text whose URLs have neither a user nor a parameter that is named as credentials are."""
    return _PARAMETER.sub(_hidden_parameter, _USER.sub(lambda found: _label(found[0]), text))


def _hidden_parameter(found: re.Match[str]) -> str:
    name, value = found.groups()
    return f"{name}={_label(value)}" if is_credential(unquote(name)) else found[0]
