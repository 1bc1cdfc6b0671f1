"""A vendor that sells several families: one run for each of its documents, within one budget."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from proofsheet.contracts.cli import check
from proofsheet.contracts.vendor_parts import parts
from proofsheet.spec.load import Library
from proofsheet.testing_client import Server, control

NONE: dict[str, Any] = dict.fromkeys(
    ["home", "resume", "url", "target_file", "report", "html", "junit_file"]
) | {"only": ()}


def chosen(**given: Any) -> dict[str, dict[str, Any]]:
    return dict(parts("gptnb", NONE | given))


def test_a_family_is_one_run_and_keeps_its_options() -> None:
    assert parts("flux", NONE | {"url": "http://x.test/flux"}) == [
        ("flux", NONE | {"url": "http://x.test/flux"})
    ]


def test_each_document_has_its_address_and_its_files() -> None:
    found = chosen(url="https://x.test/sd/", html=Path("out/page.html"))
    library = Library()
    assert tuple(found) == library.with_parts("gptnb")
    assert {"gptnb.flux", "gptnb.midjourney", "openai.pages-2024", "openai-images.pages-2024"} < found.keys()
    assert "openai" not in found, "the menu means its variant too"
    for name, each in found.items():
        family = "" if name == "gptnb" else library.family(name)
        assert str(each["url"]).rstrip("/") == ("https://x.test" if family else "https://x.test/sd")
        assert str(each["html"]) == (f"out/page.{family}.html" if family else "out/page.html")


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (("flux",), {"gptnb.flux": ("flux",)}),
        (
            ("flux.getResult", "stability.generateUltra"),
            {"gptnb": ("stability.generateUltra",), "gptnb.flux": ("flux.getResult",)},
        ),
        (("openai-images.createImage",), {"openai-images.pages-2024": ("openai.createImage",)}),
        (("fluks.x", "flux"), {"gptnb": ("fluks.x",), "gptnb.flux": ("flux",)}),
    ],
)
def test_only_means_the_documents_of_its_families(
    only: tuple[str, ...], expected: dict[str, tuple[str, ...]]
) -> None:
    assert {name: each["only"] for name, each in chosen(only=only).items()} == expected


def priced(*options: str) -> Any:
    return CliRunner().invoke(check, ["gptnb", "--dry-run", *options])


def test_a_dry_run_says_what_all_of_them_cost() -> None:
    done = priced("--only", "flux.fluxImage.task.taken", "--only", "stability.generateCore.answer.picture")
    assert done.exit_code == 0, done.output
    assert "gptnb.flux: " in done.output
    assert done.output.splitlines()[-1] == "in all: 11.5 credits if the target keeps the contracts"


def test_a_family_that_nobody_sells_is_refused() -> None:
    done = priced("--only", "fluks")
    assert done.exit_code == 2
    assert "no requirement of the profile core is or begins with 'fluks'" in done.output


def test_a_vendor_is_judged_by_all_its_documents_within_one_budget(tmp_path: Path) -> None:
    names = (
        "flux.fluxImage.task.taken",
        "stability.generateCore.answer.picture",
        "midjourney.fetchTask.task",
    )
    only = [text for each in names for text in ("--only", each)]
    server = Server.start(["gptnb"], ["--no-warm"])
    try:
        target = [
            "--url",
            server.url,
            "--key-env",
            "KEY",
            "--budget",
            "12",
            "--report",
            str(tmp_path / "r.jsonl"),
        ]
        done = CliRunner().invoke(check, ["gptnb", *target, *only], env={"KEY": "sk-vendor"})
        used = json.loads(control(server.url, "GET", "/ledger", "sk-vendor"))
    finally:
        server.stop()
    assert {each.name for each in tmp_path.iterdir()} == {"r.jsonl", "r.flux.jsonl", "r.midjourney.jsonl"}
    assert done.exit_code == 0, done.output
    assert "9 of 12 credits" in done.output
    assert "2.5 of 3 credits" in done.output  # what the pictures of Stability left
    assert used["credits"] == 988.5
