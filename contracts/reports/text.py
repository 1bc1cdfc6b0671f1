"""Texts that came from anywhere, made fit to be read: nothing unseen, nothing endless."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from shlex import quote as shell_quote
from typing import Any

# What a terminal or a page would obey instead of show; a newline and a tab stay.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
)
_CAME = re.compile(r"expected (.+?)(?:, came|; came) (.+)", re.DOTALL)


def visible(text: object) -> str:
    """`text` with characters that nobody would see, or that turn it around, as their codes."""
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", str(text).replace("\r\n", "\n"))


def line(text: object) -> str:
    """The same in a single line."""
    return " ".join(visible(text).split())


def clip(text: str, longest: int) -> str:
    """The beginning of `text`, and how much was left out."""
    return text if len(text) <= longest else more(text[:longest], len(text) - longest)


def more(head: str, left: int) -> str:
    """A text of which so many characters were left out."""
    return f"{head}… ({left:,} characters more)"


def quote(text: str) -> str:
    """`text` as one word of a shell and within one line: what nobody would see is written as an escape."""
    if not re.search(r"[\t\n]", text) and not _UNSEEN.search(text):
        return shell_quote(text)
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\t", "\\t")
    return f"$'{_UNSEEN.sub(_escape, escaped)}'"


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}"


def expected_came(message: str) -> tuple[str, str] | None:
    """The two halves of a message that tells what was expected and what came."""
    found = _CAME.fullmatch(message)
    return (found[1], found[2]) if found else None


def halves(message: str) -> str:
    """A message with what was expected and what came in lines of their own."""
    found = expected_came(message)
    return f"expected: {found[0]}\ncame: {found[1]}" if found else message


def source_of(requirement: Mapping[str, Any]) -> str:
    """What a requirement rests on: its grade, its sources, the claims that it tests."""
    sources = f" ({', '.join(requirement['sources'])})" if requirement["sources"] else ""
    claims = f"; claims {', '.join(requirement['claims'])}" if requirement["claims"] else ""
    return line(f"{requirement['grade']}{sources} at {requirement['pointer']}{claims}")


def represented(judged: int, spared: int) -> str:
    """That one operation was asked for others, and how to ask each."""
    return (
        f"{plural(judged, 'requirement')} judged by one operation for all that share it, {spared} more "
        "are judged with --profile extended"
    )


def amount(number: float) -> str:
    """A number of credits without a tail of zeros."""
    return f"{round(number, 4):g}"


def size(count: int) -> str:
    """A number of bytes as people say it."""
    if count < 1_000:
        return f"{count} bytes"
    return f"{count / 1e3:.1f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"


def plural(count: int, word: str) -> str:
    """`1 finding`, `2 findings`."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def date(text: str) -> str:
    """An ISO date in UTC for people."""
    return text[:16].replace("T", " ") + " UTC"


def reproduce(header: Mapping[str, Any], requirement: Mapping[str, Any], is_explored: bool = False) -> str:
    """The command that asks for one requirement alone, as this run did; the key stays in its variable."""
    words = ["proofsheet check", quote(str(header["document"])), "--url", quote(str(header["target"]))]
    words += ["--key-env", quote(header.get("key_env") or "KEY"), "--only", quote(str(requirement["id"]))]
    if header.get("seed") is not None:
        words.append(f"--seed {header['seed']}")
    if requirement["profile"] != "core":
        words.append(f"--profile {requirement['profile']}")
    words += _permissions(requirement.get("needs") or "")
    if is_explored and header.get("explore"):
        words.append(f"--explore {header['explore']}")
    return " ".join([*words, "--report again.jsonl"])  # or it would take the place of the whole run's


def _permissions(needs: str) -> Iterator[str]:
    """What a requirement needs beyond the usual; a prompt or a second key can only be in a target.toml."""
    names = needs.split("+") if needs else []
    yield from (f"--allow {quote(each)}" for each in names if "-" not in each and each != "paid")
    if "callback-listen" in names:
        yield "--callback-listen 127.0.0.1:0"
    if any("-" in each and each != "callback-listen" for each in names):
        yield "--target target.toml"
