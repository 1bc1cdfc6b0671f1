"""The requests of the bench, as the bytes that go over the wire, and one-off answers to them."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse

PATH = "/v2beta/stable-image/generate/sd3"
BOUNDARY = "----------------------------bench"
KEY = "Authorization: Bearer sk-bench"
COUNTER = "########"  # load.lua puts a running number here
SHARED = "&&&&&&&&"  # and here one that twenty requests share


@dataclass(frozen=True)
class Answer:
    status: int
    media_type: str
    body: bytes


def _request(line: str, *headers: str, body: str = "") -> str:
    return "\r\n".join((f"{line} HTTP/1.1", "Host: 127.0.0.1", *headers, "", body))


def _form(fields: Mapping[str, str], *headers: str) -> str:
    parts = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    body = "".join(parts) + f"--{BOUNDARY}--\r\n"
    sizes = f"Content-Length: {len(body)}"
    kind = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"
    return _request(f"POST {PATH}", "Accept: image/*", *headers, kind, sizes, body=body)


# RUN_WORD becomes another word of eight letters in each run, so that no prompt ever comes again.
PROMPT = {"prompt": f"a lighthouse at dusk, run RUN_WORD, picture {COUNTER}"}
PICTURE = _form(PROMPT, KEY)
BAD_FIELD = _form(PROMPT | {"aspect_ratio": "4:3"}, KEY)
NO_KEY = _form(PROMPT)
LIST = _request("GET /v1/engines/list", "Accept: application/json", KEY)

# One turn of the memory figure: every kind of exchange the journal keeps, mostly light ones.
MIX = (PICTURE, *[BAD_FIELD] * 3, LIST, NO_KEY, *[BAD_FIELD] * 3, LIST)


def ask(port: int, request: str, *, number: int = 0, timeout: float = 30.0) -> Answer:
    """Send one request as it stands and read the whole answer."""
    raw = request.replace(COUNTER, f"{number:08d}").encode()
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
            connection.sendall(raw)
            with HTTPResponse(connection, method=raw.split(b" ", 1)[0].decode()) as response:
                response.begin()
                kind = response.headers.get_content_type()
                return Answer(response.status, kind, response.read())
    except HTTPException as error:
        raise ConnectionError(f"not an HTTP answer: {error!r}") from error


def delete(port: int, path: str) -> None:
    ask(port, _request(f"DELETE {path}", "Content-Length: 0"))
