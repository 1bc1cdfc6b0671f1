"""What a hostile client sends: bytes on a connection of its own, and what must come of them."""

import asyncio
import contextlib
import gzip
import json
import struct
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

LOCAL = "127.0.0.1"
LIMIT = 45.0  # seconds, within which the server has to be done with anything: its own limits are 10 and 30
CHAT, PICTURE = "/v1/chat/completions", "/v2beta/stable-image/generate/core"
KEY = "authorization: Bearer sk-hostile"
_BOUNDARY = "hostile"


@dataclass(frozen=True)
class Outcome:
    """How an attack ended: the first answer's status (0: closed without one), seconds, whether in time."""

    status: int
    seconds: float
    in_time: bool = True


Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[int]]


async def attack(port: int, conversation: Conversation) -> Outcome:
    """Have one conversation with the server there. Never raises: a closed connection is an outcome."""
    loop = asyncio.get_running_loop()
    began, status, in_time = loop.time(), 0, True
    try:
        async with asyncio.timeout(LIMIT):
            reader, writer = await asyncio.open_connection(LOCAL, port)
            try:
                status = await conversation(reader, writer)
            finally:
                writer.transport.abort()
    except TimeoutError:
        in_time = False
    except (OSError, EOFError):
        pass
    return Outcome(status, loop.time() - began, in_time)


async def status_of(reader: asyncio.StreamReader) -> int:
    """The status of the next answer, 0 where the connection is closed instead."""
    line = await reader.readline()
    parts = line.split()
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0


def sending(data: bytes) -> Conversation:
    """Send this, and wait for the answer."""

    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        writer.write(data)
        with contextlib.suppress(OSError):
            await writer.drain()
        return await status_of(reader)

    return conversation


def post(path: str, body: bytes, *headers: str, kind: str = "application/json") -> bytes:
    """A whole POST."""
    lines = (f"POST {path} HTTP/1.1", "host: x", KEY, f"content-type: {kind}", *headers)
    return "\r\n".join((*lines, f"content-length: {len(body)}", "", "")).encode() + body


def _form(name: str, kind: str, file: bytes) -> bytes:
    head = f'--{_BOUNDARY}\r\ncontent-disposition: form-data; name="{name}"; filename="f"\r\n'
    fields = f'--{_BOUNDARY}\r\ncontent-disposition: form-data; name="prompt"\r\n\r\na cat\r\n'
    return (
        (fields + head + f"content-type: {kind}\r\n\r\n").encode()
        + file
        + f"\r\n--{_BOUNDARY}--\r\n".encode()
    )


def _upload(path: str, name: str, kind: str, file: bytes) -> bytes:
    return post(path, _form(name, kind, file), kind=f"multipart/form-data; boundary={_BOUNDARY}")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png_bomb() -> bytes:
    """A picture of 2.5 gigapixels in three kilobytes."""
    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(3_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _mp4_without_end() -> bytes:
    """Boxes in boxes, each of which says that it is larger than the file."""
    return struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 0) + struct.pack(">I4s", 0x7FFFFFFF, b"moov") * 500


async def _slow_reader(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    """Asks for pictures, reads a byte now and then, and goes away."""
    body = json.dumps({"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": "go on"}]})
    writer.write(post(CHAT, body.encode()) * 3)
    status = await status_of(reader)
    for _ in range(5):
        await reader.read(1)
        await asyncio.sleep(0.2)  # this is what is slow about it
    return status


async def _slow_writer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    """Sends a head byte by byte and never ends it: the server has to."""
    for byte in f"POST {CHAT} HTTP/1.1\r\nhost: x\r\nx-more: {'y' * 1000}".encode():
        writer.write(bytes((byte,)))
        await writer.drain()
        if reader.at_eof():
            return 0
        await asyncio.sleep(0.1)  # this is what is slow about it
    return await status_of(reader)


async def _half_closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    """Has sent half a body when it says that nothing more comes."""
    writer.write(post(CHAT, b'{"model": "gpt-4o", "messages": []}' + b" " * 1000)[:-500])
    writer.write_eof()
    return await status_of(reader)


