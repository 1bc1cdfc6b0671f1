"""YAML as JSON: nothing is guessed, nothing is dropped, everything has a position."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofsheet.spec.yaml_reader import BadFile, Source, read


def load(tmp_path: Path, text: str) -> Source:
    path = tmp_path / "some.yaml"
    path.write_text(text, encoding="utf-8")
    return read(path)


@pytest.mark.parametrize(
    "word", ["yes", "no", "on", "off", "Yes", "NO", "y", "n", "True", "NULL", "0x10", "1_000"]
)
def test_a_word_that_only_yaml_finds_clever_is_a_string(tmp_path: Path, word: str) -> None:
    assert load(tmp_path, f"key: {word}").value == {"key": word}


@pytest.mark.parametrize(
    "text", ["2024-09-09", "2024-09-09T10:00:00Z", "12:30:45", "1.2.1", "01", "+1", ".5", "1."]
)
def test_dates_versions_and_near_numbers_are_strings(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, f"key: {text}").value == {"key": text}


def test_json_scalars_are_what_they_are(tmp_path: Path) -> None:
    text = 'a: 1\nb: -2.5\nc: 1e3\nd: true\ne: null\nf: "1"\ng: "true"\nh: ~\ni:\n'
    expected = {
        "a": 1,
        "b": -2.5,
        "c": 1000.0,
        "d": True,
        "e": None,
        "f": "1",
        "g": "true",
        "h": None,
        "i": None,
    }
    assert load(tmp_path, text).value == expected


@pytest.mark.parametrize(
    ("text", "line", "column", "problem"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, 1, "'a' stands here twice"),
        ("responses:\n  200: {}\n", 2, 3, "quote the key 200"),
        ("true: 1\n", 1, 1, "quote the key true"),
        ("? [a, b]\n: 1\n", 1, 3, "a key must be a string"),
        ("a: *nope\n", 1, 4, "undefined alias"),
        ("a: [1\nb: 2\n", 2, 2, "expected"),
        ("a: 1\n---\nb: 2\n", 2, 1, "another document"),
        ("a: &x [*x]\n", 1, 4, "does an alias hold itself?"),
        ("[" * 300 + "]" * 300, 1, 102, "goes too deep"),
        ("a: 1e999\n", 1, 4, "is no number"),
        ("a: 1" + "0" * 5000, 1, 4, "is no number"),
    ],
)
def test_what_cannot_be_read_says_where(
    tmp_path: Path, text: str, line: int, column: int, problem: str
) -> None:
    with pytest.raises(BadFile) as caught:
        load(tmp_path, text)
    assert caught.value.where == f"{tmp_path}/some.yaml:{line}:{column}"
    assert problem in caught.value.problem
    assert str(caught.value) == f"{caught.value.where}: {caught.value.problem}"


def test_an_empty_file_a_missing_one_and_bytes_are_unreadable(tmp_path: Path) -> None:
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe")
    (tmp_path / "empty.yaml").write_text("# nothing\n")
    for name in ("bytes.yaml", "empty.yaml", "missing.yaml"):
        with pytest.raises(BadFile):
            read(tmp_path / name)


def test_aliases_that_multiply_are_refused_before_memory_is_gone(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x]"] + [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 99)}]" for i in range(1, 8)]
    with pytest.raises(BadFile, match="too large"):
        load(tmp_path, "\n".join(lines))


def test_every_value_has_its_position(tmp_path: Path) -> None:
    source = load(tmp_path, "a:\n  b/c: [10, {d: e}]\n")
    assert source.marks["/a/b~1c/1/d"] == (2, 17)
    assert source.where("/a/b~1c/0") == f"{tmp_path}/some.yaml:2:9"
    assert source.where("/a/nowhere/at/all") == f"{tmp_path}/some.yaml:2:3", "the nearest ancestor"
    assert source.where("/x") == f"{tmp_path}/some.yaml:1:1"


def test_a_tag_makes_no_object(tmp_path: Path) -> None:
    text = 'a: !!python/object/apply:os.system ["true"]\nb: !!binary aGk=\n'
    assert load(tmp_path, text).value == {"a": ["true"], "b": "aGk="}


def test_an_alias_is_a_copy(tmp_path: Path) -> None:
    value = load(tmp_path, "a: &x {n: [1]}\nb: *x\n").value
    value["a"]["n"].append(2)
    assert value == {"a": {"n": [1, 2]}, "b": {"n": [1]}}
