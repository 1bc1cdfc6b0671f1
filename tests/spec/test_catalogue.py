"""The catalogue is the menus, entry for entry, and an entry that works was served and judged."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from proofsheet.contracts.cli import check
from proofsheet.spec import evidence
from proofsheet.spec.catalogue.menu import Entry, menu
from proofsheet.spec.cli import spec_group
from proofsheet.spec.lint.run import lint
from proofsheet.spec.load import Library
from proofsheet.spec.yaml_reader import BadFile
from proofsheet.testing_client import Server

COLUMNS = ("documented", "official", "observed", "prose", "assumed")
VENDORS = ("gptnb", "vman", "openai-zongdai", "ai-yiapi")
README = Path(__file__).parents[2] / "README.md"


def printed() -> dict[str, list[tuple[str, str, str]]]:
    """Each menu's entries as (group, title, method), in the order in which the pages print them."""
    found = defaultdict(list)
    for line in (Path(__file__).parent / "menus.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith(("#", "vendor\t")):
            vendor, _, kind, group, title, method = line.split("\t")
            if kind == "entry":
                found[vendor].append((group, title, method))
    return found


def catalogue(*arguments: str) -> Result:
    return CliRunner().invoke(spec_group, ["catalogue", *arguments])


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_catalogue_is_the_menu(library: Library, vendor: str) -> None:
    entries = library.menu(vendor).entries
    assert [(each.group, each.title, each.method or "") for each in entries] == printed()[vendor]


def test_every_vendor_and_every_entry_is_there(library: Library) -> None:
    assert set(library.catalogued()) == set(VENDORS) == set(library.vendors())
    counts = {vendor: len(library.menu(vendor).entries) for vendor in VENDORS}
    assert counts == {"gptnb": 166, "vman": 82, "openai-zongdai": 63, "ai-yiapi": 64}


def test_what_an_entry_means_was_served_and_judged(library: Library, tmp_path: Path) -> None:
    meant = {name for vendor in VENDORS for entry in library.menu(vendor).entries for name in entry.means}
    passed = set()
    for document in {name.rpartition(".")[0] for name in meant}:
        operations = {name.rpartition(".")[2] for name in meant if name.rpartition(".")[0] == document}
        family = library.load(document).family
        only = [text for each in operations for text in ("--only", f"{family}.{each}")]
        report = tmp_path / f"{document}.jsonl"
        server = Server.start([document], ["--no-warm"])
        try:
            target = [
                "--url",
                server.url,
                "--key-env",
                "KEY",
                "--profile",
                "free",
                "--report",
                str(report),
                *only,
            ]
            CliRunner().invoke(check, [document, *target], env={"KEY": "sk-catalogue"})
        finally:
            server.stop()
        for line in report.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if record["kind"] == "verdict" and record["status"] == "passed":
                passed.add(f"{document}.{record['id'].split('.')[1]}")
    assert meant
    assert meant <= passed


_SAID = {
    "docs/docmee.md": ("Api-Key", "token", "createApiToken", "/docmee/v1"),
    "docs/help.md": (
        "/v1/chat/completions",
        "gateway_quota",
        "billing/subscription",
        "无可用渠道",
        "## About us",
    ),
    "docs/midjourney.md": ("notifyHook", "/mj-fast", "state"),
    "docs/pixverse.md": ("callback_url", "/pixverse/v1/pro/generate", "feed"),
    "docs/suno.md": ("/suno/v2/generate", "continue_clip_id", "/suno/v2/uploads/audio", "feed"),
}


def test_what_is_said_in_prose_is_there(library: Library) -> None:
    pages = {entry.prose for vendor in VENDORS for entry in library.menu(vendor).entries if entry.prose}
    assert pages
    for page in pages:
        text = (README.parent / page.partition("#")[0]).read_text(encoding="utf-8")
        assert all(word in text for word in _SAID[page.partition("#")[0]]), page


def covered(library: Library, vendor: str, group: str = "") -> int:
    entries = (each for each in library.menu(vendor).entries if each.group.startswith(group))
    return sum(bool(entry.means or entry.prose) for entry in entries)


def test_the_command_prints_shares_by_group_and_in_all(library: Library) -> None:
    done = catalogue("vman")
    assert done.exit_code == 0
    assert f"vman: {covered(library, 'vman')} of 82 entries work: " in done.output
    assert f"{covered(library, 'vman', '模型接口')} of 81  模型接口, " in done.output
    listed = catalogue("vman", "--entries").output
    assert "documented  模型接口 > Veo视频 > 提交视频生成任务: veo.submitVideo" in listed
    assert "assumed     模型接口 > Midjourney视频 > 视频提交: midjourney-video.submitVideo" in listed
    every = json.loads(catalogue("--json").output)
    assert (every["covered"], every["entries"]) == (sum(covered(library, each) for each in VENDORS), 375)
    entries = (entry for each in VENDORS for entry in library.menu(each).entries)
    planned = Counter(entry.planned for entry in entries if entry.planned)
    assert every["planned"] == planned
    assert [each["vendor"] for each in every["vendors"]] == sorted(VENDORS)


def weakest(library: Library, entry: Entry) -> str | None:
    """The grade of the least known operation of an entry, read by itself."""
    found = []
    for name in entry.means:
        document, _, operation = name.rpartition(".")
        loaded = library.load(document)
        pointer = loaded.operations[operation].pointer
        found.append(evidence.grade(loaded.source, pointer) or "assumed")
    order = ("documented", "official", "observed", "inherited", "assumed")
    return max(found, key=order.index) if found else "prose" if entry.prose else None


def test_each_entry_has_the_grade_of_the_least_known_of_its_operations(library: Library) -> None:
    every = json.loads(catalogue("--json").output)
    counted: Counter[str | None] = Counter()
    for vendor in every["vendors"]:
        known = [weakest(library, entry) for entry in library.menu(vendor["vendor"]).entries]
        assert [each["grade"] for each in vendor["menu"]] == known
        assert vendor["grades"] == Counter(known)
        counted += Counter(known)
    assert every["grades"] == counted
    assert counted["assumed"] == sum(e.is_assumed for v in VENDORS for e in library.menu(v).entries) > 0


def test_the_page_has_the_figures() -> None:
    """docs/catalogue.md: by vendor and by grade, what the command says."""
    every = json.loads(catalogue("--json").output)
    page = (README.parent / "docs" / "catalogue.md").read_text(encoding="utf-8")
    for name, each in [*((vendor["vendor"], vendor) for vendor in every["vendors"]), ("in all", every)]:
        numbers = (each["entries"], *(each["grades"].get(grade, 0) for grade in COLUMNS))
        assert f"| {name} | {' | '.join(map(str, numbers))} |" in page


def test_an_assumed_entry_says_so_and_no_other_does(library: Library, tmp_path: Path) -> None:
    for part in ("apis", "overlays", "vendors", "claims"):
        (tmp_path / part).symlink_to(library.home / part)
    (tmp_path / "catalogue").mkdir()
    rows = (
        "means: [viggle.getTask]",
        "means: [viggle.fetchTasks, viggle.getTask]",
        "means: [viggle.getTask], grade: assumed",
        "means: [viggle.fetchTasks], grade: assumed",
        "means: [viggle.fetchTasks]",
    )
    entries = ", ".join(f"{{title: a, {each}}}" for each in rows)
    text = f"vendor: gptnb\npage: S3\ngroups: [{{group: x, entries: [{entries}]}}]\n"
    (tmp_path / "catalogue" / "gptnb.yaml").write_text(text, encoding="utf-8")
    flaws = [each for each in lint(Library(tmp_path), "gptnb") if each.rule == "menu-grounded"]
    assert [each.pointer for each in flaws] == [f"/groups/0/entries/{number}" for number in (0, 1, 3)]
    assert "how viggle.getTask is known" in flaws[0].message
    assert "is known from a source" in flaws[2].message


def test_the_readme_has_the_figure() -> None:
    assert catalogue().output.splitlines()[-1].removeprefix("in all: ") in README.read_text(encoding="utf-8")


def test_an_unknown_vendor_is_told_from_the_known() -> None:
    done = catalogue("gptmb")
    assert done.exit_code == 2
    assert "did you mean 'gptnb'?" in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[]", "less than 1 item"),
        ("[{group: x, entries: [{title: t}]}]", "oneOf"),
        ("[{group: x, entries: [{title: t, means: [draw]}]}]", "does not match"),
        ("[{group: x, entries: [{title: t, planned: b, prose: docs/c.md}]}]", "oneOf"),
    ],
)
def test_a_menu_that_cannot_be_read_says_where(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "a.yaml").write_text(f"vendor: a\npage: S1\ngroups: {text}\n", encoding="utf-8")
    with pytest.raises(BadFile, match=r"a\.yaml:\d+:\d+: .*" + problem):
        menu(tmp_path / "a.yaml")