async def _goes_away(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    """Has gone when the picture comes."""
    writer.write(_upload(PICTURE, "none", "text/plain", b"x"))
    await writer.drain()
    return 0


def _websocket(frame: bytes, is_closed: bool = True) -> Conversation:
    upgrade = (
        "GET /v1/realtime?model=gpt-4o-realtime-preview HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\n"
        "connection: upgrade\r\nsec-websocket-version: 13\r\n"
        f"sec-websocket-key: {'A' * 22}==\r\n{KEY}\r\n\r\n"
    )

    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        writer.write(upgrade.encode())
        status = await status_of(reader)
        writer.write(frame * 20)
        with contextlib.suppress(OSError):
            await writer.drain()
        while await reader.read(65536) and is_closed:  # until the server has had enough
            pass
        return status

    return conversation


def _deep(open_: str, close: str, depth: int) -> bytes:
    return post(CHAT, (open_ * depth + close * depth).encode())


def _chunked(*parts: bytes) -> bytes:
    head = f"POST {CHAT} HTTP/1.1\r\nhost: x\r\n{KEY}\r\ncontent-type: application/json\r\n"
    return f"{head}transfer-encoding: chunked\r\n\r\n".encode() + b"".join(parts)


def _smuggled(*headers: str) -> bytes:
    lines = (f"POST {CHAT} HTTP/1.1", "host: x", KEY, "content-type: application/json", *headers, "", "")
    return "\r\n".join(lines).encode() + b"0\r\n\r\nGET /_mock/keys HTTP/1.1\r\nhost: x\r\n\r\n"


def attacks() -> Mapping[str, Conversation]:
    """What is sent, by a name for it."""
    many = "".join(f"x-{number}: {'y' * 90}\r\n" for number in range(2000))
    words = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "word " * 200_000}]})
    sent = {
        "deep-arrays": _deep("[", "]", 100_000),
        "deep-objects": _deep('{"a":', "}", 50_000),
        "huge-number": post(CHAT, b'{"max_tokens": ' + b"9" * 500_000 + b"}"),
        "bad-escapes": post(
            CHAT, b'{"model": "\\ud800", "messages": [{"role": "user", "content": "\\u0000"}]}'
        ),
        "many-words": post(CHAT, words.encode()),
        "gzip-bomb": post(CHAT, gzip.compress(bytes(20_000_000)), "content-encoding: gzip"),
        "png-bomb": _upload("/v2beta/stable-image/upscale/fast", "image", "image/png", _png_bomb()),
        "mp4-without-end": _upload("/v1/audio/transcriptions", "file", "video/mp4", _mp4_without_end()),
        "wrong-boundary": post(
            PICTURE, _form("image", "image/png", b"x"), kind="multipart/form-data; boundary=no"
        ),
        "many-parts": post(
            PICTURE,
            f'--{_BOUNDARY}\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n'.encode() * 20_000,
            kind=f"multipart/form-data; boundary={_BOUNDARY}",
        ),
        "huge-header": f"GET / HTTP/1.1\r\nhost: x\r\nx-huge: {'y' * 1_000_000}\r\n\r\n".encode(),
        "many-headers": f"GET / HTTP/1.1\r\nhost: x\r\n{many}\r\n".encode(),
        "huge-path": f"GET /{'a' * 200_000} HTTP/1.1\r\nhost: x\r\n\r\n".encode(),
        "no-http": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) * 4,
        "pipelined": b"GET /v1/models HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-hostile\r\n\r\n" * 200,
        "length-and-chunked": _smuggled("content-length: 5", "transfer-encoding: chunked"),
        "two-lengths": _smuggled("content-length: 5", "content-length: 50"),
        "odd-encoding": _smuggled("transfer-encoding: xchunked"),
        "bad-chunk": _chunked(b"zz\r\nabc\r\n0\r\n\r\n"),
        "endless-chunk-size": _chunked(b"f" * 100_000),
        "negative-chunk": _chunked(b"-5\r\nhello\r\n0\r\n\r\n"),
    }
    conversations: dict[str, Conversation] = {name: sending(data) for name, data in sent.items()}
    return MappingProxyType(
        conversations
        | {
            "slow-reader": _slow_reader,
            "slow-writer": _slow_writer,
            "half-closed": _half_closed,
            "goes-away": _goes_away,
            "websocket-huge": _websocket(b"\x81\xff" + struct.pack(">Q", 1 << 40) + b"mask"),
            "websocket-unmasked": _websocket(b"\x81\x05hello"),
            "websocket-reserved": _websocket(b"\xf3\x85mask" + b"hello"),
            "websocket-no-json": _websocket(b"\x81\x85\0\0\0\0hello", is_closed=False),
        }
    )
