"""The journal: bounded, without keys, and good for verification."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_requests import BALANCE, CORE, PROMPT, SD3, TEXTS, V1, bearer, form, part, picture, raw_form
from support import InProcess

from proofsheet.mockserver.media.image.picture import Edit, Picture
from proofsheet.mockserver.state import journal
from proofsheet.mockserver.state.memory import MemoryState
from proofsheet.spec.load import Library


def _entries(mock: InProcess, key: str | None = None, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = mock.get(f"/_mock/journal{query}", headers=bearer(key)).json()["entries"]
    return found


def test_an_entry_tells_what_was_asked_and_answered(house: InProcess, key: str) -> None:
    files = {"image": ("a.png", picture(), "image/png"), "none": ("upload", b"")}
    fields = {"prompt": PROMPT, "mode": "image-to-image", "strength": "0.5", "seed": "7"}
    house.form(SD3, fields, files=files, headers=bearer(key))
    (entry,) = _entries(house, key)
    expected = {
        "operation": "generateSd3",
        "method": "POST",
        "path": SD3,
        "status": 200,
        "outcome": "success",
        "media_type": "image/png",
        "seed": 7,
        "credits": 6.5,
        "ignored": ["none"],
        "forced": None,
        "response": None,
        "fields": {"prompt": PROMPT, "mode": "image-to-image", "strength": 0.5, "seed": 7},
        "files": {"image": {"filename": "a.png", "type": "image/png", "bytes": len(picture())}},
    }
    assert {name: entry[name] for name in expected} == expected
    assert entry["pictures"] == [f"pictures/{entry['seq']}/0"]


def test_pictures_drawn_again_are_those_that_were_served(house: InProcess, key: str) -> None:
    files = {"image": ("a.png", picture(), "image/png")}
    served = [
        house.form(SD3, {"prompt": PROMPT}, headers=bearer(key)).content,
        house.form(SD3, {"prompt": PROMPT, "output_format": "webp"}, headers=bearer(key)).content,
        house.form(SD3, {"prompt": "mock:filtered", "output_format": "jpeg"}, headers=bearer(key)).content,
        house.form(
            SD3,
            {"prompt": PROMPT, "mode": "image-to-image", "strength": "0.3"},
            files=files,
            headers=bearer(key),
        ).content,
    ]
    links = [entry["pictures"][0] for entry in _entries(house, key)]
    assert [house.get(f"/_mock/{link}").content for link in links] == served
    small = house.get(f"/_mock/{links[0]}?side=64")
    assert (small.headers["content-type"], len(small.content) < 20_000) == ("image/jpeg", True)


def test_every_sample_has_its_picture(house: InProcess, key: str) -> None:
    import base64

    answer = house.post(V1, json={**TEXTS, "samples": 2}, headers=bearer(key)).json()
    (entry,) = _entries(house, key)
    for link, artifact in zip(entry["pictures"], answer["artifacts"], strict=True):
        assert house.get(f"/_mock/{link}").content == base64.b64decode(artifact["base64"])
    assert house.get(f"/_mock/pictures/{entry['seq']}/2").status_code == 404


def test_it_is_bounded(serve: Any, document: Any, key: str) -> None:
    mock = serve(document, journal_size=3)
    for _ in range(5):
        mock.get(BALANCE)
    assert [entry["seq"] for entry in _entries(mock)] == [3, 4, 5]
    assert mock.get("/_mock/journal/2").status_code == 404
    assert mock.get("/_mock/journal/3").json()["seq"] == 3


def test_after_and_limit(mock: InProcess) -> None:
    for _ in range(5):
        mock.get(BALANCE)
    seqs = {
        query: [each["seq"] for each in _entries(mock, query=query)]
        for query in ("?after=3", "?limit=2", "?after=1&limit=1", "?after=99")
    }
    assert seqs == {"?after=3": [4, 5], "?limit=2": [4, 5], "?after=1&limit=1": [5], "?after=99": []}


def test_keys_see_their_own_calls_only(mock: InProcess) -> None:
    for name, calls in (("sk-one", 1), ("sk-two", 2)):
        for _ in range(calls):
            mock.get(BALANCE, headers=bearer(name))
    assert [len(_entries(mock, each)) for each in ("sk-one", "sk-two", None)] == [1, 2, 3]
    mock.request("DELETE", "/_mock/journal", headers=bearer("sk-one"))
    assert [len(_entries(mock, each)) for each in ("sk-one", "sk-two", None)] == [0, 2, 2]
    mock.request("DELETE", "/_mock/journal", headers=bearer(None))
    assert _entries(mock) == []


def _all_of_it(mock: InProcess) -> str:
    shown = [mock.get("/_mock/journal", headers=bearer(None)).text]
    shown += [mock.get(f"/_mock/journal/{each['seq']}", headers=bearer(None)).text for each in _entries(mock)]
    shown += [mock.get("/_mock/schedule").text, mock.get("/_mock/").text]
    sought = {"fields": {"prompt": "nothing of the kind"}, "at_least": 99}
    shown.append(mock.post("/_mock/verify", json=sought, headers=bearer(None)).text)
    return "\n".join(shown)


def test_no_key_stands_anywhere(mock: InProcess) -> None:
    key = "sk-mock-unknown-SECRET-0123456789"
    masked = "sk-mock***"  # what v1 repeats of it
    mock.get(BALANCE, headers=bearer(key))
    mock.get(
        f"{BALANCE}?token={key}", headers=bearer(key, cookie=f"k={key}", **{"x-api-key": key, "x-other": key})
    )
    mock.post(V1.replace("stable-diffusion-xl-1024-v1-0", key), json=TEXTS, headers=bearer(key))
    mock.post(V1, json={**TEXTS, "extras": {key: [key]}, key: key}, headers=bearer(key))
    parts = [
        part("prompt", f"a {key} cat"),
        part(key, "x"),
        part("image", picture(), f'; filename="{key}.png"', f"Content-Type: image/{key}\r\n"),
    ]
    raw_form(mock, form(*parts), SD3, authorization=f"Bearer {key}")
    raw_form(mock, form(*parts), SD3, authorization=key)
    mock.post("/_mock/schedule", json={"code": 500}, headers=bearer(key))
    text = _all_of_it(mock)
    assert key not in text
    assert "SECRET" not in text
    assert masked not in text
    assert journal.label(key) in text  # type: ignore[operator]


@settings(deadline=None, max_examples=30)
@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=6))
def test_no_key_is_too_odd_to_be_kept_out(house: InProcess, key: str) -> None:
    headers = {"authorization": key, "accept": "application/json"}
    body = {
        "text_prompts": [{"text": "a", "weight": 1}],
        "seed": 1,
        "steps": 9,
        "extras": {"1": [1.5, None, True]},
    }
    assert house.post(V1, json=body, headers=headers).status_code in (400, 401)
    (entry,) = _entries(house, key)[-1:]
    assert (entry["operation"], entry["key"]) == ("textToImage", journal.label(key))
    assert 1.5 in next(value for value in entry["fields"].values() if isinstance(value, dict)).popitem()[1]


def test_no_request_fills_the_memory(mock: InProcess, key: str) -> None:
    long = "x" * 1_000_000
    raw_form(
        mock, form(part("prompt", long), part(long, "1"), *[part(f"p{index}", "1") for index in range(90)])
    )
    mock.post(
        V1, json={**{f"field{index}": "x" for index in range(5000)}, "extras": {"a": long}, long: 1, **TEXTS}
    )
    mock.post(V1, json={**TEXTS, "extras": list(range(100_000)), "seed": 10**4000})
    mock.get(BALANCE, headers={f"x-{index}": "y" * 5000 for index in range(100)})
    mock.get("/v1/generation/" + "e" * 60_000 + "/text-to-image")
    for entry in _entries(mock):
        assert len(json.dumps(entry)) < 250_000


def _verify(mock: InProcess, asking: str, **body: Any) -> Any:
    response = mock.post("/_mock/verify", json=body, headers=bearer(asking))
    assert response.status_code == 200, response.text
    return response.json()


def test_verification(mock: InProcess, key: str) -> None:
    mock.form(CORE, {"prompt": PROMPT, "seed": "42", "output_format": "jpeg"}, headers=bearer(key))
    mock.form(CORE, {"prompt": "a cat", "seed": "41", "output_format": "jpeg"}, headers=bearer(key))
    mock.form(CORE, {}, headers=bearer("sk-else"))
    good = [
        {"operation": "generateCore"},
        {"operation": "generateCore", "count": 2},
        {"fields": {"seed": 42}, "count": 1},
        {"fields": {"seed": "42"}},
        {"fields": {"/prompt": PROMPT}, "at_most": 1},
        {"operation": "generateUltra", "count": 0},
        {"at_least": 1, "at_most": 2},
        {"status": 200, "outcome": "success", "method": "POST", "path": CORE, "media_type": "image/jpeg"},
        {"no_errors": True},
        {"key": "sk-else", "status": 400},
    ]
    assert [_verify(mock, key, **each)["ok"] for each in good] == [True] * len(good)
    bad = [
        {"operation": "generateUltra"},
        {"operation": "generateCore", "count": 1},
        {"fields": {"seed": 43}},
        {"fields": {"strength": 1}},
        {"at_least": 3},
        {"at_most": 1},
        {"key": "sk-else", "no_errors": True},
    ]
    assert [_verify(mock, key, **each)["ok"] for each in bad] == [False] * len(bad)


def test_verification_shows_the_closest_and_why(mock: InProcess, key: str) -> None:
    mock.get(BALANCE, headers=bearer(key))
    mock.form(CORE, {"prompt": PROMPT, "seed": "42", "output_format": "jpeg"}, headers=bearer(key))
    report = _verify(mock, key, operation="generateCore", fields={"prompt": PROMPT, "seed": 43})
    assert report["message"].endswith("found 0")
    assert report["closest"]["why"] == ["fields.seed: expected 43, was 42"]
    assert report["closest"]["entry"]["operation"] == "generateCore"


def test_no_errors_lists_them(mock: InProcess, key: str) -> None:
    mock.form(CORE, {}, headers=bearer(key))
    report = _verify(mock, key, no_errors=True)
    assert report["errors"] == [_entries(mock, key)[0]["seq"]]
    assert "ended in an error" in report["message"]


def test_forced_and_faulted_calls_are_marked(mock: InProcess, key: str) -> None:
    mock.get(BALANCE, headers=bearer(key, prefer="code=500", **{"proofsheet-fault": "latency=0"}))
    mock.post("/_mock/schedule", json={"code": 500}, headers=bearer(key))
    mock.get(BALANCE, headers=bearer(key))
    assert [entry["forced"] for entry in _entries(mock, key)] == ["prefer", "schedule"]


@pytest.mark.parametrize("key", ["sk-a", "ü", "x" * 1000])
def test_a_label_shows_nothing_of_a_key(key: str) -> None:
    found = journal.label(key)
    assert found == journal.label(key)
    assert found is not None
    assert found.startswith("key-")
    assert len(found) == 14
    assert journal.label(key + "x") != found
    assert journal.label(None) is None


def test_uploads_that_are_kept_are_bounded_in_bytes() -> None:
    kept_journal = journal.Journal(500)
    upload = b"x" * (1024 * 1024)
    edit = Edit("reimagine", (upload,), strength=0.5)
    for number in range(20):
        picture = Picture(64, 64, "image/png", number, b"i" * 16, "", "", edit=edit)
        kept_journal.record({"key": None, "pictures": (picture,)})
    kept = [entry for number in range(1, 21) if (entry := kept_journal.get(number)) and entry["pictures"]]
    assert len(kept) == 8
    assert kept[-1]["seq"] == 20
    assert all(each.bytes_held == 0 for entry in kept_journal.entries() for each in entry["pictures"])


def _held(kept: journal.Journal) -> list[int]:
    return [each["seq"] for each in kept.entries()]


def test_entries_are_bounded_in_bytes_whether_they_are_written_or_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(journal, "ENTRY_BYTES", 1000)

    def plain(size: int = 0) -> journal.Entry:
        return {"key": "a", "pictures": (), "fields": {"list": ["x" * size]}}

    kept = journal.Journal(4)
    for _ in range(5):
        kept.record(plain())
    assert _held(kept) == [2, 3, 4, 5]
    kept.record(plain(3000))
    assert _held(kept) == [5, 6]
    kept.record(journal.Unwritten(plain, 600))
    assert _held(kept) == [6, 7]
    kept.record(journal.Unwritten(plain, 3000))
    assert _held(kept) == [7, 8]
    kept.record(plain(9000))  # alone it is too much, and stays: there is no smaller choice
    assert _held(kept) == [9]
    kept.clear("a")
    kept.record(plain(3000))
    kept.record(plain())
    assert _held(kept) == [10, 11]


def test_what_falls_out_counts_no_more_with_its_uploads() -> None:
    kept = journal.Journal(2)
    picture = Picture(64, 64, "image/png", 1, b"i" * 16, "", "", edit=Edit("reimagine", (b"x" * 1000,)))
    for _ in range(9):
        kept.record({"key": "a", "pictures": (picture,)})
    assert (len(kept._sources), kept._source_bytes) == (2, 2000)
    kept.clear("b")
    assert (len(kept._sources), kept._source_bytes) == (2, 2000)
    kept.clear("a")
    assert (len(kept._sources), kept._source_bytes) == (0, 0)


def test_a_call_that_waits_to_be_written_holds_no_tasks_that_are_large_or_many(
    serve: Callable[..., InProcess], library: Library
) -> None:
    mock, headers = serve(library.load("midjourney")), {"authorization": "Bearer sk-list"}
    made = mock.post("/mj/submit/imagine", json={"prompt": "a cat"}, headers=headers).json()
    mock.get(f"/mj/task/{made['result']}/fetch", headers=headers)
    mock.post("/mj/task/list-by-condition", json={"ids": [made["result"]]}, headers=headers)
    state = mock.double.state
    assert isinstance(state, MemoryState)
    waiting = [isinstance(each.entry, journal.Unwritten) for each in state._journal._entries]
    assert waiting == [True, True, False]
