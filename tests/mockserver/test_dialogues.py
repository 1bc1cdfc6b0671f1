"""Dialogues over a WebSocket, on a document of the tests' own (talks.yaml), with a real server."""

from __future__ import annotations

import array
import base64
import itertools
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from wire import Process

from proofsheet.spec.load import Library

_NUMBERS = itertools.count(1)
WAIT = 20  # seconds: longer than any of them can take


class Talk:
    """A client: what it says, and what it is told."""

    def __init__(self, socket: ClientConnection, key: str) -> None:
        self.socket, self.key = socket, key

    def say(self, do: str, **more: Any) -> None:
        self.socket.send(json.dumps({"do": do, **more}))

    def next(self) -> Any:
        return json.loads(self.socket.recv(timeout=WAIT))

    def until(self, do: str) -> list[Any]:
        """Everything up to a message of this name."""
        found = [self.next()]
        while found[-1]["do"] != do:
            found.append(self.next())
        return found

    def closed(self) -> int:
        """The code with which it ends; what is said before is passed over."""
        with suppress(ConnectionClosed):
            while True:
                self.socket.recv(timeout=WAIT)
        assert self.socket.close_code is not None
        return self.socket.close_code


@pytest.fixture(scope="module")
def house(miniatures: Library) -> Iterator[Process]:
    options = ("talks", "--spec", "tests/miniature", "--rate-limit", "off")
    with Process(*options, documents=(miniatures.load("talks"),)) as made:
        yield made


@pytest.fixture
def talk(house: Process) -> Iterator[Talk]:
    with opened(house) as found:
        assert found.next()["do"] == "hello"
        yield found


@contextmanager
def opened(house: Process, protocols: list[str] | None = None, **headers: str) -> Iterator[Talk]:
    """A dialogue with a key of its own."""
    key = f"sk-talk-{next(_NUMBERS)}"
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    sent |= {} if protocols else {"x-key": key}
    address = f"ws://{house.host}:{house.port}/talk"
    with connect(address, additional_headers=sent, subprotocols=protocols, open_timeout=WAIT) as socket:
        yield Talk(socket, key)


def tone(milliseconds: int, loud: int) -> str:
    made = array.array("h", [round(loud * math.sin(n / 10)) for n in range(24 * milliseconds)])
    return base64.b64encode(made.tobytes()).decode()


def control(house: Process, method: str, path: str, key: str | None = None, **more: Any) -> Any:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return httpx.request(
        method, f"http://{house.host}:{house.port}/_mock{path}", headers=headers, timeout=WAIT, **more
    ).json()


def test_a_reply_comes_in_the_order_of_the_document(talk: Talk) -> None:
    talk.say("say", item={"id": "a", "says": "Tell me of whales"})
    assert talk.next()["item"] == {"id": "a", "by": "me", "says": "Tell me of whales"}
    talk.say("answer")
    found = talk.until("ends")
    names = [name for name, _ in itertools.groupby(each["do"] for each in found)]
    assert names == ["begins", "item", "piece", "words", "item", "ends"]
    pieces = "".join(each["text"] for each in found if each["do"] == "piece")
    assert "Tell me of whales" in pieces
    whole = found[-2]["item"]
    assert whole["says"] == pieces
    assert whole["state"] == "done"
    assert found[-1]["items"] == [whole]
    assert len({each["reply"] for each in found}) == 1
    assert len({each["no"] for each in found}) == len(found)
    tokens = found[-1]["tokens"]
    assert tokens["all"] == tokens["read"] + tokens["written"]
    talk.say("show", id=whole["id"])
    assert talk.next()["item"] == whole


def test_what_a_reply_costs_is_charged_once(house: Process, talk: Talk) -> None:
    before = control(house, "GET", "/ledger", talk.key)["credits"]
    talk.say("answer")
    tokens = talk.until("ends")[-1]["tokens"]
    talk.say("deaf")
    talk.until("quiet")
    after = control(house, "GET", "/ledger", talk.key)["credits"]
    cost = (1000 * tokens["read"] + 2000 * tokens["written"]) / 10**6
    assert before - after == pytest.approx(cost)


