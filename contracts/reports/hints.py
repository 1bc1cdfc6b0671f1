"""What went wrong before anything could be judged: another site, a key that nobody knows, a redirect.

Hundreds of findings may then have a single cause, which people want to read first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from proofsheet.contracts.reports.key_redaction import SHOWN
from proofsheet.contracts.reports.records import Record
from proofsheet.contracts.reports.text import clip, line

NO_SUCH_PATH = "Proofsheet: no such path"  # how our own mock names a path that it does not serve
NOT_THE_API = "this is not the API"  # how the reason begins where a web site answers
_FEWEST = 3  # answers; fewer tell nothing
_MOST = 0.9  # so large a share is as good as all of them
_LONGEST = 200  # characters


def hints(cases: Sequence[Record], document: str, unsent: str = "") -> tuple[str, ...]:
    """The likely causes that all answers have in common, in words for whoever gave address and key.

    `unsent` is why nothing more was sent, where a run stopped before its end.
    """
    answered = [each for each in cases if each["response"]]
    if not answered:
        return tuple(_silence(cases))
    common = tuple(_of_answers(answered, document)) if len(answered) >= _FEWEST else ()
    return (*common, *_stopped(cases, unsent))


def _stopped(cases: Sequence[Record], unsent: str) -> Iterator[str]:
    """What to do where the first requests were answered and the last were not."""
    if unsent:
        last = next((each["reason"] for each in reversed(cases) if each["reason"]), unsent)
        why = line(clip(unsent if last == unsent else f"{unsent}: {last}", _LONGEST))
        yield (f"it was answered at first, then no more ({why}): is it still up? "
               "When it is, the same command with --resume and this report asks what is left")  # fmt: skip


def _silence(cases: Sequence[Record]) -> Iterator[str]:
    reason = next((each["reason"] for each in cases if each["reason"] and not each["paid"]), "")
    reason = reason or next((each["reason"] for each in cases if each["reason"]), "")
    if not reason or reason.startswith(("interrupted", "would pass")):
        return
    if NOT_THE_API in reason:
        yield f"{line(clip(reason, _LONGEST))}: is this the address of the API, with its base path?"
        return
    yield f"nothing was answered: is the address right, and is it up? ({line(clip(reason, _LONGEST))})"
    if "SSL" in reason or "does not speak HTTP" in reason or "certificate" in reason:
        yield "it does not speak as the address says: try http:// for https:// or the other way round"


def _of_answers(answered: Sequence[Record], document: str) -> Iterator[str]:
    moved = [each for each in answered if 300 <= _status(each) < 400 and _status(each) != 304]
    if _is_most(moved, answered):
        to = _header(moved[0]["response"], "location")
        where = line(clip(to, _LONGEST)) or "nowhere"
        yield f"everything is redirected, first to {where}: is that the address?"
    elif _is_most([each for each in answered if _status(each) == 404], answered):
        if any(_is_our_mock(each["response"]) for each in answered):
            yield ("nearly everything is answered 404, by Proofsheet's own mock: does it serve this document "
                   f"(proofsheet serve {line(document)})?")  # fmt: skip
        else:
            yield "nearly everything is answered 404: does the address have the right base path?"
    known = [each for each in answered if _has_key(each)]
    refused = [each for each in known if _status(each) in (401, 403)]
    granted = any(_status(each) < 300 for each in known)
    if len(refused) >= _FEWEST and not granted:
        yield (f"no request with the key succeeded, and {len(refused)} were refused with "
               f"{_status(refused[0])}: is it the right key for this target?")  # fmt: skip


def _status(case: Record) -> int:
    return int(case["response"]["status"])


def _is_our_mock(answer: Record) -> bool:
    return NO_SUCH_PATH in (answer.get("excerpt") or "") or bool(_header(answer, "proofsheet-hint"))


def _is_most(some: Sequence[Record], of: Sequence[Record]) -> bool:
    return len(some) >= _MOST * len(of)


def _has_key(case: Record) -> bool:
    sent = case["request"]
    return bool(sent) and any(SHOWN in text for text in (sent["url"], *(text for _, text in sent["headers"])))


def _header(message: dict[str, Any], name: str) -> str:
    return next((str(value) for key, value in message["headers"] if key == name), "")
