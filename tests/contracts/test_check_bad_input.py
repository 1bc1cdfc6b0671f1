"""Files and keys that cannot be taken: told in one line, and nothing is written over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from proofsheet.contracts.client.target import MOST, BadTarget, key_from, text_of
from proofsheet.contracts.client.target_file import from_file
from proofsheet.contracts.layers import BadUse
from proofsheet.contracts.reports import records
from proofsheet.contracts.reports.key_redaction import Redaction
from proofsheet.contracts.reports.writer import LONGEST_MESSAGE, CutOff, Unwritable, Writer
from proofsheet.contracts.settings import settings

DOCUMENT = "stability.pages-2024"
ONE = ("stability.getBalance.method.head",)


GIVEN = {"url": "http://127.0.0.1:1", "key": "sk-x", "only": ONE, "seed": 1}


def refused(**more: Any) -> str:
    with pytest.raises(BadUse) as problem:
        settings(DOCUMENT, {**GIVEN, **more})
    return str(problem.value)


def test_an_unknown_requirement_is_answered_with_its_neighbours() -> None:
    said = refused(only=("stability.generateCor.seed",))
    assert "did you mean stability.generateCore.seed" in said
    assert "'nonsense'; an id looks like stability." in refused(only=("nonsense",))


def test_one_mistyped_requirement_among_valid_ones_is_refused() -> None:
    assert "begins with 'nonsense'" in refused(only=(*ONE, "nonsense"))
    both = settings(DOCUMENT, {**GIVEN, "only": (*ONE, "stability.generateCore.form"), "profile": "free"})
    assert [each.id for each in both.plan.requirements] == list(ONE)  # of another profile, but no mistake


def test_a_requirement_of_another_profile_is_told_with_the_profile() -> None:
    assert "--profile core has it" in refused(only=("stability.generateCore.form",), profile="free")


def test_the_path_of_an_operation_is_no_base() -> None:
    said = refused(url="https://api.example/sd/v2beta/stable-image/generate/core")
    assert said.endswith("give what stands before it: https://api.example/sd")


def test_an_address_is_looked_at_where_nothing_is_sent_too() -> None:
    for url, said in (("nonsense", "must be an http"), ("http://x.example/v1/user/balance", "ends with")):
        with pytest.raises(BadUse, match=said):
            settings(DOCUMENT, {**GIVEN, "url": url}, sends=False)


def test_without_a_key_nothing_is_sent() -> None:
    assert "--key-env or --key-file" in refused(key=None)


def test_a_vendor_with_a_base_path_says_the_same_of_a_broken_address() -> None:
    with pytest.raises(BadUse, match="Invalid IPv6 URL"):
        settings("gptnb", {"url": "http://[::1", "key": "sk-x"})


def test_the_reason_of_a_deviation_is_a_text(tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    file.write_text(f'[deviations."{ONE[0]}"]\nreason = 1\nuntil = 2027-01-31\n')
    assert "reason: expected a text, came 1" in refused(target_file=file)


def test_the_key_of_another_account_is_asked_for_by_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOPE", raising=False)
    with pytest.raises(BadTarget, match=r"^other_key_env NOPE: there is no such"):
        key_from("NOPE", None, "other")


def test_what_an_editor_puts_before_a_text_is_no_part_of_it(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"\xef\xbb\xbfsk-x\r\n")
    assert key_from(None, file) == "sk-x"
    file.write_bytes(b'\xef\xbb\xbfurl = "http://x"\r\n')
    assert from_file(file) == {"url": "http://x"}


@pytest.mark.parametrize("name", ["/dev/zero", "/dev", "/nowhere/at/all", "a\0b"])
def test_what_is_no_small_file_is_refused(name: str) -> None:
    with pytest.raises(BadTarget, match=r"^--key-file: "):
        text_of(Path(name), "--key-file")


def test_a_key_in_a_target_file_is_told_where_to_go(tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    file.write_text('key = "sk-secret-1"\n')
    with pytest.raises(BadTarget) as problem:
        from_file(file)
    assert "a key stands in a variable or a file of its own" in str(problem.value)
    assert "sk-secret-1" not in str(problem.value)
    file.write_text("x = 1\n" * (MOST // 6 + 2))
    with pytest.raises(BadTarget, match="larger than"):
        from_file(file)


@pytest.mark.parametrize("length", [40, 1_500, 8_000])
def test_a_token_of_any_length_is_taken_out_whole_and_cut(length: int) -> None:
    key = ("eyJhbGciOi" + "Xy9_z-Qw1." * length)[:length]
    redaction = Redaction(key)
    cut = key[: length // 2]
    assert redaction.text(f"a {key} b {cut} c {key.upper()}") == "a $KEY b $KEY c $KEY"
    assert redaction.clipped("x" * 10 + key, 10).startswith("x" * 10 + "…")


def test_the_beginning_of_a_key_ends_where_the_key_does() -> None:
    redaction = Redaction("sk-abcdefgh-12345678", ("sk-abcdefgh-99",))
    assert redaction.text("sk-abcdefgh-123, sk-abcdefgh-99x") == "$KEY, $KEYx"


def test_a_report_takes_no_other_files_place(tmp_path: Path) -> None:
    other, empty, report = tmp_path / "key", tmp_path / "empty", tmp_path / "r.jsonl"
    other.write_text("sk-x\n")
    empty.touch()
    assert not records.is_replaceable(other)
    assert records.is_replaceable(empty)
    assert records.is_replaceable(tmp_path / "new")
    with Writer(report, Redaction(None), {"kind": "header"}):
        pass
    assert json.loads(report.read_text()) == {"kind": "header"}


def test_a_report_that_cannot_be_begun_changes_nothing(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "no" / "r.jsonl", Path("/dev/full")):
        with pytest.raises(Unwritable):
            Writer(path, Redaction(None), {"kind": "header"})
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_is_told_and_what_was_written_stays(tmp_path: Path) -> None:
    report = tmp_path / "r.jsonl"
    with Writer(report, Redaction(None), {"kind": "header"}) as writer:
        writer.close()
        writer._file = Path("/dev/full").open("w", encoding="utf-8")  # noqa: SIM115  (the writer closes it)
        with pytest.raises(CutOff, match="No space left"):
            writer.write({"kind": "case"})
    assert report.read_text() == '{"kind":"header"}\n'


def test_what_quotes_megabytes_is_written_so_that_it_can_be_read(tmp_path: Path) -> None:
    report, key = tmp_path / "run.jsonl", "sk-a-key-that-is-cut-in-two"
    message = "x" * (LONGEST_MESSAGE - 5) + key + "y" * 1_000_000
    verdict = {"kind": "verdict", "id": "a.b", "status": "failed", "messages": [message] * 40, "reason": ""}
    with Writer(report, Redaction(key), {"kind": "header"}) as writer:
        writer.write(verdict)
    text = report.read_text()
    assert len(text) < 50 * (LONGEST_MESSAGE + 100)
    assert "characters more" in text
    assert key[:5] not in text
