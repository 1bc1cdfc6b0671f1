"""The yardstick: Starlette parses the multipart form and answers the same bytes each time."""

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PICTURE = Path(os.environ["BENCH_PICTURE"]).read_bytes()


async def picture(request: Request) -> Response:
    async with request.form() as form:
        if not form["prompt"]:
            return Response(status_code=400)
        return Response(PICTURE, media_type="image/png")


app = Starlette(routes=[Route("/v2beta/stable-image/generate/sd3", picture, methods=["POST"])])
