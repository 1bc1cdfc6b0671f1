"""What is written in reply, at once and as a stream, on a document of the tests' own (streams.yaml)."""

from __future__ import annotations

import asyncio
import base64
import io
import itertools
import json
import struct
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import jsonschema_rs
import pytest
from PIL import Image, ImageChops, ImageStat
from support import InProcess
from waiting import PATIENCE

from proofsheet.mockserver.endpoint import until_gone
from proofsheet.mockserver.stream_pace import BadStreamPace, StreamPace, parse_stream_pace
from proofsheet.spec import events, tokens
from proofsheet.spec.load import Library

_NUMBERS = itertools.count(1)
WEATHER = "What is the weather in Paris?"
TOOL = {
    "name": "get_weather",
    "about": "Tells how the weather is.",
    "takes": {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}},
}
TIME = {"name": "get_time", "takes": {"type": "object", "properties": {}}}


@pytest.fixture(scope="module")
def house(miniatures: Library) -> Iterator[InProcess]:
    made = InProcess((miniatures.load("streams"),), rate_limit=False)
    yield made
    made.close()


def sent(house: InProcess, path: str, body: Any, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    key = {"x-key": f"sk-streams-{next(_NUMBERS)}"}
    return house.post(path, json=body, headers={"authorization": None, **key, **named})


def said(text: str = WEATHER, **more: Any) -> dict[str, Any]:
    return {"messages": [{"from": "me", "says": text}], **more}


def answers(house: InProcess, body: Any) -> list[Any]:
    response = sent(house, "/talk", body)
    assert response.status_code == 200, response.text
    found: list[Any] = response.json()["answers"]
    return found


def pieces(response: httpx.Response) -> tuple[list[Any], bool]:
    """The data of the events but the end mark, and whether that came last."""
    found, rest = events.read(response.content)
    assert not rest
    data = [each for _, each in found]
    ended = data[-1:] == ["[DONE]"]
    return [json.loads(each) for each in data[: -1 if ended else None]], ended


def test_an_answer_is_of_the_topic_and_as_long_as_its_tokens_say(house: InProcess) -> None:
    body = sent(house, "/talk", said("Tell me of whales")).json()
    [answer] = body["answers"]
    assert "Tell me of whales" in answer["text"]
    assert "mock" in answer["text"] or "made-up" in answer["text"]
    assert body["tokens"]["written"] == tokens.count(answer["text"])
    assert body["tokens"]["read"] == tokens.count("Tell me of whales") + 3 + 2
    assert body["tokens"]["all"] == body["tokens"]["read"] + body["tokens"]["written"]
    assert answer["end"] == "done"
    assert "calls" not in answer
    assert answer["chances"] is None


def test_the_same_request_is_answered_alike_and_another_seed_otherwise(house: InProcess) -> None:
    first, again, other = (answers(house, said(seed=seed)) for seed in (1, 1, 2))
    assert first == again
    assert first[0]["text"] != other[0]["text"]


def test_several_answers_differ_and_are_numbered(house: InProcess) -> None:
    found = answers(house, said(answers=3))
    assert [each["number"] for each in found] == [0, 1, 2]
    assert len({each["text"] for each in found}) == 3


@pytest.mark.parametrize(("field", "most"), [("most", 1), ("longest", 7), ("most", 300)])
def test_an_answer_has_as_many_tokens_as_it_may_and_says_that_it_was_cut(
    house: InProcess, field: str, most: int
) -> None:
    body = sent(house, "/talk", said(**{field: most})).json()
    [answer] = body["answers"]
    assert body["tokens"]["written"] == tokens.count(answer["text"]) <= most
    assert answer["end"] == ("cut" if body["tokens"]["written"] == most else "done")
    assert most == 300 or body["tokens"]["written"] == most


@pytest.mark.parametrize("until", ["mock", ["never said", "answer"]])
def test_an_answer_ends_before_what_stops_it(house: InProcess, until: Any) -> None:
    [whole], [answer] = answers(house, said()), answers(house, said(until=until))
    stop = until if isinstance(until, str) else until[1]
    assert answer["text"] == whole["text"].partition(stop)[0]
    assert answer["end"] == "done"


@pytest.mark.parametrize(
    "schema",
    [
        {
            "type": "object",
            "required": ["a"],
            "properties": {"a": {"type": "integer", "minimum": 3, "maximum": 4}},
        },
        {"type": "array", "minItems": 3, "items": {"enum": ["x", "y"]}},
        {"type": "string", "pattern": "^[A-Z]{3}-\\d{4}( not)?$"},
        {"anyOf": [{"type": "null"}, {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.1}]},
        {
            "$defs": {
                "node": {
                    "type": "object",
                    "required": ["next"],
                    "properties": {"next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}},
                }
            },
            "$ref": "#/$defs/node",
        },
        {
            "allOf": [
                {"type": "object", "required": ["b"]},
                {"properties": {"b": {"type": "string", "format": "date"}}},
            ]
        },
        {"type": "string", "minLength": 50, "maxLength": 60},
    ],
)
def test_an_answer_satisfies_the_schema_that_was_given(house: InProcess, schema: Any) -> None:
    [answer] = answers(house, said(form=schema))
    assert jsonschema_rs.Draft202012Validator(schema).is_valid(json.loads(answer["text"]))


_TOO_LARGE = (
    {"type": "array", "minItems": 10**6},
    {"type": "string", "minLength": 10**19},
    {"type": "number", "minimum": 1e308, "multipleOf": 1e-10},
    {"type": "string", "pattern": "^(?:a{1,}){30}c\\bd$"},
    {"type": "string", "pattern": "^((a{900}){900}){900}$"},
)


def test_an_object_may_be_asked_for_and_a_schema_that_nothing_satisfies_gives_words(house: InProcess) -> None:
    assert isinstance(json.loads(answers(house, said(**{"as": "object"}))[0]["text"]), dict)
    circle = {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}
    for hopeless in ({"type": "string", "const": 1}, circle, {"type": "object", "required": 5}, *_TOO_LARGE):
        assert WEATHER in answers(house, said(form=hopeless))[0]["text"]


_PLACE = '{"title": "Place", "properties": {"city": {"type": "string"}, "degrees": {"type": "integer"}}, "required": ["city", "degrees"]}'  # noqa: E501


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        (f"Answer in JSON by this schema:\n```\n{_PLACE}\n```", WEATHER),
        ("You are brief.", f'{WEATHER} As json, for {{"properties": {{"a": {{}}}}}} not, but for\n{_PLACE}'),
        (f"JSON with the braces of {{this}} and {{}} and {_PLACE}", "Hello"),
    ],
)
@pytest.mark.parametrize("more", [{}, {"as": "object"}])
def test_a_schema_that_stands_in_what_is_said_is_satisfied(
    house: InProcess, rules: str, text: str, more: dict[str, Any]
) -> None:
    turns = [{"from": "rules", "says": rules}, {"from": "me", "says": text}]
    [answer] = answers(house, {"messages": turns, **more})
    found = json.loads(answer["text"])
    assert jsonschema_rs.Draft202012Validator(json.loads(_PLACE)).is_valid(found)
    assert found["city"][0].isalnum(), found


