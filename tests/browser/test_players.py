"""Sound and video on the page: what stands for them, and that they play; nothing is loaded before."""

from __future__ import annotations

import httpx
import pytest
from visitor import Page

VIDEO = {"model": "sora-2", "prompt": "A fox runs through snow", "seconds": "4"}
SPEECH = {"model": "tts-1", "voice": "alloy", "input": "Hello there. It pauses, and then goes on."}
PLAYING = "const one = document.querySelector(arguments[0]); return one && !one.paused && one.currentTime > 0"


def film(app: httpx.Client, prompt: str) -> str:
    """A video that is there; returns the id of its task."""
    id = str(app.post("/v1/videos", json={**VIDEO, "prompt": prompt}).json()["id"])
    assert app.post(f"/_mock/tasks/{id}", json={"finish": True}).status_code == 200
    return id


def requested(page: Page) -> str:
    return str(
        page.script("return performance.getEntriesByType('resource').map((each) => each.name).join(' ')")
    )


@pytest.mark.usefixtures("quiet")
def test_the_video_of_a_task_plays_and_goes_on_while_tasks_come(page: Page, app: httpx.Client) -> None:
    row = f"[data-id='{film(app, 'A fox runs through snow')}']"
    page.open(str(app.base_url).rstrip("/"))
    button = page.until(lambda: page.script(f'return document.querySelector("{row} button.play")'))
    assert button.get_attribute("aria-label") == "Play video/mp4, 0:04"
    page.until(lambda: page.script(f'return document.querySelector("{row} img").naturalWidth') == 144)
    assert ".mp4" not in requested(page)
    button.click()
    page.script(f'document.querySelector("{row} video").loop = true')
    page.until(lambda: page.script(PLAYING, f"{row} video"))
    assert page.script(f'return document.querySelector("{row} video").videoWidth') == 720
    other = film(app, "Waves at night")
    page.until(lambda: page.script(f"return document.querySelector(\"[data-id='{other}']\")"))
    assert page.script(PLAYING, f"{row} video")


@pytest.mark.usefixtures("quiet")
def test_a_speech_is_a_waveform_and_plays_when_its_frame_is_opened(page: Page, app: httpx.Client) -> None:
    app.post("/v1/audio/speech", json=SPEECH)
    page.open(str(app.base_url).rstrip("/"))
    assert "▶ 0:0" in page.until_frames(1)[0]
    assert page.script("return document.querySelectorAll('#sheet .waveform rect').length") == 48
    page.one("#sheet .frame").click()
    player = "#entry-body audio"
    assert page.script("return document.querySelector(arguments[0]).readyState", player) == 0
    assert "artifacts/" not in requested(page)
    page.script("const one = document.querySelector(arguments[0]); one.loop = true; one.play()", player)
    page.until(lambda: page.script(PLAYING, player))


def test_the_journal_gives_a_file_whole_or_in_part_as_it_was_served(app: httpx.Client) -> None:
    served = app.post("/v1/audio/speech", json=SPEECH)
    (entry,) = app.get("/_mock/journal").json()["entries"]
    plays = entry["drawn"][0]["plays"]
    assert (plays["media_type"], len(plays["levels"])) == ("audio/mpeg", 48)
    whole = app.get(f"/_mock/{plays['link']}")
    assert (whole.status_code, whole.content) == (200, served.content)
    part = app.get(f"/_mock/{plays['link']}", headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, served.content[100:200])
    assert app.get("/_mock/artifacts/999/0").status_code == 404


def test_what_a_view_of_a_task_gave_is_played_too(app: httpx.Client) -> None:
    served = app.get(f"/v1/videos/{film(app, 'Waves at night')}/content")
    entry = app.get("/_mock/journal").json()["entries"][-1]
    plays = entry["drawn"][0]["plays"]
    assert (entry["medium"], plays["media_type"], plays["seconds"]) == ("video", "video/mp4", 4.0)
    assert app.get(f"/_mock/{plays['link']}").content == served.content
