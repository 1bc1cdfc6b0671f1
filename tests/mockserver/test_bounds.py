"""Every bound of every field of every operation, both sides, taken from the document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from asking import CORE, ENGINE, PROMPT, SD3, TEXTS, ULTRA, V1, ask, fields_of, picture, properties, said
from support import InProcess

from proofsheet.spec.document import Document, Operation
from proofsheet.spec.load import Library

DOCUMENT = Library().load("stability")
BODIES = [each for each in DOCUMENT.operations.values() if each.body is not None]
TO_IMAGE = ("image", "strength")


def _within(schema: dict[str, Any]) -> Iterator[Any]:
    """Values at the edges that are still right."""
    yield from schema.get("enum", ())
    for name in ("minimum", "maximum"):
        if name in schema:
            yield schema[name]
    if "maxLength" in schema:
        yield "x" * schema.get("minLength", 0)
        yield "a cat " * (schema["maxLength"] // 6) + "x" * (schema["maxLength"] % 6)


def _beyond(schema: dict[str, Any]) -> Iterator[Any]:
    """Values just past the edges, and strangers."""
    if "enum" in schema:
        yield from ("stranger", schema["enum"][0].upper() + "X", schema["enum"][0] + " ")
    step = 1 if schema.get("type") == "integer" else 0.01
    if "minimum" in schema:
        yield from (schema["minimum"] - step, -1e9)
    if "maximum" in schema:
        yield from (schema["maximum"] + step, 10**30)
    if schema.get("type") in ("integer", "number"):
        yield from ("many", "true")
    if schema.get("type") == "integer":
        yield schema.get("minimum", 0) + 0.5
    if "multipleOf" in schema:
        yield schema["minimum"] + schema["multipleOf"] // 2
    if "maxLength" in schema:
        yield "x" * (schema["maxLength"] + 1)


def _cases(values: Any) -> list[Any]:
    return [
        pytest.param(operation, name, value, id=f"{operation.id}-{name}-{str(value)[:24]}-{len(str(value))}")
        for operation in BODIES
        for name, schema in properties(operation)
        for value in values(schema)
    ]


# What is bounded by a rule too is asked for where the rule allows it.
RULED = {"strength", "mode", "width", "height"}


@pytest.mark.parametrize(
    ("operation", "name", "value"), [case for case in _cases(_within) if case.values[1] not in RULED]
)
def test_a_value_at_its_bound_passes(house: InProcess, operation: Operation, name: str, value: Any) -> None:
    json = operation.body is not None and operation.body.media_type == "application/json"
    sent = value if json else str(value)
    # Nothing is drawn: an empty balance stops the call right after the last gate that judges values.
    response = ask(house, operation, {name: sent}, headers={"authorization": "Bearer sk-mock-broke"})
    assert response.json()["name"] in ("payment_required", "insufficient_balance"), response.text


@pytest.mark.parametrize(("operation", "name", "value"), _cases(_beyond))
def test_a_value_beyond_its_bound_is_named(
    house: InProcess, operation: Operation, name: str, value: Any
) -> None:
    json = operation.body is not None and operation.body.media_type == "application/json"
    response = ask(house, operation, {name: value if json else str(value)})
    assert response.status_code == 400
    assert name in fields_of(response)
    if not json and name != "strength":
        assert fields_of(response) == [name]


@pytest.mark.parametrize("operation", BODIES, ids=lambda each: each.id)
def test_what_is_required_is_asked_for(house: InProcess, operation: Operation) -> None:
    assert operation.body is not None
    required = list(operation.body.schema["required"])
    assert required
    for name in required:
        if operation.body.media_type == "application/json":
            path = operation.path.replace("{engine_id}", ENGINE)
            response = house.post(path, json={})
        else:
            response = ask(house, operation, {name: None, "seed": "1"})
        assert (response.status_code, fields_of(response)) == (400, [name])


def _header_bounds() -> list[Any]:
    return [
        pytest.param(operation, each.name, each.schema["maxLength"], id=f"{operation.id}-{each.name}")
        for operation in DOCUMENT.operations.values()
        for each in operation.parameters
        if each.place == "header" and "maxLength" in each.schema
    ]


@pytest.mark.parametrize(("operation", "name", "most"), _header_bounds())
def test_the_length_of_a_header(house: InProcess, operation: Operation, name: str, most: int) -> None:
    headers = {"authorization": "Bearer sk-mock-broke"}
    assert ask(house, operation, headers={**headers, name: "x" * most}).status_code == 402
    response = ask(house, operation, headers={**headers, name: "x" * (most + 1)})
    assert (response.status_code, fields_of(response)) == (400, [name])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text_prompts": []}, "text_prompts"),
        ({"text_prompts": [{}]}, "text_prompts[0].text"),
        ({"text_prompts": [{"text": 5}]}, "text_prompts[0].text"),
        ({"text_prompts": [{"text": "x" * 2001}]}, "text_prompts[0].text"),
        ({"text_prompts": [{"text": "a"}, {"text": "b", "weight": "1"}]}, "text_prompts[1].weight"),
        ({"text_prompts": {"text": "a"}}, "text_prompts"),
        ({**TEXTS, "extras": []}, "extras"),
        ({**TEXTS, "samples": True}, "samples"),
        ({**TEXTS, "samples": None}, "samples"),
    ],
)
def test_inside_v1_bodies(house: InProcess, body: Any, field: str) -> None:
    response = house.post(V1, json=body)
    assert (response.status_code, fields_of(response)) == (400, [field])


def test_a_v1_prompt_may_be_2000_long_and_weigh_less_than_nothing(house: InProcess) -> None:
    prompts = [{"text": "x" * 2000, "weight": -0.5}, {"text": ""}]
    broke = {"authorization": "Bearer sk-mock-broke"}
    assert house.post(V1, json={"text_prompts": prompts}, headers=broke).status_code == 429


SMALL = {"image": ("a.png", picture(), "image/png")}


@pytest.mark.parametrize(
    ("fields", "files", "fault"),
    [
        ({"mode": "image-to-image"}, {}, ["image", "strength"]),
        ({"mode": "image-to-image", "strength": "0.5"}, {}, ["image"]),
        ({"mode": "image-to-image"}, SMALL, ["strength"]),
        ({"mode": "image-to-image", "strength": "0.5"}, SMALL, []),
        ({"mode": "image-to-image", "strength": "0"}, SMALL, []),
        ({"mode": "image-to-image", "strength": "1"}, SMALL, []),
        ({"mode": "image-to-image", "strength": "0.5", "aspect_ratio": "1:1"}, SMALL, ["aspect_ratio"]),
        ({"mode": "image-to-image", "strength": "1.01"}, SMALL, ["strength"]),
        ({"mode": "text-to-image"}, {}, []),
        ({"mode": "text-to-image"}, SMALL, ["image"]),
        ({}, SMALL, ["image"]),
        ({"strength": "0.5"}, {}, ["strength"]),
        ({"strength": "0.5"}, SMALL, ["image", "strength"]),
        ({"mode": "text-to-image", "aspect_ratio": "9:21"}, {}, []),
    ],
)
def test_what_sd3_wants_together(house: InProcess, fields: Any, files: Any, fault: list[str]) -> None:
    headers = {"authorization": "Bearer sk-mock-broke"}
    response = house.form(SD3, {"prompt": PROMPT, **fields}, files=files, headers=headers)
    assert response.status_code == (400 if fault else 402), response.text
    assert not fault or fields_of(response) == fault


@pytest.mark.parametrize(
    ("fields", "files", "fault"),
    [
        ({}, SMALL, ["strength"]),
        ({"strength": ""}, SMALL, ["strength"]),
        ({"strength": "0.3"}, SMALL, []),
        ({"strength": "0.3"}, {}, []),
        ({"strength": "-0.1"}, SMALL, ["strength"]),
        ({"strength": "0.3", "aspect_ratio": "16:9"}, SMALL, []),
    ],
)
def test_what_ultra_wants_together(house: InProcess, fields: Any, files: Any, fault: list[str]) -> None:
    headers = {"authorization": "Bearer sk-mock-broke"}
    response = house.form(ULTRA, {"prompt": PROMPT, **fields}, files=files, headers=headers)
    assert response.status_code == (400 if fault else 402), response.text
    assert not fault or fields_of(response) == fault


NINE = [(1024, 1024), (1152, 896), (1216, 832), (1344, 768), (1536, 640)]
NINE += [(height, width) for width, height in NINE[1:]]


@pytest.mark.parametrize("engine", [ENGINE, "stable-diffusion-xl-1024-v0-9"])
@pytest.mark.parametrize("size", NINE)
def test_the_nine_sizes_of_sdxl(house: InProcess, engine: str, size: tuple[int, int]) -> None:
    response = _sized(house, engine, *size)
    assert response.status_code == 429, response.text


@pytest.mark.parametrize(
    "size", [(512, 512), (1024, 1088), (1088, 1024), (1536, 1536), (896, 896), (640, 640)]
)
def test_other_sizes_sdxl_does_not_draw(house: InProcess, size: tuple[int, int]) -> None:
    response = _sized(house, ENGINE, *size)
    assert (response.status_code, response.json()["name"]) == (400, "invalid_sdxl_v1_dimensions")
    assert said(response)[0].endswith(f"but we received {size[0]}x{size[1]}")


def _sized(mock: InProcess, engine: str, width: int, height: int) -> Any:
    path = f"/v1/generation/{engine}/text-to-image"
    headers = {"authorization": "Bearer sk-mock-broke"}
    return mock.post(path, json={**TEXTS, "width": width, "height": height}, headers=headers)


@pytest.mark.parametrize(
    ("engine", "width", "height", "name"),
    [
        ("stable-diffusion-v1-6", 320, 320, None),
        ("stable-diffusion-v1-6", 1536, 1536, None),
        ("stable-diffusion-v1-6", 512, 768, None),
        ("stable-diffusion-v1-6", 256, 512, "bad_request"),
        ("stable-diffusion-v1-6", 512, 1600, "bad_request"),
        ("stable-diffusion-xl-beta-v2-2-2", 512, 896, None),
        ("stable-diffusion-xl-beta-v2-2-2", 896, 512, None),
        ("stable-diffusion-xl-beta-v2-2-2", 128, 128, None),
        ("stable-diffusion-xl-beta-v2-2-2", 576, 576, "invalid_sdxl_v222_dimensions"),
        ("stable-diffusion-xl-beta-v2-2-2", 960, 512, "invalid_sdxl_v222_dimensions"),
        (ENGINE, 512, 512, "invalid_sdxl_v1_dimensions"),
    ],
)
def test_the_engines_of_the_pages(
    old_house: InProcess, engine: str, width: int, height: int, name: str | None
) -> None:
    response = _sized(old_house, engine, width, height)
    assert (response.status_code, response.json()["name"]) == (
        (400, name) if name else (429, "insufficient_balance")
    )


def test_sides_that_are_no_multiple_of_64(house: InProcess) -> None:
    response = house.post(V1, json={**TEXTS, "width": 1000})
    assert (response.status_code, response.json()["name"]) == (400, "invalid_height_or_width")
    assert said(response) == ["width: must be a multiple of 64"]


@pytest.mark.parametrize(
    ("samples", "accept", "status"),
    [(1, "image/png", 429), (2, "image/png", 400), (10, "application/json", 429)],
)
def test_several_samples_only_as_json(house: InProcess, samples: int, accept: str, status: int) -> None:
    headers = {"accept": accept, "authorization": "Bearer sk-mock-broke"}
    response = house.post(V1, json={**TEXTS, "samples": samples}, headers=headers)
    assert response.status_code == status
    assert status != 400 or response.json()["name"] == "invalid_samples"


def test_all_problems_come_in_one_list_in_the_order_of_the_document(house: InProcess) -> None:
    response = house.form(
        SD3,
        {
            "output_format": "gif",
            "seed": "-1",
            "model": "x",
            "cfg_scale": "11",
            "mode": "x",
            "negative_prompt": "x" * 10_001,
        },
        headers={"stability-client-id": "x" * 257},
    )
    names = fields_of(response)
    assert set(names) == {
        *(
            "stability-client-id",
            "prompt",
            "mode",
            "model",
            "cfg_scale",
            "negative_prompt",
            "seed",
            "output_format",
        )
    }
    order = [name for name, _ in properties(DOCUMENT.operations["generateSd3"])]
    assert names[1:] == sorted(names[1:], key=order.index)


NOBODY = {"authorization": None}


def test_in_v2beta_parameters_come_before_the_key(house: InProcess) -> None:
    assert house.form(CORE, {}, headers=NOBODY).status_code == 400
    assert (
        house.post(CORE, content=b"{}", headers={**NOBODY, "content-type": "application/json"}).status_code
        == 400
    )
    assert house.form(CORE, {"prompt": PROMPT}, headers=NOBODY).status_code == 401
    foreign = "eine Katze und ein Hund auf der Wiese mit Blumen"
    assert house.form(CORE, {"prompt": foreign}, headers=NOBODY).status_code == 401
    assert (
        house.form(CORE, {"prompt": foreign}, headers={"authorization": "sk-mock-broke"}).status_code == 422
    )
    flagged = {"prompt": "mock:flagged"}
    assert house.form(CORE, flagged, headers={"authorization": "sk-mock-broke"}).status_code == 403


def test_in_v1_the_key_comes_first_then_the_engine_then_the_rest(house: InProcess) -> None:
    nowhere = V1.replace(ENGINE, "nothing")
    assert house.post(nowhere, json={}, headers=NOBODY).status_code == 401
    assert house.post(nowhere, json={"width": 5}).status_code == 404
    assert said(house.post(nowhere, json={})) == ["The specified engine (ID nothing) was not found."]
    assert house.post(V1, content=b"{", headers={"content-type": "application/json"}).status_code == 400
    assert house.post(V1, json={"text_prompts": [{"text": "mock:flagged"}], "width": 512}).json()["name"] == (
        "invalid_sdxl_v1_dimensions"
    )


def test_the_old_models_of_the_pages(old_house: InProcess, variant: Document) -> None:
    for model in ("sd3-large", "sd3-large-turbo", "sd3-medium"):
        headers = {"authorization": "Bearer sk-mock-broke"}
        assert old_house.form(SD3, {"prompt": PROMPT, "model": model}, headers=headers).status_code == 402
    for fields in ({"model": "sd3.5-large"}, {"output_format": "webp"}):
        assert fields_of(old_house.form(SD3, {"prompt": PROMPT, **fields})) == list(fields)
    assert variant.operations["generateUltra"].body is not None
    assert "image" not in variant.operations["generateUltra"].body.schema["properties"]
