"""Every outcome of the documents can be had by name, and every status."""

from __future__ import annotations

from typing import Any

import pytest
from sample_requests import ask, opened
from support import InProcess

from proofsheet.spec.document import Operation
from proofsheet.spec.load import Library

DOCUMENT = Library().load("stability")
# One of each kind: the same words make what is forced of operations with the same outcomes and policy.
KINDS = {
    (
        operation.policy.name,
        tuple((each.name, each.status, *each.representations) for each in operation.outcomes.values()),
    ): operation
    for operation in reversed(DOCUMENT.operations.values())
}
OPERATIONS = {each.id: each for each in KINDS.values()}
EVERY = [
    pytest.param(
        operation, outcome.name, outcome.status, media_type, id=f"{operation.id}-{outcome.name}-{media_type}"
    )
    for operation in OPERATIONS.values()
    for outcome in operation.outcomes.values()
    for media_type in outcome.representations
]


def _wants(operation: Operation, media_type: str) -> dict[str, Any]:
    # The representation follows from what is asked for, as it does without force.
    by_format = operation.body is not None and "output_format" in operation.body.schema["properties"]
    fields = (
        {"output_format": media_type.removeprefix("image/")} if by_format and "image" in media_type else {}
    )
    return {"fields": fields, "headers": {"accept": media_type}}


@pytest.mark.parametrize(("operation", "name", "status", "media_type"), EVERY)
def test_every_outcome_by_name(
    house: InProcess, operation: Operation, name: str, status: int, media_type: str
) -> None:
    wants = _wants(operation, media_type)
    headers = {**wants["headers"], "prefer": f"example={name}"}
    response = ask(house, operation, wants["fields"], headers=headers)
    assert response.status_code == status
    assert response.headers["content-type"].partition(";")[0] == media_type
    if status >= 400:
        assert response.json()["name"] == name
    if media_type.startswith("image/"):
        assert opened(response.content).format == media_type.removeprefix("image/").upper()


BY_CODE = [
    pytest.param(operation, status, id=f"{operation.id}-{status}")
    for operation in OPERATIONS.values()
    for status in dict.fromkeys(each.status for each in operation.outcomes.values())
]


@pytest.mark.parametrize(("operation", "status"), BY_CODE)
def test_every_status(house: InProcess, operation: Operation, status: int) -> None:
    response = ask(house, operation, headers={"prefer": f"code={status}"})
    first = next(each for each in operation.outcomes.values() if each.status == status)
    assert response.status_code == status
    assert status < 400 or response.json()["name"] == first.name


@pytest.mark.parametrize("data", [b"junk", b"GIF89a", b"\x89PNG\r\n\x1a\n"])
def test_a_forced_success_with_a_broken_upload_is_a_picture(mock: InProcess, data: bytes) -> None:
    files = {"image": ("a.png", data, "image/png")}
    response = mock.form(
        "/v2beta/stable-image/generate/ultra",
        {"prompt": "a cat", "strength": "0.5"},
        files=files,
        headers={"prefer": "code=200"},
    )
    assert (response.status_code, response.headers["content-type"]) == (200, "image/png")
