"""The heart: a request in, the documented answer out."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image
from support import InProcess

ULTRA = "/v2beta/stable-image/generate/ultra"
CORE = "/v2beta/stable-image/generate/core"
SD3 = "/v2beta/stable-image/generate/sd3"


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


@pytest.mark.parametrize(("path", "size"), [(ULTRA, (1024, 1024)), (CORE, (1536, 1536)), (SD3, (1024, 1024))])
def test_a_prompt_alone_gives_a_png_of_the_documented_size(mock: InProcess, path: str, size: object) -> None:
    response = mock.form(path, {"prompt": "a lighthouse on a cliff"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "image/png"
    assert response.headers["finish-reason"] == "SUCCESS"
    assert opened(response.content).size == size


def test_json_and_bytes_of_one_seed_are_the_same_picture(mock: InProcess) -> None:
    fields = {"prompt": "a lighthouse on a cliff", "seed": "42"}
    as_bytes = mock.form(SD3, fields)
    as_json = mock.form(SD3, fields, headers={"accept": "application/json"})
    assert as_json.headers["content-type"] == "application/json; type=image/png"
    assert as_json.json()["seed"] == 42
    assert base64.b64decode(as_json.json()["image"]) == as_bytes.content


def test_several_problems_are_listed_together(mock: InProcess) -> None:
    response = mock.form(SD3, {"aspect_ratio": "4:3", "seed": "4294967295"})
    assert response.status_code == 400
    fields = [error.partition(":")[0] for error in response.json()["errors"]]
    assert fields == ["prompt", "aspect_ratio", "seed"]


def test_parameters_come_before_the_key_in_v2beta_and_after_it_in_v1(mock: InProcess) -> None:
    v2beta = mock.form(CORE, {}, headers={"authorization": None})
    v1 = mock.post("/v1/generation/nothing/text-to-image", json={}, headers={"authorization": None})
    assert (v2beta.status_code, v1.status_code) == (400, 401)


def test_the_balance_falls_by_the_documented_credits(mock: InProcess) -> None:
    for path, fields in ((ULTRA, {}), (CORE, {}), (SD3, {}), (SD3, {"model": "sd3.5-medium"})):
        assert mock.form(path, {"prompt": "a cat", **fields}).status_code == 200
    assert mock.get("/v1/user/balance").json() == {"credits": 1000 - 8 - 3 - 6.5 - 3.5}
