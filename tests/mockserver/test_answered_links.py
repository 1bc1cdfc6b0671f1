"""Every link to a file that a double hands out leads to a file of its type: in any family, in any success."""

from __future__ import annotations

import mimetypes
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from sample_requests import bearer, path_of
from support import InProcess

from proofsheet.mockserver.file_links import PREFIX, SAMPLE
from proofsheet.spec import media_types
from proofsheet.spec.document import Document, Operation
from proofsheet.spec.load import Library

FAMILIES = Library().families()
THEIRS = re.compile(f'"{SAMPLE}"')
OURS = re.compile(rf'"(http://127\.0\.0\.1{PREFIX}[^"\s]+)"')


def _has_files(operation: Operation) -> bool:
    """Whether it may hand out links; what it hears or reads in a request cannot be forced of nothing."""
    return operation.dialogue is None and operation.classification is None


@pytest.fixture
def links(request: pytest.FixtureRequest, serve: Any) -> tuple[InProcess, Document, set[str], list[str]]:
    """A double of a family, the links to files in each of its successes, and those that lead elsewhere."""
    document = Library().load(request.param)
    made: InProcess = serve(document, rate_limit=False, credits=None)
    found, others = set[str](), []
    for operation in document.operations.values():
        for outcome in operation.outcomes.values() if _has_files(operation) else ():
            forms = [each for each in outcome.representations.values() if each.events is None]
            if outcome.status >= 300 or not any(media_types.is_json(each.media_type) for each in forms):
                continue
            headers = bearer("sk-links", prefer=f"example={outcome.name}", accept="application/json")
            path = document.bases[0] + path_of(operation)
            said = made.request(operation.method, path, headers=headers)
            assert said.status_code == outcome.status, (operation.id, outcome.name, said.text[:300])
            found.update(OURS.findall(said.text))
            others += [f"{operation.id} {outcome.name}: {each[0]}" for each in THEIRS.finditer(said.text)]
    return made, document, found, others


@pytest.mark.parametrize("links", FAMILIES, indirect=True)
def test_every_link_to_a_file_leads_to_one_of_its_type(
    links: tuple[InProcess, Document, set[str], list[str]],
) -> None:
    made, document, found, others = links
    assert others == []
    made_of = [operation.artifact for operation in document.operations.values() if operation.artifact]
    uploaded = {str(each.media.constant) for each in made_of if each.kind == "upload"}
    for each in found:
        file = made.run(made._client.get(each))
        kind = file.headers.get("content-type", "")
        suffix = mimetypes.guess_type(urlsplit(each).path)[0]
        assert file.status_code == 200, (each, file.text[:200])
        assert file.content or kind in uploaded, each  # an upload is forced of nothing
        assert suffix is None or media_types.parse(kind).name == suffix, (each, kind)
