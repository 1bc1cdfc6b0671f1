"""The control surface: what it does, and that no input makes it fail."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_requests import BALANCE, CORE, PROMPT, bearer, nested
from support import InProcess

from proofsheet.mockserver.banner import banner
from proofsheet.mockserver.documents import Documents
from proofsheet.mockserver.settings import Settings
from proofsheet.spec.load import Library

POSTS = ["/_mock/verify", "/_mock/clock", "/_mock/schedule", "/_mock/reset"]
WRITERS = [*(("POST", path) for path in POSTS), ("PUT", "/_mock/ledger")]
DEEP = b'{"a": ' * 100_000


@pytest.mark.parametrize(("method", "path"), WRITERS)
@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"5",
        b'"text"',
        b"null",
        b"\xff",
        DEEP,
        b"[" * 100_000,
        b'{"stranger": 1}',
        b'{"key": 5}',
        b'{"key": "\\ud800"}',
        b'{"key": "a b"}',
        b'{"key": ""}',
        b'{"key": "' + b"x" * 300 + b'"}',
        b"x" * 1_100_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"\\ud800": 1}',
    ],
    ids=lambda body: f"{body[:12]!r}",
)
def test_bad_bodies_are_told(house: InProcess, method: str, path: str, body: bytes) -> None:
    response = house.request(method, path, content=body)
    assert (response.status_code, response.headers["content-type"]) == (400, "application/problem+json")
    assert response.json()["title"] == "Proofsheet: bad control request"
    assert response.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/_mock/clock", '{"advance": -1}'),
        ("POST", "/_mock/clock", '{"advance": NaN}'),
        ("POST", "/_mock/clock", '{"advance": Infinity}'),
        ("POST", "/_mock/clock", '{"advance": 1e13}'),
        ("POST", "/_mock/clock", '{"advance": "5"}'),
        ("POST", "/_mock/clock", '{"advance": true}'),
        ("POST", "/_mock/clock", '{"frozen": "yes"}'),
        ("POST", "/_mock/clock", '{"frozen": []}'),
        ("PUT", "/_mock/ledger", '{"credits": NaN}'),
        ("PUT", "/_mock/ledger", '{"credits": "many"}'),
        ("PUT", "/_mock/ledger", '{"credits": 1e400}'),
        ("PUT", "/_mock/ledger", '{"credits": []}'),
        ("PUT", "/_mock/ledger", '{"credits": true}'),
        ("PUT", "/_mock/ledger", "{}"),
        ("POST", "/_mock/verify", '{"fields": []}'),
        ("POST", "/_mock/verify", '{"count": -1}'),
        ("POST", "/_mock/verify", '{"count": 1.5}'),
        ("POST", "/_mock/verify", '{"count": "1"}'),
        ("POST", "/_mock/verify", '{"at_least": NaN}'),
        ("POST", "/_mock/verify", '{"fields": {"/a~b/~": 1, "a": {}}, "operation": []}'),
        ("POST", "/_mock/verify", '{"operation": {}}'),
        ("POST", "/_mock/verify", '{"outcome": []}'),
        ("POST", "/_mock/verify", '{"operation": "nothing"}'),
        ("POST", "/_mock/verify", '{"outcome": "nothing"}'),
    ],
)
def test_bad_values_are_told(house: InProcess, method: str, path: str, body: str) -> None:
    response = house.request(method, path, content=body.encode())
    assert (response.status_code, response.json()["title"]) == (400, "Proofsheet: bad control request")


def test_every_body_has_a_published_schema_and_what_breaks_it_is_told_in_its_words(house: InProcess) -> None:
    published = house.get("/_mock/schemas").json()
    assert len(published) == 7
    for route, schema in published.items():
        method, path = route.split()
        needed = dict.fromkeys(schema.get("required", ()))
        detail = house.request(method, path, json={**needed, "unheard": 1}).json()["detail"]
        assert detail.startswith(f"unknown: unheard; expected any of {', '.join(schema['properties'])}")
        for name, member in schema["properties"].items():
            known = schema["$defs"][member["$ref"].rpartition("/")[2]] if "$ref" in member else member
            detail = house.request(method, path, json={**needed, name: [[]]}).json()["detail"]
            assert detail.startswith(
                f"{name}: expected {known['description']}, came [[]]; GET /_mock/schemas"
            )


@pytest.mark.parametrize(
    "query", ["after=x", "after=-1", "limit=1.5", "after=", "limit=" + "9" * 50, "after=NaN"]
)
def test_bad_queries_are_told(house: InProcess, query: str) -> None:
    assert house.get(f"/_mock/journal?{query}").status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/_mock/journal/x",
        "/_mock/journal/-1",
        "/_mock/journal/" + "9" * 5000,
        "/_mock/pictures/x/0",
        "/_mock/pictures/" + "9" * 5000 + "/0",
        "/_mock/pictures/1/" + "9" * 5000,
        "/_mock/pictures/1/-1",
    ],
)
def test_places_that_are_no_numbers(house: InProcess, path: str) -> None:
    assert house.get(path).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/_mock/journal/999999999",
        "/_mock/pictures/999999999/0",
        "/_mock/assets/nothing",
        "/_mock/assets/..%2fpage.py",
        "/_mock/assets/..%2f..%2f..%2fpyproject.toml",
        "/_mock/assets/%2e%2e/page.html",
        "/_mock/assets/page.html",
        "/_mock/assets//etc/passwd",
        "/_mock/assets/..%5cpage.py",
        "/_mock/assets/page.css%00",
        "/_mock/nothing",
        "/_mock/assets/",
        "/_mock/../pyproject.toml",
        "//etc/passwd",
        "/_mock//",
    ],
)
def test_places_that_are_not_there(house: InProcess, path: str) -> None:
    response = house.get(path)
    assert response.status_code == 404
    assert b"[project]" not in response.content
    assert b"import" not in response.content


_PLAIN = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["getBalance", "success"])
)
VALUES = _PLAIN | nested(_PLAIN)
NAMES = [
    "key",
    "credits",
    "advance",
    "frozen",
    "times",
    "operation",
    "outcome",
    "code",
    "fault",
    "fields",
    "count",
]
NAMES += ["at_least", "at_most", "no_errors", "status", "method", "path", "media_type"]


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(WRITERS), st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4))
def test_no_body_makes_it_fail(quiet: InProcess, where: tuple[str, str], body: Any) -> None:
    text = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    response = quiet.request(where[0], where[1], content=text)
    assert response.status_code in (200, 201, 400)


@pytest.fixture(scope="module")
def quiet(document: Any) -> Any:
    made = InProcess((document,))
    yield made
    made.close()


def test_reset_of_one_key_leaves_the_others(mock: InProcess) -> None:
    for name in ("sk-one", "sk-two"):
        mock.form(CORE, {"prompt": PROMPT, "output_format": "jpeg"}, headers=bearer(name))
        mock.post("/_mock/schedule", json={"code": 500, "operation": "generateUltra"}, headers=bearer(name))
    assert mock.post("/_mock/reset", headers=bearer("sk-one")).json() == {"ok": True}
    ledgers = [
        mock.get("/_mock/ledger", headers=bearer(name)).json()["credits"] for name in ("sk-one", "sk-two")
    ]
    calls = [
        len(mock.get("/_mock/journal", headers=bearer(name)).json()["entries"])
        for name in ("sk-one", "sk-two")
    ]
    assert (ledgers, calls) == ([1000, 997], [0, 1])
    assert len(mock.get("/_mock/schedule").json()["scheduled"]) == 1


def test_reset_of_everything(mock: InProcess, key: str) -> None:
    mock.form(CORE, {"prompt": PROMPT, "output_format": "jpeg"}, headers=bearer(key))
    mock.post("/_mock/schedule", json={"code": 500})
    mock.post("/_mock/clock", json={"frozen": True})
    mock.post("/_mock/reset", headers=bearer(None))
    assert mock.get("/_mock/ledger", headers=bearer(key)).json() == {"credits": 1000, "held": 0}
    assert mock.get("/_mock/journal", headers=bearer(None)).json() == {"entries": []}
    assert mock.get("/_mock/schedule").json() == {"scheduled": []}
    assert mock.get("/_mock/clock").json()["frozen"] is False


@pytest.mark.parametrize(
    ("credits", "shown"), [(5, 5), (0, 0), (0.5, 0.5), (None, None), ("unlimited", None), (-3, -3)]
)
def test_the_ledger(mock: InProcess, key: str, credits: Any, shown: Any) -> None:
    assert mock.request("PUT", "/_mock/ledger", json={"credits": credits}, headers=bearer(key)).json() == {
        "credits": shown,
        "held": 0,
    }
    assert mock.get("/_mock/ledger", headers=bearer(key)).json() == {"credits": shown, "held": 0}
    charged = mock.form(CORE, {"prompt": PROMPT, "output_format": "jpeg"}, headers=bearer(key)).status_code
    assert charged == (200 if shown is None or shown >= 3 else 402)


def test_the_ledger_wants_a_key(house: InProcess) -> None:
    for method, body in (("GET", None), ("PUT", b'{"credits": 5}')):
        response = house.request(method, "/_mock/ledger", content=body, headers=bearer(None))
        assert (response.status_code, response.json()["detail"][:10]) == (400, "which key?")
    assert (
        house.request(
            "PUT", "/_mock/ledger", json={"key": "sk-b", "credits": 5}, headers=bearer(None)
        ).status_code
        == 200
    )


def test_the_clock(mock: InProcess) -> None:
    first = mock.post("/_mock/clock", json={"frozen": True}).json()["now"]
    assert mock.post("/_mock/clock", json={"advance": 2.5}).json() == {"now": first + 2.5, "frozen": True}
    assert mock.get("/_mock/clock").json() == {"now": first + 2.5, "frozen": True}
    assert mock.post("/_mock/clock", json={"frozen": False}).json()["frozen"] is False


def test_health_and_operations(house: InProcess, document: Any) -> None:
    assert house.get("/_mock/health").json() == {
        "ok": True,
        "documents": [{"name": "stability", "version": document.version}],
    }
    shown = house.get("/_mock/operations").json()
    assert set(shown) == set(document.operations)
    for name, operation in document.operations.items():
        assert shown[name]["outcomes"] == {each.name: each.status for each in operation.outcomes.values()}


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/_mock/health"), ("DELETE", "/_mock/ledger"), ("PATCH", "/_mock/schedule")]
)
def test_other_methods_are_405_with_allow(house: InProcess, method: str, path: str) -> None:
    response = house.request(method, path)
    assert response.status_code == 405
    assert "GET" in response.headers["allow"]


HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:4010", "localhost:80", "LOCALHOST", "[::1]:4010"])
def test_hosts_of_this_machine_are_served(serve: Any, document: Any, host: str) -> None:
    assert serve(document, hosts=HOSTS).get("/_mock/journal", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "",
        "localhost.",
        "[::1",
        "[",
        "a b",
        "x:y:z",
        "[v1.x]",
        "under_score.example",
        "127.0.0.1@evil.example",
        "2130706433",
    ],
)
def test_other_hosts_are_not(serve: Any, document: Any, host: str) -> None:
    mock = serve(document, hosts=HOSTS)
    for method, path in (
        ("GET", "/_mock/journal"),
        ("POST", "/_mock/reset"),
        ("GET", "/_mock/"),
        ("GET", "/_mock/health"),
    ):
        response = mock.request(method, path, headers={"host": host})
        assert (response.status_code, response.json()["title"]) == (403, "Proofsheet: not from here")
    assert mock.get(BALANCE, headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}],
)
def test_a_page_of_another_origin_is_refused(mock: InProcess, headers: dict[str, str]) -> None:
    response = mock.post("/_mock/reset", headers=headers)
    assert (response.status_code, response.json()["title"]) == (403, "Proofsheet: not from here")
    own = {"origin": "http://127.0.0.1", "sec-fetch-site": "same-origin"}
    assert mock.post("/_mock/reset", headers=own).status_code == 200


def test_an_exact_count_and_bounds_exclude_each_other(mock: InProcess) -> None:
    response = mock.post("/_mock/verify", json={"count": 1, "at_least": 1})
    assert (response.status_code, "leave out" in response.json()["detail"]) == (400, True)


@pytest.mark.parametrize("family", Library().families())
def test_the_page_and_the_banner_show_a_call_of_whatever_is_served(family: str) -> None:
    shown = banner("127.0.0.1", 4010, Documents.of([Library().load(family)]), Settings())
    command = shown.partition("Try it:")[2]
    assert command.strip().startswith("curl ")
    assert "http://127.0.0.1:4010/" in command
    assert "sk-test" in command
    assert "API_KEY" not in command
