"""What is told of paid pictures: before the run what they cover, after it what was judged of each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from proofsheet.contracts.pricing import priced
from proofsheet.contracts.reports.html_page import html
from proofsheet.contracts.reports.paid_pictures import _came, common, judged
from proofsheet.contracts.reports.records import Report, read
from proofsheet.contracts.reports.terminal import terminal
from proofsheet.contracts.reports.view import View
from proofsheet.contracts.settings import settings


@pytest.fixture(scope="module")
def clean(runs: dict[str, Path]) -> Report:
    return read(runs["clean"])


@pytest.fixture(scope="module")
def broken(runs: dict[str, Path]) -> Report:
    return read(runs["damaged"])


def dry(*only: str, seed: int = 1) -> str:
    return priced(settings("stability", {"only": only, "seed": seed}, sends=False), ())


def test_a_dry_run_tells_what_each_picture_asks_for_and_what_is_covered() -> None:
    told = dry()
    assert re.search(r"generateCore/picture-\d+: .*aspect_ratio 16:9", told)
    assert "generateCore/picture" in told
    found = re.search(r"  generateCore: (\d+) of (\d+) values, (\d+) of (\d+) pairs", told)
    assert found
    values, all_values, pairs, all_pairs = map(int, found.groups())
    assert 10 < values < all_values
    assert 20 < pairs < all_pairs
    assert re.search(r"not asked  style_preset: \w", told)
    assert re.search(r"pairs not asked  aspect_ratio with style_preset \d+, ", told)


def test_what_is_missing_adds_up() -> None:
    told = dry()
    numbers = re.findall(r"(\d+) of (\d+) pairs\n", told)
    missing = re.findall(r"pairs not asked  (.*)", told)
    assert len(numbers) == len(missing) == len(set(re.findall(r"^  (\w+): \d+ of", told, re.M)))
    for (covered, offered), line in zip(numbers, missing, strict=True):
        assert sum(map(int, re.findall(r" (\d+)(?=,|$)", line))) == int(offered) - int(covered)


def test_a_run_that_pays_for_nothing_tells_of_no_coverage() -> None:
    assert "pairs" not in dry("stability.getAccount")


def test_every_picture_of_a_run_is_judged_by_what_can_be_judged_of_it(clean: Report) -> None:
    found = judged(View(clean))
    pictures = [each for case in clean.cases if case["response"] for each in case["response"]["pictures"]]
    assert len(found) == len(pictures) > 5
    for each in found:
        assert each.broken == ()
        assert len(each.kept) >= 2
        assert set(common(found)) <= {*each.kept, *each.broken}
    sizes = [each for each in found if any(topic.startswith("size.") for topic in each.kept)]
    assert all(re.match(r"\d+x\d+", each.asked) for each in sizes)
    assert sizes


def test_what_is_wrong_with_a_picture_stands_beside_it(broken: Report) -> None:
    assert any(each.broken and "not kept" in each.verdict for each in judged(View(broken)))


def test_the_table_is_in_the_terminal_and_on_the_page(clean: Report, tmp_path: Path) -> None:
    lines = terminal(clean).splitlines()
    assert any(re.match(r"artifact +asked +came +judged", each) for each in lines)
    rows = [each for each in lines if re.search(r"generateCore/picture-\d+ .*all kept$", each)]
    assert len(rows) == len(judged(View(clean)))
    page = html(clean)
    assert "What was judged of each artifact" in page
    assert all(each.case in page for each in judged(View(clean)))


@pytest.mark.parametrize(
    ("record", "came"),
    [
        ({"kind": "audio", "format": "mp3", "seconds": 2.31, "why": ""}, "audio mp3 2.3 s"),
        ({"kind": "audio", "format": "", "seconds": 0.0, "why": "does not decode"}, "no audio"),
        ({"kind": "model", "format": "gltf-binary", "why": ""}, "model gltf-binary"),
        ({"width": None, "why": "does not decode"}, "no image"),
    ],
)
def test_what_came_is_named_by_its_medium(record: dict[str, object], came: str) -> None:
    empty = {"width": None, "seed": None, "mode": None}
    assert " ".join(_came({**empty, **record})) == came