def test_no_entry_says_of_itself_that_it_works(library: Library, tmp_path: Path) -> None:
    for part in ("apis", "overlays", "vendors", "claims"):
        (tmp_path / part).symlink_to(library.home / part)
    (tmp_path / "catalogue").mkdir()
    said = ("means: [stability.paint]", "means: [music.sing]", "planned: stability")
    entries = ", ".join(f"{{title: a, {each}}}" for each in said)
    text = f"vendor: gptnb\npage: S3\ngroups: [{{group: x, entries: [{entries}]}}]\n"
    (tmp_path / "catalogue" / "gptnb.yaml").write_text(text, encoding="utf-8")
    flaws = [each for each in lint(Library(tmp_path), "gptnb") if each.rule == "menu-grounded"]
    assert [each.pointer for each in flaws] == [
        "/groups/0/entries/0/means/0",
        "/groups/0/entries/1/means/0",
        "/groups/0/entries/2/planned",
    ]
    assert "stability has no operation paint; it has generateUltra" in flaws[0].message
    assert "there is no document music" in flaws[1].message


def test_a_menu_that_is_not_the_vendors_is_a_flaw(library: Library, tmp_path: Path) -> None:
    for part in ("apis", "overlays", "vendors", "claims"):
        (tmp_path / part).symlink_to(library.home / part)
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "gptnb.yaml").write_text((library.home / "catalogue" / "vman.yaml").read_text())
    (tmp_path / "catalogue" / "vman.yaml").write_text("vendor: vman\n")
    for name, says in (("gptnb", "expected gptnb"), ("vman", "required")):
        flaws = [each for each in lint(Library(tmp_path), name) if each.rule == "menu-formed"]
        assert len(flaws) == 1
        assert says in flaws[0].message
