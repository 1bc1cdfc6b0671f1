"""Events that are put together from a template are those that would be made one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from support import InProcess

from proofsheet.mockserver import streams
from proofsheet.mockserver.event_templates import EventTemplate, event_template
from proofsheet.mockserver.sources import Context
from proofsheet.mockserver.written_values import Place
from proofsheet.spec.events import Event
from proofsheet.spec.load import Library

TOOLS = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]
SAID: list[dict[str, Any]] = [{"role": "user", "content": 'Say "\u2028 \U0001f600" \\ and more'}]
CHAT = {"model": "gpt-4o-mini", "messages": SAID, "max_tokens": 30}
RESPONSE = {"model": "gpt-4o-mini", "input": "Say something", "max_output_tokens": 30}


class Compared:
    """A template that makes each event the other way too."""

    def __init__(self, template: EventTemplate, event: Event, context: Context, seen: list[bytes]) -> None:
        self._template, self._event, self._context, self._seen = template, event, context, seen

    def data(self, place: Place, number: int) -> bytes:
        made = self._template.data(place, number)
        assert made == streams._event(self._event, replace(self._context, place=place, event=number))
        self._seen.append(made)
        return made


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The events that were made of templates, each of them compared."""
    found: list[bytes] = []

    def compared(event: Event, context: Context) -> Compared | None:
        template = event_template(event, context)
        return None if template is None else Compared(template, event, context, found)

    monkeypatch.setattr(streams, "event_template", compared)
    return found


@pytest.fixture(scope="module")
def mock(library: Library) -> Iterator[InProcess]:
    served = InProcess((library.load("openai"), library.load("openai-responses")), check_replies=False)
    yield served
    served.close()


@pytest.mark.parametrize(
    ("path", "body", "least"),
    [
        ("/v1/chat/completions", CHAT, 25),
        ("/v1/chat/completions", {**CHAT, "n": 3, "stream_options": {"include_usage": True}}, 75),
        ("/v1/chat/completions", {**CHAT, "tools": TOOLS, "tool_choice": "required"}, 3),
        ("/v1/responses", RESPONSE, 25),
        ("/v1/responses", {**RESPONSE, "tools": [{"type": "function", "name": "look", "parameters": {}}],
                           "tool_choice": "required"}, 3),
    ],
)  # fmt: skip
def test_a_template_makes_the_same_events(
    mock: InProcess, seen: list[bytes], path: str, body: dict[str, Any], least: int
) -> None:
    response = mock.post(path, json={**body, "stream": True})
    assert response.status_code == 200
    assert len(seen) >= least
    assert all(each in response.content for each in seen)


def test_what_changes_more_than_a_value_has_no_template(mock: InProcess, seen: list[bytes]) -> None:
    asked = {**CHAT, "stream": True, "logprobs": True, "top_logprobs": 2}
    response = mock.post("/v1/chat/completions", json=asked)
    assert response.content.count(b'"top_logprobs"') > 10
    assert not any(b'"content":"' in each and b'"role"' not in each for each in seen)
