"""The records of a run: complete, valid, without the key, and usable after any kind of end."""

from __future__ import annotations

import base64
import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image
from reports_made import KEY, Report, judged, mock_for

from proofsheet.contracts.reports import records, report_errors
from proofsheet.contracts.reports.key_redaction import Redaction
from proofsheet.contracts.reports.thumbnails import LONGEST, thumbnail
from proofsheet.spec.document import Document


@pytest.fixture(scope="module")
def clean(runs: dict[str, Path]) -> Report:
    return records.read(runs["clean"])


@pytest.fixture(scope="module")
def broken(runs: dict[str, Path]) -> Report:
    return records.read(runs["damaged"])


def pictures(report: Report) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for case in report.cases:
        yield from ((case, each) for each in (case["response"] or {}).get("pictures", ()))


def test_a_clean_run_is_complete(clean: Report, document: Document) -> None:
    assert clean.footer is not None
    assert clean.footer["ended"] == "complete"
    assert set(clean.footer["profiles"].values()) == {"success"}
    assert clean.footer["spent"] == pytest.approx(sum(each["cost"] for each in clean.cases if each["paid"]))
    assert {each["status"] for each in clean.verdicts.values()} == {"passed"}
    assert clean.header["version"] == document.version
    assert clean.header["sources"]["O1"]["url"].startswith("https://")


def test_a_picture_is_measured_and_has_a_thumbnail(clean: Report) -> None:
    found = [*pictures(clean)]
    assert len(found) >= 5
    for case, each in found:
        assert case["paid"]
        assert isinstance(each["seed"], int)
        thumb = Image.open(io.BytesIO(base64.b64decode(each["thumb"])))
        assert (thumb.format, max(thumb.size)) == ("JPEG", LONGEST)
    assert {each["format"] for _, each in found} == {"PNG", "JPEG", "WEBP"}
    assert all(each["expected"] in (None, [each["width"], each["height"]]) for _, each in found)


def test_pictures_within_json_are_found_and_shortened(clean: Report) -> None:
    found = [case for case, _ in pictures(clean) if case["response"]["media_type"] == "application/json"]
    assert found
    assert all(len(case["response"]["excerpt"]) < 1000 < case["response"]["bytes"] for case in found)


def test_broken_pictures_have_no_thumbnail_and_say_why(broken: Report) -> None:
    why = {each["why"] for _, each in pictures(broken) if each["thumb"] is None}
    assert any("truncated" in text for text in why)
    assert "not a picture: it begins with '<!doctype ht'" in why
    assert not any(" at 0x" in text for text in why)
    small = [
        each
        for _, each in pictures(broken)
        if each["expected"] not in (None, [each["width"], each["height"]])
    ]
    assert any(each["thumb"] and each["width"] for each in small)


def test_damage_is_in_messages_and_verdicts(broken: Report) -> None:
    assert broken.footer is not None
    assert broken.footer["profiles"]["extended"] == "failure"
    failed = {name for name, each in broken.verdicts.items() if each["status"] == "failed"}
    assert "stability.generateCore.answer.no-5xx" in failed
    told = {name for case in broken.cases for name, _ in case["messages"]}
    assert failed <= told
    assert broken.footer["counts"]["failed"] == len(failed)


def test_the_key_is_in_no_file(runs: dict[str, Path]) -> None:
    forms = {KEY, quote(KEY, safe=""), base64.b64encode(KEY.encode()).decode()[:-4], KEY[:14]}
    files = [each for path in runs.values() for each in path.parent.iterdir()]
    assert len(files) >= 2
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert not [form for form in forms if form.lower() in text.lower()]
    text = runs["damaged"].read_text(encoding="utf-8")
    assert '["authorization","Bearer $KEY"]' in text
    assert '["x-echo","Bearer $KEY"]' in text
    assert r"authorization: Bearer $KEY\"" in text


@pytest.mark.parametrize("before", ["", "a", "ab", "user:"])
@pytest.mark.parametrize("after", ["", "z"])
def test_the_key_is_found_in_base64_too(before: str, after: str) -> None:
    text = base64.b64encode(f"{before}{KEY}{after}".encode()).decode()
    assert "$KEY" in Redaction(KEY).text(f"Basic {text}")


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        KEY.upper(),
        quote(KEY),
        quote(KEY, safe=""),
        KEY.replace("/", "\\/"),
        KEY[:12],
        f"<{KEY}…",
        KEY[:-1],
    ],
)
def test_the_key_is_found_in_every_form(text: str) -> None:
    shown = Redaction(KEY).value({"x": [f"before {text} after", {text: 1}]})
    assert KEY[:10].lower() not in json.dumps(shown).lower()
    assert "before " in shown["x"][0]
    assert shown["x"][0].rstrip("…").endswith(" after")


def test_a_short_key_does_not_blot_out_the_report() -> None:
    assert Redaction("a").text("a banana") == "a banana"
    assert Redaction("a").header("Bearer a") == "Bearer $KEY"
    assert Redaction(None, ("b",)).header("b") == "$KEY"
    assert Redaction("a").header("banana") == "banana"
    assert Redaction(None).text("half \ud800 pair") == "half ? pair"


