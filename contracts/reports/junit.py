"""JUnit XML: one test case for each requirement, one suite for each operation."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from proofsheet.contracts.reports.records import Report
from proofsheet.contracts.reports.text import halves, reproduce, visible
from proofsheet.contracts.reports.view import Line, View

_TAGS = {"failed": "failure", "errored": "error", "skipped": "skipped", "known": "skipped"}
_COUNTED = {"failures": ("failed",), "errors": ("errored",), "skipped": ("skipped", "known")}


def junit(report: Report) -> bytes:
    """The report as a JUnit file.

    Advice (MAY) fails nobody: it is a passed test that says something. A known deviation is neither
    passed nor failed: it is a skipped test whose message is the reason.
    """
    view = View(report)
    root = Element("testsuites", name="proofsheet")
    for operation in view.operations:
        lines = [each for each in view.lines if each.requirement["operation"] == operation]
        _suite(root, view, operation, lines)
    if view.ended == "crashed":
        _crash(root)
    for attribute in ("tests", "failures", "errors", "skipped"):
        root.set(attribute, str(sum(int(each.get(attribute, "0")) for each in root)))
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _suite(root: Element, view: View, operation: str, lines: list[Line]) -> None:
    header = view.header
    suite = SubElement(root, "testsuite", name=visible(operation), tests=str(len(lines)))
    suite.set("timestamp", header["date"][:19])
    for attribute, states in _COUNTED.items():
        suite.set(attribute, str(sum(each.state in states for each in lines)))
    properties = SubElement(suite, "properties")
    for name in ("document", "version", "target", "suite", "profile", "seed"):
        SubElement(properties, "property", name=name, value=visible(header[name]))
    for name, value in (("ended", view.ended), ("spent", str(view.spent)), ("asked", str(view.asked))):
        SubElement(properties, "property", name=name, value=value)
    for each in lines:
        _case(suite, view, each)


def _case(suite: Element, view: View, each: Line) -> None:
    requirement = each.requirement
    case = SubElement(suite, "testcase", classname=visible(requirement["operation"]), name=visible(each.id))
    properties = SubElement(case, "properties")
    for name in ("level", "profile", "pointer", "grade"):
        SubElement(properties, "property", name=name, value=visible(requirement[name]))
    if each.deviation:
        SubElement(properties, "property", name="deviation", value=visible(each.note))
    if tag := _TAGS.get(each.state):
        first = each.messages[0][0] if each.messages else each.reason
        first = each.note if each.state == "known" else first
        problem = SubElement(case, tag, message=visible(first))
        if tag != "skipped":
            problem.set("type", requirement["level"])
            problem.text = _describe(view, each)
    if each.state in ("advice", "known"):
        SubElement(case, "system-out").text = _describe(view, each)


def _describe(view: View, each: Line) -> str:
    texts = [each.requirement["says"], *filter(None, [each.note])]
    for message, times in each.messages:
        texts.append(halves(message) + (f"\n({times} times)" if times > 1 else ""))
    texts += [case["request"]["curl"] for case in each.evidence[:1] if case["request"]]
    return visible("\n\n".join([*texts, reproduce(view.header, each.requirement, each.is_explored)]))


def _crash(root: Element) -> None:
    """A run without an end must not look like one that passed."""
    suite = SubElement(root, "testsuite", name="run", tests="1", failures="0", errors="1", skipped="0")
    case = SubElement(suite, "testcase", classname="run", name="ended")
    SubElement(case, "error", message="the report has no footer: the run crashed")
