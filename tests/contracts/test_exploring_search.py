"""Searching leaves nothing where the user stands, and says nothing by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.configuration import storage_directory
from hypothesis.vendor.pretty import pretty

from proofsheet.contracts.derive.faults import faults
from proofsheet.contracts.explore.hypothesis_storage import OWN, elsewhere
from proofsheet.contracts.explore.request_sample import Sample
from proofsheet.contracts.explore.search import find_examples
from proofsheet.contracts.explore.strategies import one_fault
from proofsheet.spec.document import Document


def test_a_sample_is_printed_in_few_words_however_long_its_texts_are(document: Document) -> None:
    texts = [{"text": "boat " * 2000}] * 500
    sample = Sample(document.operations["textToImage"], {"text_prompts": texts, "extras": {}})
    assert pretty(sample).startswith("<textToImage: {text_prompts: [{text: 'boat boat")
    assert pretty(sample).endswith("…>")
    assert len(pretty(sample)) < 3000


def test_what_is_found_with_a_long_prompt_is_no_reason_to_warn(document: Document) -> None:
    """Hypothesis prints what it found; a warning fails the test."""
    operation = document.operations["generateCore"]
    long = [each for each in faults(operation) if each.topic == "prompt.maxLength"]
    seen: list[Sample] = []
    find_examples(
        st.lists(one_fault(operation, long), min_size=4), lambda found: not seen.extend(found), "1", 3
    )
    assert len(seen) >= 4
    assert all(len(each.body["prompt"]) > 10_000 for each in seen)


@pytest.mark.parametrize("fails", [False, True])
def test_the_notes_of_hypothesis_go_to_the_cache_and_then_where_they_went_before(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fails: bool
) -> None:
    monkeypatch.delenv(OWN, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    before = storage_directory(intent_to_write=False).path

    def look(_: int) -> bool:
        assert storage_directory(intent_to_write=False).path == tmp_path / "proofsheet" / "hypothesis"
        if fails:
            raise RuntimeError("of ours")
        return False

    if fails:
        with pytest.raises(RuntimeError, match="of ours"):
            find_examples(st.integers(), look, "1", 3)
    else:
        find_examples(st.integers(), look, "1", 3)
    assert storage_directory(intent_to_write=False).path == before


def test_a_place_that_the_environment_names_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = storage_directory(intent_to_write=False).path
    monkeypatch.setenv(OWN, str(tmp_path))
    with elsewhere():
        assert storage_directory(intent_to_write=False).path == before
