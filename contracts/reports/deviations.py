"""Known deviations: what a target is known to break, why, and until when nobody counts it."""

from __future__ import annotations

from collections.abc import Mapping

from proofsheet.contracts.reports.records import Record


def excused(header: Record) -> frozenset[str]:
    """The requirements whose deviation had not expired on the day of the run, which is a day in UTC."""
    day = header["date"][:10]
    return frozenset(name for name, each in header.get("deviations", {}).items() if each["until"] >= day)


def label(state: str, deviation: Mapping[str, str]) -> str:
    """What is to be said of a deviation where its requirement stands like this."""
    reason, until = deviation["reason"], deviation["until"]
    if state == "known":
        return f"known deviation until {until}: {reason}"
    if state == "passed":
        return f"is kept, so this deviation can be struck out: {reason}"
    if state == "failed":
        return f"the known deviation expired on {until}, so this counts again: {reason}"
    if state == "advice":
        return f"the known deviation expired on {until}: {reason}"
    return f"known deviation until {until}, but not judged this time: {reason}"
