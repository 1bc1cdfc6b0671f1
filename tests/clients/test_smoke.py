"""The two quickest of the recommended clients, made, built and run; the others are run by `make clients`."""

from __future__ import annotations

import os

import pytest

from clients.fleet import FAMILY, missing, ran, recipes
from proofsheet.spec.clients.generators import generators
from proofsheet.spec.load import Library
from proofsheet.testing_client import Server

REQUIRED = os.environ.get("PROOFSHEET_ACCEPTANCE") == "required"


@pytest.mark.parametrize("name", ["python-openapi-python-client", "typescript-hey-api"])
def test_a_generated_client_can_do_everything(name: str) -> None:
    generator, recipe = generators().by_name[name], recipes()[name]
    if absent := missing(generator, recipe):
        (pytest.fail if REQUIRED else pytest.skip)(f"{absent}; `clients/setup.sh smoke` is enough")
    server = Server.start([FAMILY])
    try:
        found = ran(generator, recipe, Library().source(FAMILY).value, server.url)
    finally:
        server.stop()
    assert not found.why_not
    assert [each for each in found.outcomes if each.result != "ok"] == []
