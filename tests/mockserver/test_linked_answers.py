"""Answers that are no tasks link their pictures or hold them, as the request says."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
from PIL import Image
from shapes import client

from proofsheet.spec.load import Library

KEY = {"x-task-key": "sk-links"}


def _run(library: Library, talk: Callable[[httpx.AsyncClient], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with client(library.load("miniature-prints")) as http:
            return await talk(http)

    return asyncio.run(run())


async def _prints(http: httpx.AsyncClient, **fields: Any) -> list[dict[str, Any]]:
    answer = await http.post("/prints", json={"prompt": "a cat", **fields}, headers=KEY)
    found: list[dict[str, Any]] = answer.json()["prints"]
    return found


def test_each_link_leads_to_a_picture_of_its_own_until_its_time_is_over(miniatures: Library) -> None:
    async def talk(http: httpx.AsyncClient) -> None:
        links = [each["url"] for each in await _prints(http, copies=2, size="large")]
        files = [await http.get(each) for each in links]
        assert [each.headers["content-type"] for each in files] == ["image/png"] * 2
        assert [Image.open(io.BytesIO(each.content)).size for each in files] == [(96, 64)] * 2
        assert files[0].content != files[1].content
        await http.post("/_mock/clock", json={"advance": 59, "frozen": True})
        assert (await http.get(links[0])).status_code == 200
        await http.post("/_mock/clock", json={"advance": 1})
        assert (await http.get(links[0])).status_code == 404

    _run(miniatures, talk)


def test_a_background_is_transparent_where_it_is_asked_for(miniatures: Library) -> None:
    async def talk(http: httpx.AsyncClient) -> None:
        seen = {}
        for paper in ("matt", "glossy"):
            (made,) = await _prints(http, delivery="inline", paper=paper, size="256x256")
            seen[paper] = Image.open(io.BytesIO(base64.b64decode(made["data"])))
        assert seen["matt"].mode == "RGB"
        alpha = seen["glossy"].getchannel("A").getextrema()
        assert alpha == (0, 255)

    _run(miniatures, talk)


def test_another_day_on_the_clock_rehearses_a_shutdown(miniatures: Library) -> None:
    async def talk(day: datetime) -> int:
        async with client(miniatures.load("miniature-prints"), date=day.timestamp()) as http:
            answer = await http.post("/prints", json={"prompt": "a cat", "paper": "glossy"}, headers=KEY)
            return answer.status_code

    days = datetime(2998, 12, 31, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)
    assert [asyncio.run(talk(each)) for each in days] == [200, 410]


def _in_text(size: tuple[int, int], color: str) -> str:
    file = io.BytesIO()
    Image.new("RGB", size, color).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def test_each_uploaded_picture_has_a_link_of_its_own_and_stays_as_it_is() -> None:
    async def talk() -> None:
        async with client(Library().load("midjourney")) as http:
            given = [_in_text((96, 64), "red"), _in_text((80, 120), "blue")]
            key = {"authorization": "Bearer sk-links"}
            answer = await http.post(
                "/mj/submit/upload-discord-images", json={"base64Array": given}, headers=key
            )
            files = [
                Image.open(io.BytesIO((await http.get(each)).content)) for each in answer.json()["result"]
            ]
        assert [each.size for each in files] == [(96, 64), (80, 120)]
        assert [each.convert("RGB").getpixel((5, 5)) for each in files] == [(255, 0, 0), (0, 0, 255)]

    asyncio.run(talk())