def test_settings_change_member_by_member_and_a_message_may_have_its_own(talk: Talk) -> None:
    talk.say("set", to={"most": 3, "turns": {"level": 0.7}})
    changed = talk.next()["set"]
    assert changed["most"] == 3
    assert changed["turns"] == {"level": 0.7, "pause": 200, "lead": 100}
    talk.say("answer")
    ended = talk.until("ends")[-1]
    assert (ended["state"], ended["tokens"]["written"], ended["items"][0]["state"]) == (
        "cut",
        3,
        "cut",
    )
    talk.say("answer", **{"with": {"most": 5}})
    assert talk.until("ends")[-1]["tokens"]["written"] == 5


def test_a_tool_is_called_and_its_result_is_answered(talk: Talk) -> None:
    takes = {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}}
    talk.say("set", to={"tools": [{"name": "get_weather", "about": "Weather", "takes": takes}]})
    talk.say("say", item={"says": "What is the weather in Paris?"})
    talk.say("answer")
    call = next(each for each in talk.until("ends") if each["do"] == "call")["item"]
    assert call["name"] == "get_weather"
    assert isinstance(json.loads(call["takes"])["city"], str)
    talk.say("say", item={"by": "tool", "says": "21 degrees"})
    talk.say("answer")
    assert "21 degrees" in talk.until("ends")[-1]["items"][0]["says"]


def test_speech_is_found_by_its_level_and_answered(talk: Talk) -> None:
    talk.say("hear", sound=tone(300, 0))
    talk.say("hear", sound=tone(500, 9000))
    began = talk.next()
    assert (began["do"], began["at"]) == ("speaks", 200)
    talk.say("hear", sound=tone(300, 20))
    ended, said = talk.next(), talk.next()
    assert (ended["do"], ended["at"], ended["id"]) == ("silent", 1000, began["id"])
    assert said["item"] == {"id": began["id"], "by": "me", "says": "(sound)"}
    assert talk.until("ends")[0]["do"] == "begins"


def test_much_sound_in_one_message_is_heard_and_answered_as_little_is(talk: Talk) -> None:
    for sound in (tone(800, 9000), tone(800, 0)):
        assert len(sound) > 32 * 1024  # about which is worked in a thread
        talk.say("hear", sound=sound)
    assert [talk.next()["do"] for _ in range(3)] == ["speaks", "silent", "said"]
    assert talk.until("ends")[0]["do"] == "begins"
    talk.say("hear", sound=tone(800, 9000)[:-1] + "?")
    assert "is no sound" in talk.next()["why"]


def test_without_turns_the_client_says_when_it_has_spoken(talk: Talk) -> None:
    talk.say("set", to={"turns": None})
    talk.say("heard")
    assert talk.until("wrong")[-1]["why"] == "0.00 ms are less than 100"
    talk.say("hear", sound=tone(200, 9000))
    talk.say("heard")
    assert talk.next()["item"]["says"] == "(sound)"


def test_what_is_heard_is_written_down_for_who_wants_it(talk: Talk) -> None:
    talk.say("set", to={"turns": None, "writes": {}})
    talk.next()
    talk.say("hear", sound=tone(900, 9000))
    talk.say("heard")
    said, *pieces, whole = talk.until("heard-text")
    assert said["do"] == "said"
    assert {each["id"] for each in pieces} == {whole["id"]} == {said["item"]["id"]}
    assert "".join(each["text"] for each in pieces) == whole["text"] != ""
    assert whole["tokens"] == {"read": 18, "written": len(pieces), "all": 18 + len(pieces)}
    talk.say("show", id=whole["id"])
    assert talk.next()["item"]["says"] == whole["text"]
    talk.say("hear", sound=tone(900, 0))
    talk.say("heard")
    assert talk.until("heard-text")[-1]["text"] == ""