def test_an_object_is_like_the_example_that_was_shown(house: InProcess) -> None:
    example = {"name": "Ann", "age": 3, "height": 1.5, "tags": ["a"], "home": {"far": True, "why": None}}
    text = f"Tell me of Bob as JSON, such as {json.dumps(example)}"
    found = json.loads(answers(house, said(text, **{"as": "object"}))[0]["text"])
    assert [type(each) for each in found.values()] == [str, int, float, list, dict], found
    assert [type(each) for each in found["home"].values()] == [bool, type(None)]
    assert text[:11] in answers(house, said(text))[0]["text"], "without being asked for an object, words come"


@pytest.mark.parametrize(
    "text",
    [
        f"Explain {_PLACE} to me",  # that something is to be in that form is not said
        'JSON by {"properties": {"city": {"type": "no type"}}}',
        'JSON by {"properties": ' + '{"a": ' * 5000,
    ],
)
def test_words_come_where_no_schema_is_asked_for_that_could_be_satisfied(house: InProcess, text: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        json.loads(answers(house, said(text))[0]["text"])
    found = json.loads(answers(house, said(text, **{"as": "object"}))[0]["text"])
    assert list(found) == (["city", "degrees"] if _PLACE in text else ["answer"])


def test_tools_are_called_with_arguments_that_fit(house: InProcess) -> None:
    [answer] = answers(house, said(tools=[TIME, TOOL]))
    [call] = answer["calls"]
    assert (call["name"], json.loads(call["takes"])) == ("get_weather", {"city": "Paris"})
    assert (answer["text"], answer["end"]) == (None, "wants")
    assert call["id"].startswith("use-")


@pytest.mark.parametrize(
    ("more", "called"),
    [
        ({"call": "never"}, []),
        ({"call": {"only": "get_time"}}, ["get_time"]),
        ({"call": "surely", "messages": [{"from": "me", "says": "Hello"}]}, ["get_time"]),
        ({"messages": [{"from": "me", "says": "Hello"}]}, []),
        (
            {"messages": [{"from": "me", "says": "get the time and get the weather"}]},
            ["get_time", "get_weather"],
        ),
        (
            {"messages": [{"from": "me", "says": "get the time and get the weather"}], "several": False},
            ["get_time"],
        ),
        ({"messages": [{"from": "me", "says": "The weather and the time?"}]}, ["get_time", "get_weather"]),
        ({"tools": []}, []),
        ({"tools": [TOOL, {"name": "ls", "takes": {"type": "object"}}]}, ["get_weather"]),
    ],
)
def test_which_tools_are_called(house: InProcess, more: dict[str, Any], called: list[str]) -> None:
    [answer] = answers(house, {**said(tools=[TIME, TOOL]), **more})
    assert [each["name"] for each in answer.get("calls", [])] == called


@pytest.mark.parametrize("tools", [[TIME], None])
def test_a_tool_that_is_not_declared_cannot_be_chosen(house: InProcess, tools: Any) -> None:
    response = sent(house, "/talk", said(call={"only": "get_weather"}, **({"tools": tools} if tools else {})))
    assert (response.status_code, response.json()) == (400, {"wrong": "get_weather is no tool"})


def test_after_its_tools_have_answered_words_come_with_what_they_said(house: InProcess) -> None:
    [first] = answers(house, said(tools=[TOOL]))
    result = {"from": "tool", "answers_to": first["calls"][0]["id"], "says": "18 degrees and sunny"}
    turns = [{"from": "me", "says": WEATHER}, {"from": "you", "says": None}, result]
    [answer] = answers(house, {"messages": turns, "tools": [TOOL]})
    assert "18 degrees and sunny" in answer["text"]
    assert "calls" not in answer


def test_how_likely_tokens_were_and_which_others_might_have_come(house: InProcess) -> None:
    [answer] = answers(house, said(most=4, chances=True, rivals=2))
    found = answer["chances"]["tokens"]
    assert "".join(each["text"] for each in found) == answer["text"]
    assert all(each["chance"] < 0 and bytes(each["bytes"]).decode() == each["text"] for each in found)
    assert [len(each["rivals"]) for each in found] == [2] * 4
    assert all(each["rivals"][0]["text"] == each["text"] for each in found)
    [bare] = answers(house, said(most=4, chances=True))
    assert [each["rivals"] for each in bare["chances"]["tokens"]] == [[]] * 4


def test_parts_of_a_message_are_read_and_pictures_counted(house: InProcess) -> None:
    parts = [{"words": "Hello"}, {"shows": "a picture"}]
    body = sent(house, "/talk", {"messages": [{"from": "me", "says": parts}]}).json()
    assert "Hello" in body["answers"][0]["text"]
    assert body["tokens"]["read"] == 1 + 3 + 2 + 50


def test_a_stream_says_what_the_plain_answer_says(house: InProcess) -> None:
    [plain] = answers(house, said(most=20))
    found, ended = pieces(sent(house, "/talk", said(most=20, stream=True, count=True)))
    assert ended
    assert found[0]["begins"]
    assert "".join(each.get("text", "") for each in found) == plain["text"]
    assert [each["end"] for each in found if "end" in each] == ["cut"]
    assert found[-1]["tokens"]["written"] == 20
    assert len({each["id"] for each in found}) == 1
    assert not any("chance" in each for each in found)


def test_a_stream_ends_with_its_tokens_only_if_that_was_asked_for(house: InProcess) -> None:
    found, ended = pieces(sent(house, "/talk", said(stream=True)))
    assert ended
    assert not any("tokens" in each for each in found)


def test_a_stream_of_calls_has_each_call_before_its_arguments(house: InProcess) -> None:
    text = "get the time and get the weather of Rome"
    found, _ = pieces(sent(house, "/talk", said(text, stream=True, tools=[TIME, TOOL])))
    calls = [each["calls"] for each in found if "calls" in each]
    assert [(each["place"], each["name"]) for each in calls if "name" in each] == [
        *((0, "get_time"), (1, "get_weather"))
    ]
    for place in (0, 1):
        own = [each for each in calls if each["place"] == place]
        assert "name" in own[0]
        json.loads("".join(each.get("takes", "") for each in own))


def test_events_have_names_where_the_document_names_them(house: InProcess) -> None:
    response = sent(house, "/outline", {"subject": "The sea", "length": 3})
    assert response.headers["content-type"] == "text/event-stream"
    assert "content-length" not in response.headers
    found, rest = events.read(response.content)
    assert ([name for name, _ in found], rest) == (["line"] * 3 + ["end"], "")


def test_an_error_in_the_middle_is_the_documents_and_the_last_event(house: InProcess) -> None:
    found, ended = pieces(sent(house, "/talk", said(stream=True), proofsheet_stream="error=2"))
    assert not ended
    assert [list(each) for each in found[1:]] == [["id", "number", "text"]] * 2 + [["wrong"]]
    assert sent(house, "/talk", said(stream=True), prefer='stream="error=0"').text.count("data:") == 2


@pytest.mark.parametrize("leaves", [True, False])
def test_a_stream_ends_when_its_client_has_left(leaves: bool) -> None:
    ended: list[str] = []

    async def send() -> None:
        try:
            await asyncio.sleep(3600 if leaves else 0)
            ended.append("sent")
        except asyncio.CancelledError:
            ended.append("left")
            raise

    async def receive() -> dict[str, Any]:
        if not leaves:
            await asyncio.sleep(3600)
        return {"type": "http.disconnect"}

    asyncio.run(asyncio.wait_for(until_gone(send(), receive), PATIENCE))
    assert ended == (["left"] if leaves else ["sent"])


def test_an_error_beyond_the_end_never_comes(house: InProcess) -> None:
    whole = sent(house, "/talk", said(stream=True, seed=3)).text
    for pace in ("error=5000", "cut=5000"):
        beyond = sent(house, "/talk", said(stream=True, seed=3), proofsheet_stream=pace).text
        assert beyond.count("data:") == whole.count("data:")
        assert "[DONE]" in beyond


def test_what_is_read_and_written_is_what_is_paid_for(house: InProcess) -> None:
    key = {"authorization": None, "x-key": "sk-streams-payer"}
    for voice, price in (("low", (1000, 2000)), ("high", (5000, 10000))):
        before = float(house.double.state.balance(("streams", "sk-streams-payer")) or 0)
        body = house.post("/talk", json=said(voice=voice), headers=key).json()["tokens"]
        after = float(house.double.state.balance(("streams", "sk-streams-payer")) or 0)
        cost = (body["read"] * price[0] + body["written"] * price[1]) / 1e6
        assert before - after == pytest.approx(cost)
    house.double.state.set_balance(("streams", "sk-streams-payer"), 0)
    assert house.post("/talk", json=said(), headers=key).status_code == 402


def balance(house: InProcess, key: str) -> float:
    return float(house.double.state.balance(("streams", key)) or 0)


def test_of_a_stream_that_breaks_off_what_was_sent_is_paid_for(house: InProcess) -> None:
    key = "sk-streams-broken"
    headers = {"authorization": None, "x-key": key}
    read = house.post("/talk", json=said(), headers=headers).json()["tokens"]["read"]
    before = balance(house, key)
    house.post("/talk", json=said(stream=True), headers={**headers, "proofsheet-stream": "error=3"})
    assert before - balance(house, key) == pytest.approx((read * 1000 + 3 * 2000) / 1e6)
    assert house.double.state.journal()[-1]["credits"] == pytest.approx((read * 1000 + 3 * 2000) / 1e6)


def test_who_leaves_a_stream_pays_for_what_he_was_sent(house: InProcess) -> None:
    key = "sk-streams-leaver"
    body = json.dumps(said(stream=True)).encode()
    before = balance(house, key)
    scope = {
        **{"type": "http", "method": "POST", "path": "/talk", "query_string": b"", "scheme": "http"},
        **{"server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), "http_version": "1.1"},
        "headers": [
            (b"content-type", b"application/json"),
            *((b"x-key", key.encode()), (b"proofsheet-stream", b"ttft=0.01, tps=0.01")),
        ],
    }
    sent: list[Any] = []

    async def left() -> None:
        first = asyncio.Event()
        requests = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> Any:
            if (found := next(requests, None)) is not None:
                return found
            await first.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)
            if sum(each["type"] == "http.response.body" for each in sent) == 2:
                first.set()

        await asyncio.wait_for(house.site(scope, receive, send), 30)

    house.run(left())
    spent = before - balance(house, key)
    assert 0 < spent < 100 * 1000 / 1e6
    assert house.double.state.journal()[-1]["credits"] == pytest.approx(spent)
    assert house.double.state.held(("streams", key)) == 0


def test_a_pace_is_read_with_what_it_does_not_name_as_usual() -> None:
    assert parse_stream_pace("") == StreamPace()
    usual = parse_stream_pace("ttft=0.5, tps=40")
    assert parse_stream_pace("jitter=0.2,cut=3", usual) == StreamPace(0.5, 40, 0.2, cut=3)
    for wrong in ("tps", "tps=x", "tps=-1", "speed=3", "cut=1.5", "jitter=2"):
        with pytest.raises(BadStreamPace, match="expected"):
            parse_stream_pace(wrong)


def test_pauses_are_those_of_the_pace(house: InProcess) -> None:
    rng = house.double.rng
    assert list(itertools.islice(StreamPace(ttft=0.5, tps=20).pauses(rng), 3)) == [0.5, 0.05, 0.05]
    assert list(itertools.islice(StreamPace().pauses(rng), 2)) == [0, 0]
    shaken = list(itertools.islice(StreamPace(tps=10, jitter=0.5).pauses(rng), 50))
    assert all(0.05 <= each <= 0.15 for each in shaken)
    assert len(set(shaken)) > 10


def test_a_pace_that_cannot_be_read_is_the_doubles_own_refusal(house: InProcess) -> None:
    response = sent(house, "/talk", said(stream=True), proofsheet_stream="tps=fast")
    assert response.status_code == 400
    assert "ttft=SECONDS" in response.json()["detail"]


@pytest.mark.parametrize(
    ("body", "found", "rest"),
    [
        (b"data: a\n\ndata: b\n\n", [(None, "a"), (None, "b")], ""),
        (b"event: x\r\ndata: a\r\ndata: b\r\n\r\n", [("x", "a\nb")], ""),
        (b": hello\n\ndata:a\n\ndata: cut", [(None, "a")], "data: cut"),
        (b"\xef\xbb\xbfdata: {}\r\r", [(None, "{}")], ""),
        (b"", [], ""),
    ],
)
def test_events_are_read_as_browsers_read_them(body: bytes, found: Any, rest: str) -> None:
    assert events.read(body) == (found, rest)


@pytest.mark.parametrize(
    "text",
    [
        "The quick brown fox, 12345 internationalisations!",
        "日本語のテキスト and русский текст",
        "",
        "  a\n\nb_c ",
    ],
)
def test_tokens_are_the_text_and_the_first_so_many_are_counted_so(text: str) -> None:
    found = tokens.tokens(text)
    assert "".join(found) == text
    for number in range(len(found) + 1):
        assert tokens.count("".join(found[:number])) == number


def vectors(house: InProcess, texts: Any, **more: Any) -> list[Any]:
    response = sent(house, "/vectors", {"voice": "small", "texts": texts, **more})
    assert response.status_code == 200, response.text
    assert [each["number"] for each in response.json()["vectors"]] == list(
        range(len(response.json()["vectors"]))
    )
    return [each["places"] for each in response.json()["vectors"]]


def near(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_vectors_are_of_length_one_and_near_for_texts_that_share_words(house: InProcess) -> None:
    texts = ["The cat sat on the mat", "A cat sat on some mat", "Quarterly revenue exceeded forecasts"]
    cat, like, other = vectors(house, texts, places=256)
    for each in (cat, like, other):
        assert len(each) == 256
        assert near(each, each) == pytest.approx(1, abs=1e-5)
    assert near(cat, like) > 0.5 > near(cat, other)
    assert vectors(house, "The cat sat on the mat", places=256) == [cat]
    assert len(vectors(house, "a cat")[0]) == 8


def test_packed_vectors_are_the_same_numbers(house: InProcess) -> None:
    [numbers], [packed] = vectors(house, "a cat"), vectors(house, "a cat", **{"as": "packed"})
    assert list(struct.unpack("<8f", base64.b64decode(packed))) == numbers


@pytest.mark.parametrize(("texts", "count"), [([1, 2, 3], 1), ([[1], [2, 3]], 2), (["a", "b"], 2), ("a", 1)])
def test_tokens_may_stand_for_a_text(house: InProcess, texts: Any, count: int) -> None:
    assert len(vectors(house, texts)) == count


def test_resources_are_listed_viewed_and_needed_until_their_day(
    serve: Callable[..., InProcess], miniatures: Library
) -> None:
    made = serve(miniatures.load("streams"), date=datetime(2030, 5, 31, 12, tzinfo=UTC).timestamp())
    key = {"headers": {"authorization": None, "x-key": "sk-voices"}}

    def names() -> list[str]:
        return [each["name"] for each in made.get("/voices", **key).json()]

    def used(voice: str) -> httpx.Response:
        return made.post("/vectors", json={"voice": voice, "texts": "a"}, **key)

    assert names() == ["small", "old", "mute"]
    assert made.get("/voices/old", **key).json() == {"name": "old", "until": "2030-06-01"}
    assert len(used("old").json()["vectors"][0]["places"]) == 16
    made.double.state.move_clock(13 * 3600)
    assert names() == ["small", "mute"]
    assert made.get("/voices/old", **key).status_code == 404
    assert used("old").json() == {"wrong": "old is no voice, or was"}
    assert (used("mute").status_code, used("mute").json()) == (403, {"wrong": "mute cannot count"})


def test_a_resource_has_a_price(house: InProcess) -> None:
    key = "sk-vectors-payer"
    for voice, price in (("small", 1000), ("old", 2000)):
        before = house.double.state.balance(("streams", key)) or 0
        house.post(
            "/vectors", json={"voice": voice, "texts": "a cat"}, headers={"authorization": None, "x-key": key}
        )
        assert float(before - (house.double.state.balance(("streams", key)) or 0)) == pytest.approx(
            2 * price / 1e6
        )


def sketched(house: InProcess, **fields: Any) -> list[tuple[str | None, Any]]:
    response = sent(house, "/sketch", {"subject": "The sea", "live": True, **fields})
    assert response.status_code == 200, response.text
    return [(name, json.loads(data)) for name, data in events.read(response.content)[0]]


def pixels(data: Any) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(data["picture"])))


