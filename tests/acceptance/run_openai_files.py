"""OpenAI's own client against a double of its files: uploaded, listed, looked at, fetched, deleted.

    .work/openai/bin/python run_openai_files.py --url URL

Run by the client's own interpreter. Prints a line for each case and ends with status 1 if any failed.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import openai
from cases import Cases

case = Cases()
Client = openai.OpenAI
DATA = b'{"custom_id": "1"}\r\n' + bytes(range(256)) * 2000


def kept(client: Client, name: str = "asked.jsonl", purpose: Any = "batch", **more: Any) -> Any:
    return client.files.create(file=(name, DATA), purpose=purpose, **more)


@case("a file is uploaded and looked at")
def _(client: Client) -> None:
    file = kept(client)
    assert (file.filename, file.bytes, file.purpose) == ("asked.jsonl", len(DATA), "batch")
    assert client.files.retrieve(file.id) == file
    assert client.files.wait_for_processing(file.id).status == "processed"


@case("its bytes come back as they went")
def _(client: Client) -> None:
    assert client.files.content(kept(client).id).read() == DATA
    with client.files.with_streaming_response.content(kept(client).id) as streamed:
        assert b"".join(streamed.iter_bytes()) == DATA


@case("files are listed by purpose and page by page")
def _(client: Client) -> None:
    ids = [kept(client, f"{number}.png", "vision").id for number in range(5)]
    kept(client)
    assert [each.id for each in client.files.list(purpose="vision", limit=2)] == ids[::-1]
    assert [each.id for each in client.files.list(purpose="vision", limit=2, order="asc")] == ids


@case("a file has its time")
def _(client: Client) -> None:
    file = kept(client, expires_after={"anchor": "created_at", "seconds": 3600})
    assert file.expires_at == file.created_at + 3600
    assert kept(client).expires_at is None


@case("a file is deleted")
def _(client: Client) -> None:
    id = kept(client).id
    assert client.files.delete(id).deleted
    refused(openai.NotFoundError, lambda: client.files.retrieve(id))
    refused(openai.NotFoundError, lambda: client.files.content(id))


@case("without waiting")
def _(client: Client) -> None:
    async def asked() -> bytes:
        async with openai.AsyncOpenAI(base_url=client.base_url, api_key=client.api_key) as own:
            file = await own.files.create(file=("x.jsonl", DATA), purpose="batch")
            return (await own.files.content(file.id)).read()

    assert asyncio.run(asked()) == DATA


@case("what is wrong raises what it raises")
def _(client: Client) -> None:
    refused(openai.BadRequestError, lambda: kept(client, purpose="answers"))
    refused(openai.NotFoundError, lambda: client.files.retrieve("file-0"))
    refused(openai.BadRequestError, lambda: client.files.content(kept(client, purpose="user_data").id))
    other = client.with_options(api_key=f"{client.api_key}-other")
    refused(openai.NotFoundError, lambda: other.files.content(kept(client).id))


def refused(kind: type[openai.APIStatusError], call: Any) -> None:
    came: Any = None
    try:
        call()
    except openai.OpenAIError as problem:
        came = problem
    assert isinstance(came, kind), f"{came!r} instead of {kind.__name__}"


if __name__ == "__main__":
    sys.exit(
        case.command(
            __doc__,
            lambda url, number: (
                Client(base_url=f"{url}/v1", api_key=f"sk-files-{number:04d}", max_retries=0),
            ),
        )
    )