@pytest.mark.parametrize(("ear", "size"), [("pcm", 2880), ("ulaw", 480), ("alaw", 480)])
def test_a_reply_is_spoken_in_the_form_that_was_asked_for(talk: Talk, ear: str, size: int) -> None:
    talk.say("set", to={"loud": ["voice"], "ear": ear, "most": 2})
    talk.next()
    talk.say("answer")
    sounds = [each["sound"] for each in talk.until("ends") if each["do"] == "sound"]
    assert [len(base64.b64decode(each)) for each in sounds] == [size, size]


def test_a_reply_under_way_is_cancelled(house: Process) -> None:
    with opened(house, proofsheet_stream="tps=50") as talk:
        talk.next()
        talk.say("answer")
        first = talk.until("piece")[-1]
        talk.say("answer", no="2")
        assert talk.until("wrong")[-1] | {"no": ""} == {
            **{"do": "wrong", "no": "", "why": f"{first['reply']} goes on", "code": 3, "of": None, "to": "2"}
        }
        talk.say("stop")
        ended = talk.until("ends")[-1]
        assert ended["state"] == "broken-off"
        assert ended["items"][0]["state"] == "cut"
        talk.say("stop")
        assert talk.until("wrong")[-1]["why"] == "nothing goes on"
        cost = (1000 * ended["tokens"]["read"] + 2000 * ended["tokens"]["written"]) / 10**6
        assert 1000 - control(house, "GET", "/ledger", talk.key)["credits"] == pytest.approx(cost)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "that is no JSON"),
        (b"\x00\x01", "that is no JSON"),
        ("[1]", "that is no JSON"),
        ("[" * 3000, "that is no JSON"),
        ('{"do": "say", "item": ' + '{"says":' * 200 + "1" + "}" * 201, "that is no JSON"),
        ('{"do": "say", "item": {"says": "\\ud800"}}', "that is no JSON"),
        ('{"do": "say", "item": {"says": NaN}}', "that is no JSON"),
        ('{"do": "say", "item": {"says": 1e999}}', "that is no JSON"),
        ('{"no": 1}', "do is missing"),
        ('{"do": "sing"}', "sing is none of"),
        ('{"do": ["say"]}', "is of another type"),
        ('{"do": "say"}', "item is missing"),
        ('{"do": "set", "to": 1}', "to is of another type"),
        ('{"do": "show", "id": "zz"}', "zz is not there"),
        ('{"do": "say", "item": {"kind": "result", "call": "zz"}}', "nobody called zz"),
        ('{"do": "say", "item": {}, "after": "zz"}', "zz is not there"),
        ('{"do": "hear", "sound": "?"}', "sound is no sound"),
        ('{"do": "hear", "sound": "AA=="}', "sound is no sound"),
    ],
)
def test_what_is_wrong_is_said_and_the_dialogue_goes_on(talk: Talk, text: Any, why: str) -> None:
    talk.socket.send(text)
    assert why in talk.next()["why"]
    talk.say("deaf")
    assert talk.next()["do"] == "quiet"


def test_what_a_tool_answered_is_taken_once_it_was_called(talk: Talk) -> None:
    talk.say("say", item={"kind": "call", "call": "zz"})
    talk.say("say", item={"kind": "result", "call": "zz"})
    assert [talk.next()["item"]["kind"] for _ in range(2)] == ["call", "result"]


def test_what_is_no_name_of_a_message_is_not_repeated(talk: Talk) -> None:
    talk.say("sing", no={"a": 1})
    assert talk.next()["to"] is None


def test_a_message_that_is_too_large_ends_it(talk: Talk) -> None:
    talk.say("say", item={"says": "x" * 61_000})
    assert talk.next()["why"] == "more than 60000 bytes"
    assert talk.closed() == 1009


