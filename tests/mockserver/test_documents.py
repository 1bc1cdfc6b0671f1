"""Several documents in one process: same ids, same paths, and each read only when it is needed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest
from shapes import answer, client, document, operation, refusal

from proofsheet.mockserver.app import Site
from proofsheet.mockserver.documents import Documents, left_out
from proofsheet.mockserver.double import double
from proofsheet.mockserver.settings import Settings
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library
from proofsheet.spec.yaml_reader import BadFile

SCHEMES = {"key": {"type": "apiKey", "in": "header", "name": "x-key"}}
BODY = {
    "required": True,
    "content": {"application/json": {"schema": {"type": "object", "required": ["one"]}}},
}


def _family(name: str, limit: int, cost: int, **more: Any) -> Document:
    """A family with its `getTask` where every other has it, and a limit and a price of its own."""
    node = operation(
        "getTask",
        **{
            "x-precedence": ["authenticate", "rate-limit", "validate", "charge"],
            "x-refusals": {
                "authenticate": "unauthorized",
                "rate-limit": "limited",
                "validate": "bad_request",
                "charge": "broke",
            },
            "x-rate-limit": {"requests": limit, "window": 10, "penalty": 60},
            "x-cost": {"credits": cost, "charged": ["success"]},
        },
        **more,
    )
    node["responses"] |= {"402": refusal("broke"), "429": refusal("limited"), "200": answer({"of": name})}
    paths = {"/task": {"post": node}, f"/{name}/only": {"get": operation("ping")}}
    return document(name, paths, security=[{"key": []}], schemes=SCHEMES)


ONE = _family("one", limit=2, cost=1, requestBody=BODY)
TWO = _family("two", limit=3, cost=10)


def _run(talk: Callable[[httpx.AsyncClient], Awaitable[Any]], *documents: Document) -> Any:
    async def run() -> Any:
        async with client(*documents, credits=None) as http:
            return await talk(http)

    return asyncio.run(run())


async def _post(http: httpx.AsyncClient, path: str, key: str = "sk-1", body: Any = None) -> httpx.Response:
    return await http.post(path, headers={"x-key": key}, json={"one": 1} if body is None else body)


def test_two_operations_of_one_id_keep_their_own_rules_limits_and_accounts() -> None:
    async def talk(http: httpx.AsyncClient) -> None:
        assert (await _post(http, "/one/task", body={})).status_code == 400  # two has no such rule
        for family in ("one", "two"):
            sent = {"key": "sk-1", "credits": 20, "family": family}
            assert (await http.put("/_mock/ledger", json=sent)).json()["credits"] == 20
        statuses = [(await _post(http, "/one/task")).status_code for _ in range(2)]
        assert statuses == [200, 429]
        answers = [await _post(http, "/two/task", body={}) for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 402]
        assert answers[0].json() == {"of": "two"}
        left = [
            (await http.get(f"/_mock/ledger?family={name}", headers={"authorization": "sk-1"})).json()
            for name in ("one", "two")
        ]
        assert [each["credits"] for each in left] == [19, 0]

    _run(talk, ONE, TWO)


def test_the_first_has_a_shared_path_and_the_other_is_under_its_name() -> None:
    async def talk(http: httpx.AsyncClient) -> None:
        assert (await _post(http, "/task")).json() == {"of": "one"}
        assert (await _post(http, "/two/task")).json() == {"of": "two"}
        assert (await http.get("/two/only", headers={"x-key": "a"})).status_code == 200
        assert (await http.get("/two/two/only", headers={"x-key": "a"})).status_code == 200

    _run(talk, ONE, TWO)
    assert left_out([ONE, TWO]) == ["two: 1 of its paths are one's here; it has them under /two"]


def test_of_all_families_those_that_apps_know_by_their_paths_have_them_at_the_root() -> None:
    library = Library()
    order = library.in_serving_order()
    assert sorted(order) == list(library.families())
    documents = [library.load(each) for each in order]
    assert left_out(documents) == []
    found, served = [], Documents.of(documents)
    for one in documents:
        for each in one.operations.values():
            path = one.bases[0] + re.sub(r"{\w+}", "x-1", each.path)
            match = served.find(each.method, path)
            owner = match.served.operation.document if match and match.served else None
            found += [(path, one.name, owner)] if owner != one.name else []
    assert found == [], "a path of one must be no other's, and no other's below its name"


def test_names_with_their_document_schedule_and_verify_one_of_them() -> None:
    async def talk(http: httpx.AsyncClient) -> None:
        assert set((await http.get("/_mock/operations")).json()) == {
            *("one.getTask", "one.ping", "two.getTask", "two.ping")
        }
        wanted = {"operation": "two.getTask", "code": 429}
        assert (await http.post("/_mock/schedule", json=wanted)).status_code == 201
        assert [(await _post(http, f"/{each}/task")).status_code for each in ("one", "two")] == [200, 429]
        counts = {
            name: (await http.post("/_mock/verify", json={"operation": name, "count": count})).json()["ok"]
            for name, count in (("getTask", 2), ("two.getTask", 1), ("one.ping", 0))
        }
        assert all(counts.values()), counts
        unknown = await http.post("/_mock/verify", json={"operation": "three.getTask"})
        assert unknown.status_code == 400

    _run(talk, ONE, TWO)


class Loads:
    """Documents that note when they are read."""

    def __init__(self, *documents: Document) -> None:
        self.read: list[str] = []
        self.known = {each.name: each for each in documents}

    def load(self, name: str) -> Document:
        self.read.append(name)
        return self.known[name]

    def site(self) -> Site:
        loads = {name: (lambda name=name: self.load(name)) for name in self.known}
        return Site(double(Documents(loads), Settings()))


def test_a_document_is_read_on_the_first_request_for_it() -> None:
    async def talk(loads: Loads) -> None:
        transport = httpx.ASGITransport(loads.site())
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            assert (await http.get("/_mock/health")).json()["documents"][1] == {
                "name": "two",
                "version": None,
            }
            assert loads.read == []
            await _post(http, "/two/task")
            await _post(http, "/two/task")
            assert loads.read == ["two"]
            await _post(http, "/task")
            assert loads.read == ["two", "one"]

    asyncio.run(talk(Loads(ONE, TWO)))


@pytest.mark.parametrize(
    "problem",
    [
        LookupError("two.yaml:7:3: $ref leads nowhere"),
        BadFile("two.yaml:7:3", "$ref leads nowhere"),
    ],
)
def test_a_document_that_turns_out_broken_is_reported_and_spares_the_others(problem: Exception) -> None:
    def broken() -> Document:
        raise problem

    async def talk() -> None:
        site = Site(double(Documents({"one": lambda: ONE, "two": broken}), Settings()))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(site), base_url="http://127.0.0.1"
        ) as http:
            assert (await _post(http, "/one/task")).status_code == 200
            answer = await _post(http, "/two/task")
            assert (answer.status_code, answer.json()["detail"]) == (500, "two.yaml:7:3: $ref leads nowhere")

    asyncio.run(talk())


@pytest.mark.parametrize("extensions", [{}, {"websocket.http.response": {}}])
def test_a_websocket_is_refused_before_it_is_accepted(extensions: dict[str, Any]) -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    scope = {
        "type": "websocket",
        "path": "/one/task",
        "headers": [],
        "query_string": b"",
        "extensions": extensions,
    }
    asyncio.run(Site(double((ONE,), Settings()))(scope, receive, send))
    if extensions:
        assert sent[0]["status"] == 403
        assert sent[-1]["type"] == "websocket.http.response.body"
    else:
        assert sent == [{"type": "websocket.close", "code": 1008}]


def test_a_family_comes_with_its_parts_which_have_its_accounts(miniatures: Library) -> None:
    names = miniatures.with_parts("miniature")
    assert names == ("miniature", "miniature-prints")
    assert miniatures.with_parts("nested") == ("nested",)
    key = {"x-task-key": "sk-parts"}

    async def talk(http: httpx.AsyncClient) -> tuple[Any, Any]:
        drawn = await http.post("/tasks", json={"prompt": "a cat"}, headers=key)
        linked = await http.post("/prints", json={"prompt": "a cat", "copies": 3}, headers=key)
        ledger = await http.get("/_mock/ledger", headers={"authorization": "Bearer sk-parts"})
        assert (drawn.status_code, linked.status_code) == (200, 200)
        return ledger.json(), linked.json()

    documents = [miniatures.load(each) for each in names]
    ledger, linked = asyncio.run(_with_credits(talk, documents))
    assert ledger["credits"] == 3
    assert len({each["url"] for each in linked["prints"]}) == 3


async def _with_credits(talk: Callable[[httpx.AsyncClient], Awaitable[Any]], known: list[Document]) -> Any:
    async with client(*known, credits=Decimal(10)) as http:
        return await talk(http)


def test_the_ledger_is_right_when_the_journal_has_forgotten_a_keys_calls() -> None:
    """As after so many calls of others that the key's own have gone: found with ten thousand tasks."""

    async def talk(http: httpx.AsyncClient) -> list[Any]:
        assert (await _post(http, "/two/task", body={})).status_code == 200
        assert (await http.delete("/_mock/journal")).status_code == 200
        asked = [("sk-1", "/_mock/ledger"), ("sk-1", "/_mock/ledger?family=one"), ("sk-new", "/_mock/ledger")]
        return [
            (await http.get(path, headers={"authorization": key})).json()["credits"] for key, path in asked
        ]

    assert asyncio.run(_with_credits(talk, [ONE, TWO])) == [0, 10, 10]


def _sold(document: Document) -> Document:
    """The document as one of a vendor's."""
    operations = {name: replace(each, account="seller") for name, each in document.operations.items()}
    return replace(document, operations=operations, account="seller")


def test_a_vendors_documents_share_one_account() -> None:
    async def talk(http: httpx.AsyncClient) -> None:
        sent = {"key": "sk-1", "credits": 11, "family": "one"}
        assert (await http.put("/_mock/ledger", json=sent)).json()["credits"] == 11
        assert [(await _post(http, f"/{each}/task")).status_code for each in ("one", "two")] == [200, 200]
        for family in ("one", "two"):
            left = await http.get(f"/_mock/ledger?family={family}", headers={"authorization": "sk-1"})
            assert left.json()["credits"] == 0
        assert (await _post(http, "/one/task")).status_code == 402

    _run(talk, _sold(ONE), _sold(TWO))