def test_a_report_can_be_torn_anywhere(runs: dict[str, Path], tmp_path: Path) -> None:
    whole = runs["damaged"].read_bytes()
    lines = whole.splitlines(keepends=True)
    start = len(b"".join(lines[:5]))
    for cut in (1, len(lines[5]) // 2, len(lines[5]) - 2):
        path = tmp_path / "torn.jsonl"
        path.write_bytes(whole[: start + cut])
        with pytest.raises(records.MissingFooter, match="crashed") as crash:
            records.read(path)
        assert len(crash.value.report.cases) == 4
        assert len(records.finished(path)) == 4


def test_a_tear_within_a_character_is_a_tear(runs: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "torn.jsonl"
    head = runs["clean"].read_bytes().splitlines(keepends=True)[0]
    path.write_bytes(head + '{"kind":"case","id":"…'.encode()[:-1])
    assert records.partly(path).cases == ()


KILLED = """
import os, signal, sys
from pathlib import Path
from proofsheet.contracts.reports.key_redaction import Redaction
from proofsheet.contracts.reports.writer import Writer
import json
head, case = (json.loads(line) for line in sys.stdin)
writer = Writer(Path(sys.argv[1]), Redaction(None), head)
writer.write(case)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_run_leaves_what_it_wrote(runs: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "killed.jsonl"
    two = b"".join(runs["clean"].read_bytes().splitlines(keepends=True)[:2])
    ended = subprocess.run([sys.executable, "-c", KILLED, str(path)], input=two, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert path.read_bytes() == two
    assert len(records.finished(path)) == 1


def test_a_resumed_run_carries_over_what_is_finished(tmp_path: Path, document: Document) -> None:
    path = tmp_path / "run.jsonl"
    only = ("stability.generateCore.prompt", "stability.generateCore.seed")
    with mock_for(document) as mock:
        judged(path, mock, document, only=only, stop_after=2, without_footer=True)
        carried = records.finished(path)
        assert len(carried) == 2
        judged(path, mock, document, only=only, carried=tuple(carried.values()))
    report = records.read(path)
    assert report.cases[:2] == tuple(carried.values())
    assert len(report.cases) > 2
    assert [*path.parent.iterdir()] == [path]


def test_what_was_not_judged_is_asked_again_unless_it_may_be_paid(clean: Report, tmp_path: Path) -> None:
    base = {**clean.cases[0], "paid": False}
    unsent = {**base, "id": "a", "request": None, "response": None, "reason": "cannot connect"}
    lost = {**unsent, "id": "b", "paid": True}
    limited = {**base, "id": "c", "reason": "the target limits the rate"}
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in (clean.header, base, unsent, lost, limited)))
    assert set(records.finished(path)) == {base["id"], "b"}


Change = Callable[[list[str]], list[str]]

WRONG: list[tuple[type[report_errors.BadReport], Change]] = [
    (report_errors.EmptyReport, lambda lines: []),
    (report_errors.EmptyReport, lambda lines: ["\n", "  \n"]),
    (report_errors.MissingHeader, lambda lines: lines[1:]),
    (report_errors.BrokenLine, lambda lines: [lines[0], lines[1][:40], *lines[1:]]),
    (report_errors.BrokenLine, lambda lines: ["not a report", *lines]),
    (report_errors.BrokenLine, lambda lines: [lines[0], '{"cost": NaN}', *lines[1:]]),
    (report_errors.InvalidRecord, lambda lines: [lines[0], '{"kind": "surprise"}', *lines[1:]]),
    (report_errors.InvalidRecord, lambda lines: [lines[0], "[1]", *lines[1:]]),
    (
        report_errors.InvalidRecord,
        lambda lines: [lines[0].replace('"profile":"extended"', '"profile":"all"'), *lines[1:]],
    ),
    (report_errors.InvalidRecord, lambda lines: [*lines[:-1], '{"kind":"footer"}']),
    (
        report_errors.InvalidRecord,
        lambda lines: [lines[0].replace('"suite":"', '"suite":"\\ud800'), *lines[1:]],
    ),
    (report_errors.DuplicateRecord, lambda lines: [lines[0], *lines]),
    (report_errors.DuplicateRecord, lambda lines: [*lines[:2], *lines[1:]]),
    (report_errors.DuplicateRecord, lambda lines: [*lines[:-1], *lines[-2:]]),
    (
        report_errors.UnknownRequirement,
        lambda lines: [*lines[:-1], lines[-2].replace('"id":"', '"id":"no.'), lines[-1]],
    ),
    (report_errors.MissingVerdict, lambda lines: [*lines[:-2], lines[-1]]),
    (report_errors.RecordAfterFooter, lambda lines: [*lines, lines[-1]]),
    (records.MissingFooter, lambda lines: lines[:-1]),
    (records.MissingFooter, lambda lines: [*lines[:-1], lines[-1][:20]]),
]


@pytest.mark.parametrize(("kind", "change"), WRONG)
def test_each_way_to_be_wrong_has_its_class(
    runs: dict[str, Path], tmp_path: Path, kind: type[report_errors.BadReport], change: Change
) -> None:
    path = tmp_path / "wrong.jsonl"
    lines = runs["clean"].read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(change(lines)), encoding="utf-8")
    with pytest.raises(kind, match=r"wrong\.jsonl:\d+: ") as found:
        records.read(path)
    assert type(found.value) is kind


def test_what_is_no_text_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    with pytest.raises(report_errors.UnreadableReport):
        records.read(path)
    path.write_bytes(b"\xff\xfe\n{}\n")
    with pytest.raises(report_errors.UnreadableReport):
        records.read(path)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1", "I;16"])
def test_thumbnails_of_every_mode(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (300, 100)).save(out, "TIFF" if mode == "CMYK" else "PNG")
    made = thumbnail(out.getvalue())
    assert (made.width, made.height, made.mode, made.why) == (300, 100, mode, "")
    assert made.thumb is not None
    assert Image.open(io.BytesIO(base64.b64decode(made.thumb))).size == (240, 80)


def test_a_picture_that_would_burst_the_memory_is_not_decoded() -> None:
    out = io.BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")
    made = thumbnail(out.getvalue())
    assert (made.width, made.thumb) == (9000, None)
    assert "too many" in made.why
    assert thumbnail(b"").why == "the picture is empty"