def test_a_session_ends_on_the_mock_clock(house: Process) -> None:
    with opened(house) as talk:
        talk.next()
        control(house, "POST", "/clock", json={"advance": 61})
        assert talk.next()["why"] == "the time is up"
        assert talk.closed() == 4001


def test_what_is_refused_is_told_why(house: Process) -> None:
    with opened(house, x_old="1") as talk:
        assert talk.next()["why"] == "that is old"
        assert talk.closed() == 4000


def test_a_dialogue_is_cut_or_breaks_off(house: Process) -> None:
    with opened(house, proofsheet_stream="cut=2") as talk:
        talk.next()
        talk.say("answer")
        assert [talk.until("piece")[-1]["do"], talk.next()["do"]] == ["piece", "piece"]
        assert talk.closed() == 1011
    with opened(house, proofsheet_stream="error=2") as talk:
        talk.next()
        talk.say("answer")
        assert talk.until("wrong")[-1]["why"] == "it broke"


def test_the_credential_may_stand_in_a_sub_protocol(house: Process) -> None:
    with opened(house, ["talk", "key.sk-talk-sub"]) as talk:
        assert talk.socket.subprotocol == "talk"
        assert talk.next()["do"] == "hello"
    shown = control(house, "GET", "/journal", "sk-talk-sub")
    assert "sk-talk-sub" not in json.dumps(shown)
    with pytest.raises(InvalidStatus) as refused, opened(house, ["talk"]):
        pass
    assert refused.value.response.status_code == 401


def test_the_journal_and_the_sessions_show_it(house: Process, talk: Talk) -> None:
    talk.say("deaf")
    talk.next()
    shown = control(house, "GET", "/journal", talk.key)["entries"]
    messages = [each for each in shown if each["method"] in ("SENT", "RECEIVED")]
    assert messages
    for each in messages:  # what was said is to be read on the page
        assert json.loads(each["response"]) == each["fields"]
        size = {"SENT": "response_bytes", "RECEIVED": "request_bytes"}[each["method"]]
        assert each[size] == len(each["response"])
    assert [(each["method"], each["path"]) for each in shown[-3:]] == [
        ("SENT", "hello"), ("RECEIVED", "deaf"), ("SENT", "quiet"),
    ]  # fmt: skip
    newest = control(house, "GET", "/sessions")["sessions"][0]
    assert (newest["open"], newest["received"], newest["sent"]) == (True, 1, 2)


def test_plain_http_is_told_to_upgrade_and_other_paths_are_refused(house: Process) -> None:
    answer = httpx.get(
        f"http://{house.host}:{house.port}/talk", headers={"x-key": "sk-talk-http"}, timeout=WAIT
    )
    assert (answer.status_code, answer.headers["upgrade"]) == (426, "websocket")
    assert httpx.get(f"http://{house.host}:{house.port}/talk", timeout=WAIT).status_code == 401
    elsewhere = f"ws://{house.host}:{house.port}/elsewhere"
    with pytest.raises(InvalidStatus) as refused, connect(elsewhere, open_timeout=WAIT):
        pass
    assert refused.value.response.status_code == 403


def test_ids_and_what_stands_apart_are_the_document_s(talk: Talk) -> None:
    talk.say("answer", **{"with": {"aside": "yes", "instead": [{"by": "me", "says": "On its own"}]}})
    came = talk.until("ends")
    assert came[0]["reply"].startswith("r-")
    assert came[-1]["items"][0]["id"].startswith("i-")
    assert "On its own" in came[-1]["items"][0]["says"]
    talk.say("show", id=came[-1]["items"][0]["id"])  # it was left out of the conversation
    assert talk.next()["do"] == "wrong"
    talk.say("answer", **{"with": {"instead": 5}})  # no items at all: the conversation is answered
    kept = talk.until("ends")[-1]["items"][0]
    talk.say("show", id=kept["id"])
    assert talk.next()["item"] == kept
