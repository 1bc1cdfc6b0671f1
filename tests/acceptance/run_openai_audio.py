"""OpenAI's own client against a double of its audio: spoken, streamed, written down again, refused.

    .work/openai/bin/python run_openai_audio.py --url URL

Run by the client's own interpreter. Prints a line for each case and ends with status 1 if any failed.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import sys
from pathlib import Path
from typing import Any

import openai
from cases import Cases

TEXT = "The quick brown fox jumped over the lazy dog. Then it slept."
HEADS = {"mp3": b"ID3", "opus": b"OggS", "aac": b"ID3", "flac": b"fLaC", "wav": b"RIFF"}
case = Cases()
Client = openai.OpenAI


def spoken(client: Client, **more: Any) -> io.BytesIO:
    """A speech as a file that has a name."""
    made = client.audio.speech.create(**{"model": "tts-1", "voice": "alloy", "input": TEXT, **more})
    file = io.BytesIO(made.read())
    file.name = f"speech.{more.get('response_format', 'mp3')}"
    return file


def refused(kind: type[openai.APIStatusError], call: Any, **members: Any) -> None:
    came: Any = None
    try:
        call()
    except openai.OpenAIError as problem:
        came = problem
    assert isinstance(came, kind), f"{came!r} instead of {kind.__name__}"
    assert {name: getattr(came, name) for name in members} == members, came.body


@case("a text is spoken in every format")
def _(client: Client) -> None:
    for kind, head in HEADS.items():
        assert spoken(client, response_format=kind).getvalue().startswith(head), kind
    assert len(spoken(client, response_format="pcm").getvalue()) > 2 * 24_000


@case("twice as fast takes half the time")
def _(client: Client) -> None:
    usual, quick = (len(spoken(client, response_format="pcm", speed=each).getvalue()) for each in (1.0, 2.0))
    assert abs(usual / quick - 2) < 0.1


@case("a speech streams into a file")
def _(client: Client) -> None:
    path = Path("streamed.mp3")
    asked = {"model": "gpt-4o-mini-tts", "voice": "coral", "input": TEXT, "instructions": "Cheerful."}
    with client.audio.speech.with_streaming_response.create(**asked) as response:
        response.stream_to_file(path)
    assert path.read_bytes() == spoken(client, **asked).getvalue()


@case("a speech comes as events")
def _(client: Client) -> None:
    with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="coral", input=TEXT, stream_format="sse", response_format="wav"
    ) as response:
        lines = [each.removeprefix("data: ") for each in response.iter_lines() if each.startswith("data: ")]

    found = [json.loads(each) for each in lines]
    file = b"".join(base64.b64decode(each["audio"]) for each in found if each["type"] == "speech.audio.delta")
    assert file.startswith(b"RIFF")
    assert found[-1]["usage"]["total_tokens"] > 0


@case("what was spoken is written down")
def _(client: Client) -> None:
    for kind in ("mp3", "flac", "wav"):
        file = spoken(client, response_format=kind)
        assert client.audio.transcriptions.create(model="whisper-1", file=file).text == TEXT, kind
    for model in ("gpt-4o-transcribe", "gpt-transcribe"):
        found = client.audio.transcriptions.create(model=model, file=spoken(client))
        assert found.text == TEXT
        assert found.usage.type == "tokens"
    assert client.audio.translations.create(model="whisper-1", file=spoken(client)).text == TEXT


@case("with its times")
def _(client: Client) -> None:
    found = client.audio.transcriptions.create(
        model="whisper-1",
        file=spoken(client),
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
    )
    assert [each.word for each in found.words] == TEXT.replace(".", "").split()
    assert len(found.segments) == 2
    assert found.segments[-1].end == found.words[-1].end == round(float(found.duration), 2)


@case("as a text and as subtitles")
def _(client: Client) -> None:
    def written(form: str) -> str:
        asked = {"model": "whisper-1", "file": spoken(client), "response_format": form}
        return str(client.audio.transcriptions.create(**asked))

    assert written("text").strip() == TEXT
    assert written("srt").startswith("1\n00:00:00,000 --> ")
    assert written("vtt").startswith("WEBVTT\n\n00:00:00.000 --> ")


@case("as events")
def _(client: Client) -> None:
    asked = {"model": "gpt-4o-mini-transcribe", "file": spoken(client), "stream": True}
    found = list(client.audio.transcriptions.create(**asked))
    assert "".join(each.delta for each in found[:-1]) == TEXT == found[-1].text
    assert found[-1].usage.total_tokens > 0


@case("with who speaks, at once and as events")
def _(client: Client) -> None:
    def asked(**more: Any) -> Any:
        wanted = {"model": "gpt-4o-transcribe-diarize", "response_format": "diarized_json", **more}
        return client.audio.transcriptions.create(file=spoken(client), chunking_strategy="auto", **wanted)

    found = asked(extra_body={"known_speaker_names": ["Ann"]})
    assert [each.speaker for each in found.segments] == ["Ann", "Ann"]
    assert "".join(each.text for each in found.segments) == TEXT == found.text
    events = list(asked(stream=True))
    parts = [each for each in events if each.type == "transcript.text.segment"]
    assert [(each.id, each.speaker) for each in parts] == [("seg_000", "A"), ("seg_001", "A")]
    assert "".join(each.delta for each in events if each.type == "transcript.text.delta") == events[-1].text


@case("without waiting")
def _(client: Client) -> None:
    async def asked() -> str:
        async with openai.AsyncOpenAI(base_url=client.base_url, api_key=client.api_key) as own:
            made = await own.audio.speech.create(model="tts-1", voice="nova", input=TEXT)
            file = ("speech.mp3", made.content, "audio/mpeg")
            return (await own.audio.transcriptions.create(model="whisper-1", file=file)).text

    assert asyncio.run(asked()) == TEXT


@case("what is wrong raises what it raises")
def _(client: Client) -> None:
    bad, missing = openai.BadRequestError, openai.NotFoundError
    listen = client.audio.transcriptions.create
    refused(bad, lambda: spoken(client, voice="ballad"), param=None, code=None)
    refused(bad, lambda: spoken(client, input="x" * 4097))
    refused(missing, lambda: spoken(client, model="tts-9"), code="model_not_found")
    refused(bad, lambda: listen(model="whisper-1", file=("a.mp3", b"no sound")), param=None, code=None)
    refused(
        bad,
        lambda: listen(model="gpt-4o-transcribe", file=spoken(client), response_format="srt"),
        code="unsupported_value",
    )
    large = ("a.wav", bytes(26 * 1024 * 1024))
    refused(openai.APIStatusError, lambda: listen(model="whisper-1", file=large), status_code=413)


if __name__ == "__main__":
    sys.exit(
        case.command(
            __doc__,
            lambda url, number: (
                Client(base_url=f"{url}/v1", api_key=f"sk-audio-{number:04d}", max_retries=0),
            ),
        )
    )