def test_the_stages_of_a_picture_come_nearer_to_it(house: InProcess) -> None:
    found = sketched(house, stages=3)
    assert [name for name, _ in found] == ["stage"] * 3 + ["picture"]
    assert [data["number"] for _, data in found[:3]] == [0, 1, 2]
    final = pixels(found[-1][1]).convert("RGB")
    away = [ImageStat.Stat(ImageChops.difference(pixels(data), final)).rms[0] for _, data in found[:3]]
    assert away == sorted(away, reverse=True)
    assert min(away) > 0


def test_a_stream_shows_the_picture_of_the_plain_answer(house: InProcess) -> None:
    plain = sent(house, "/sketch", {"subject": "The sea"}).json()
    assert [data["picture"] for _, data in sketched(house)] == [plain["picture"]]


def test_a_file_of_less_quality_is_smaller(house: InProcess) -> None:
    sizes = [
        len(
            sent(
                house, "/sketch", {"subject": "The sea", "form": "webp", "large": True, "percent": each}
            ).content
        )
        for each in (100, 60, 10)
    ]
    assert sizes == sorted(set(sizes), reverse=True)


@pytest.mark.parametrize(
    ("canvas", "status"), [("20x10", 200), ("10x20", 200), ("21x10", 400), ("10x21", 400)]
)
def test_a_size_in_words_keeps_to_its_bounds(house: InProcess, canvas: str, status: int) -> None:
    assert sent(house, "/sketch", {"subject": "The sea", "canvas": canvas}).status_code == status
