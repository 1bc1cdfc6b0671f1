"""Finding and loading documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from proofsheet.spec.document import Document
from proofsheet.spec.load import Library
from proofsheet.spec.load_errors import Misshapen, Unknown
from proofsheet.spec.references import BadReference, resolve
from proofsheet.spec.yaml_reader import Source


def test_names_are_families_and_variants(library: Library) -> None:
    assert "stability" in library.families()
    assert {"stability", "stability.pages-2024"} <= set(library.names())


@pytest.mark.parametrize(
    "name",
    [
        "../../etc",
        "../apis/stability",
        "/etc/passwd",
        "stability/",
        "Stability",
        "",
        ".",
        "stability.",
        "a b",
        "x\n",
    ],
)
def test_a_name_is_never_a_path(library: Library, name: str) -> None:
    with pytest.raises(Unknown):
        library.load(name)


def test_an_unknown_name_says_which_is_nearest(library: Library) -> None:
    with pytest.raises(Unknown, match="did you mean 'stability'") as caught:
        library.load("stabilty")
    assert caught.value.nearest == "stability"
    with pytest.raises(Unknown) as caught:
        library.load("zzzzzz")
    assert caught.value.nearest is None


def test_a_variant_differs_where_its_overlay_says(document: Document, variant: Document) -> None:
    assert variant.version != document.version
    assert set(variant.operations) < set(document.operations)
    assert "outpaint" not in variant.operations
    now, then = (each.operations["generateUltra"].body for each in (document, variant))
    assert now is not None
    assert then is not None
    assert "image" in now.files
    assert "image" not in then.files


def test_success_and_outcomes(document: Document) -> None:
    operation = document.operations["generateUltra"]
    assert operation.success.status == 200
    assert operation.outcomes["payload_too_large"].status == 413
    assert set(operation.success.representations) == {
        "application/json",
        "image/png",
        "image/jpeg",
        "image/webp",
    }


def source(value: Any) -> Source:
    return Source(Path("f.yaml"), value, {"/a": (3, 7)})


def test_references_are_replaced_and_siblings_win() -> None:
    value = {"a": {"$ref": "#/b/c~1d", "y": 2}, "b": {"c/d": {"x": 1, "y": 1}}}
    assert resolve(source(value))["a"] == {"x": 1, "y": 2}


@pytest.mark.parametrize(
    ("reference", "problem"),
    [
        ("#/nowhere", "leads nowhere"),
        ("#/b/0", "leads nowhere"),
        ("other.yaml#/x", "in the same file"),
        ("https://example.com/x", "in the same file"),
        ("#/a", "back to itself"),
        ("#/text", "must lead to an object"),
    ],
)
def test_a_reference_that_leads_nowhere_says_where_it_stands(reference: str, problem: str) -> None:
    with pytest.raises(BadReference, match=problem) as caught:
        resolve(source({"a": {"$ref": reference}, "b": {}, "text": "x"}))
    assert str(caught.value).startswith("f.yaml:3:7: ")


def test_a_property_may_be_called_ref() -> None:
    value = {"properties": {"$ref": {"type": "string"}}}
    assert resolve(source(value)) == value


def test_a_folder_without_documents_has_no_names(tmp_path: Path) -> None:
    (tmp_path / "apis" / "folder.yaml").mkdir(parents=True)
    assert Library(tmp_path).names() == ()


@pytest.mark.parametrize(
    "text", ["openapi: 3.1.0", "[1]", "paths: 3", "paths: {/a: {get: {}}}\nservers: []\ninfo: {}"]
)
def test_a_misshapen_document_is_named_and_points_to_the_lint(tmp_path: Path, text: str) -> None:
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "odd.yaml").write_text(text)
    with pytest.raises(Misshapen, match=r"odd\.yaml.*proofsheet spec lint odd"):
        Library(tmp_path).load("odd")
