"""Are the answers the ones a figure is about? Result before each load, and of each load."""

import functools
import io
from collections.abc import Callable

from PIL import Image

from bench.common import NotMeasured, Settings, Void
from bench.load import Load
from bench.processes import Server, running
from bench.servers import ours
from bench.traffic import BAD_FIELD, PICTURE, Answer, ask

SIZE = (1024, 1024)


@functools.cache
def picture(settings: Settings) -> bytes:
    """One of our pictures: the peers serve this one, so that all bodies are of one size."""
    with running(ours(settings), settings.server_core) as server:
        draws(server)
        return ask(server.port, PICTURE, number=1).body


def draws(server: Server) -> None:
    """Two prompts, two whole PNGs of 1024 x 1024 with different pixels."""
    pixels = []
    for number in (1, 2):
        answer = ask(server.port, PICTURE, number=number)
        _expect(server, answer, 200)
        with Image.open(io.BytesIO(answer.body)) as image:
            if (image.format, image.size) != ("PNG", SIZE):
                raise Void(f"{server.command.name} answers {image.format} {image.size}")
            pixels.append(image.tobytes())
    if pixels[0] == pixels[1]:
        raise Void(f"{server.command.name} answers the same picture to different prompts")


def serves(body: bytes) -> Callable[[Server], None]:
    """Exactly these bytes."""

    def check(server: Server) -> None:
        answer = ask(server.port, PICTURE)
        _expect(server, answer, 200)
        if answer.body != body:
            raise Void(f"{server.command.name} answers other bytes than it was given")

    return check


def refuses(*statuses: int) -> Callable[[Server], None]:
    """The bad field is what it refuses: the same request without it is served."""

    def check(server: Server) -> None:
        _expect(server, ask(server.port, PICTURE), 200)
        _expect(server, ask(server.port, BAD_FIELD), *statuses)

    return check


def _expect(server: Server, answer: Answer, *statuses: int) -> None:
    if answer.status not in statuses:
        text = answer.body[:120].decode(errors="replace")
        raise NotMeasured(f"{server.command.name} answers {answer.status}: {text}")


def all_served(run: Load) -> None:
    if run.refused:
        raise Void(f"{run.refused} of {run.requests} answers are not 2xx")


def all_refused(run: Load) -> None:
    if run.refused != run.requests:
        raise Void(f"only {run.refused} of {run.requests} answers are refusals")
