"""Vendors: found by name, loaded over their base, and what their pages leave to it."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from proofsheet.spec import evidence, inheritance, pointers
from proofsheet.spec.cli import spec_group
from proofsheet.spec.document import Document
from proofsheet.spec.inheritance import Pages
from proofsheet.spec.lint.rules import RULES
from proofsheet.spec.lint.run import lint
from proofsheet.spec.load import HOME, Library
from proofsheet.spec.load_errors import Unknown
from proofsheet.spec.recognise import responder_of
from proofsheet.spec.vendor_profile import BadProfile

VENDORS = ("ai-yiapi", "gptnb", "openai-zongdai", "vman")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(spec_group, list(arguments), prog_name="proofsheet spec")


@cache
def loaded(name: str) -> Document:
    return Library().load(name)


def grade(name: str, operation: str, below: str) -> str | None:
    document = loaded(name)
    at = document.operations[operation].pointer
    place = below[1:] if below.startswith("#") else at + below
    return evidence.grade_within(document.source, at, pointers.origin(document.source, place))


# names


def test_a_vendor_is_a_name_like_any_other(library: Library) -> None:
    assert library.vendors() == VENDORS
    assert {*VENDORS, *(f"{each}.gateway" for each in VENDORS)} <= set(library.names())
    assert not set(VENDORS) & set(library.families())


@pytest.mark.parametrize("name", [*VENDORS, "gptnb.gateway", "gptnb.strict-accept"])
def test_a_vendor_belongs_to_its_family(library: Library, name: str) -> None:
    document = loaded(name)
    assert (document.name, document.family, library.family(name)) == (name, "stability", "stability")
    assert document.bases == ("/sd",)
    assert set(document.operations) == set(loaded("stability.pages-2024").operations)


@pytest.mark.parametrize(
    ("name", "url", "asked"),
    [
        ("gptnb", "https://goapi.gptnb.ai", "https://goapi.gptnb.ai/sd"),
        ("gptnb", "https://goapi.gptnb.ai/", "https://goapi.gptnb.ai/sd"),
        ("gptnb", "http://127.0.0.1:4010/sd", "http://127.0.0.1:4010/sd"),
        ("gptnb", "https://proxy.example/other", "https://proxy.example/other"),
        ("stability", "https://api.stability.ai", "https://api.stability.ai"),
    ],
)
def test_a_vendors_base_path_is_added_to_an_origin(name: str, url: str, asked: str) -> None:
    assert loaded(name).at(url) == asked


def test_a_vendors_files_are_those_that_decide_about_it(library: Library) -> None:
    assert [str(path.relative_to(HOME)) for path in library.files("gptnb.gateway")] == [
        "apis/stability.yaml",
        "overlays/stability.pages-2024.yaml",
        "vendors/gptnb.overlay.yaml",
        "overlays/stability.gateway.yaml",
        "vendors/gptnb.yaml",
    ]


@pytest.mark.parametrize(("name", "nearest"), [("gptbn", "gptnb"), ("gptnb.gatewy", "gptnb.gateway")])
def test_an_unknown_vendor_or_variant_says_which_is_nearest(
    library: Library, name: str, nearest: str
) -> None:
    with pytest.raises(Unknown, match=f"did you mean '{nearest}'"):
        library.load(name)


# further families


def test_a_vendor_has_a_document_for_each_family_that_its_menu_lists(library: Library) -> None:
    for vendor in VENDORS:
        menu = [name for entry in library.menu(vendor).entries for name in entry.means]
        # What they sell of OpenAI has no document of theirs yet: it is served and judged by OpenAI's.
        families = {name.partition(".")[0] for name in menu}
        families = {each for each in families if not each.startswith("openai")}
        assert {library.family(part) for part in library.sold_as(vendor)} == families
        for part in library.sold_as(vendor)[1:]:
            document = loaded(part)
            listed = {each.rpartition(".")[2] for each in menu if each.startswith(f"{document.family}.")}
            assert set(document.operations) == listed
            assert (document.family, document.account) == (part.split(".")[1], vendor)


def test_of_what_is_only_listed_everything_is_inherited() -> None:
    for name, operation in (("gptnb.flux", "fluxImage"), ("vman.midjourney", "submitAction")):
        for below in ("", "/summary", "/requestBody", "/responses/200"):
            assert grade(name, operation, below) in ("inherited", "assumed")


@pytest.mark.parametrize("name", ["gptnb.overlay", "gptnb.flux.overlay", "gptnb.fluks", "flux.gptnb"])
def test_what_is_no_document_of_a_vendor_is_unknown(library: Library, name: str) -> None:
    with pytest.raises(Unknown):
        library.load(name)


# what is inherited


@pytest.mark.parametrize(
    ("name", "operation", "place", "known"),
    [
        ("gptnb", "generateUltra", "", "documented"),
        ("gptnb", "generateUltra", "/x-cost/credits", "documented"),
        ("gptnb", "generateUltra", "/responses/413", "documented"),
        ("gptnb", "generateUltra", "/responses/401", "inherited"),
        ("gptnb", "generateUltra", "/responses/402", "inherited"),
        ("gptnb", "generateUltra", "/responses", "inherited"),
        ("gptnb", "generateUltra", "#/components/x-policies/v2beta/x-refusals/authenticate", "inherited"),
        ("gptnb", "generateUltra", "#/components/x-policies/v2beta/x-refusals/language", "documented"),
        ("gptnb", "textToImage", "#/components/x-policies/v1/x-refusals/authenticate", "documented"),
        ("vman.midjourney", "submitImagine", "", "documented"),
        ("vman.midjourney", "submitImagine", "/responses/200", "documented"),
        ("vman.midjourney", "submitImagine", "/responses/400", "inherited"),
        ("vman.midjourney", "queryTasks", "#/components/schemas/QueryRequest", "documented"),
        ("gptnb.midjourney", "submitImagine", "", "inherited"),
        ("gptnb", "textToImage", "/responses/401", "documented"),
        ("gptnb", "textToImage", "/responses/429", "inherited"),
        ("gptnb", "generateCore", "", "inherited"),
        ("gptnb", "generateCore", "/x-cost/credits", "inherited"),
        (
            "gptnb",
            "generateCore",
            "#/components/schemas/Prompt",
            "inherited",
        ),  # it is Ultra's page that has it
        ("gptnb", "generateUltra", "#/components/schemas/Prompt", "documented"),
        ("vman", "generateUltra", "#/components/schemas/NegativePrompt/maxLength", "inherited"),
        ("vman", "generateUltra", "/x-cost/credits", "documented"),
        ("openai-zongdai", "generateCore", "/responses/413", "assumed"),
        ("openai-zongdai", "generateCore", "#/components/x-choices/size-core/table/21:9", "assumed"),
        ("ai-yiapi", "generateSd3", "/x-cost/credits/table/sd3-medium", "documented"),
        ("ai-yiapi", "generateSd3", "#/components/securitySchemes/bearer", "documented"),
        ("gptnb", "generateUltra", "#/components/securitySchemes/bearer", "inherited"),
        ("gptnb", "getBalance", "", "inherited"),
    ],
)
def test_a_fact_that_no_page_of_the_vendor_states_is_inherited(
    name: str, operation: str, place: str, known: str
) -> None:
    assert grade(name, operation, place) == known


def test_a_page_speaks_for_itself_only(library: Library) -> None:
    """No vendor's document holds another vendor's page as documenting it."""
    for name in VENDORS:
        own = set(library.profile(name).sources)
        for node in _evidences(loaded(name).source):
            for listed in (node.get(each, ()) for each in ("documented", "official", "observed")):
                assert set(listed) <= own


def _evidences(node: Any) -> Any:
    if isinstance(node, list):
        for each in node:
            yield from _evidences(each)
    if isinstance(node, dict):
        if isinstance(found := node.get("x-evidence"), dict):
            yield found
            yield from found.get("at", {}).values()
        for each in node.values():
            yield from _evidences(each)


SMALL: Any = {
    "paths": {
        "/a": {
            "get": {
                "operationId": "a",
                "x-evidence": {"documented": ["S0", "S1"], "official": ["O1"], "note": "n"},
                "responses": {"200": {"$ref": "#/components/r"}, "500": {"x-evidence": {"observed": ["B1"]}}},
            }
        }
    },
    "components": {
        "r": {
            "description": "d",
            "x-evidence": {"assumed": "ours", "at": {"/description": {"documented": ["S1"]}}},
        },
        "t": {"table": {"1:1": 3, "a/b": 4}, "x-evidence": {"observed": ["B1"]}},
    },
}  # fmt: skip


def narrowed(*claims: Any, **pages: str) -> Any:
    return inheritance.narrowed(SMALL, Pages(pages, {"a": ("S0", ["200"])}), claims)


def test_own_sources_stay_and_others_become_inherited() -> None:
    operation = narrowed()["paths"]["/a"]["get"]["x-evidence"]
    assert operation["documented"] == ["S0"]
    assert operation["inherited"] == ["S1", "O1"]
    assert operation["note"] == "n"
    assert SMALL["paths"]["/a"]["get"]["x-evidence"]["documented"] == ["S0", "S1"], "the base stays as it is"


def test_an_assumption_stays_one_and_places_below_are_narrowed_too() -> None:
    assert narrowed()["components"]["r"]["x-evidence"] == {
        "assumed": "ours",
        "at": {"/description": {"inherited": ["S1"]}},
    }


def test_listed_statuses_are_documented_and_the_others_are_not() -> None:
    within = narrowed()["paths"]["/a"]["get"]["x-evidence"]["at"]
    assert within["/responses/200"] == {"documented": ["S0"]}
    assert within["/responses/500"] == {"inherited": ["B1"]}


def claim(pointer: str, **more: Any) -> Any:
    return {"id": "x", "pages": ["p0"], "says": "s", "encoded": [pointer], "testable": True, **more}


def test_a_claim_of_the_vendors_page_makes_its_place_documented() -> None:
    made = narrowed(claim("/components/t/table/a~1b"), claim("/components/t/table/1:1"), p0="S0")
    assert made["components"]["t"]["x-evidence"]["at"] == {
        "/table/a~1b": {"documented": ["S0"]},
        "/table/1:1": {"documented": ["S0"]},
    }
    whole = narrowed(claim("/components/t"), p0="S0")["components"]["t"]["x-evidence"]
    assert whole == {"inherited": ["B1"], "documented": ["S0"], "at": {"/table": {"inherited": ["B1"]}}}


def test_a_claim_makes_nothing_known_that_the_base_assumes() -> None:
    assert "documented" not in narrowed(claim("/components/r"), p0="S0")["components"]["r"]["x-evidence"]


@pytest.mark.parametrize(
    "other",
    [claim("/components/t", kind="mistake"), claim("/components/t", pages=["p9"]), claim("/nowhere/x")],
)
def test_mistakes_and_the_claims_of_others_state_nothing(other: Any) -> None:
    assert narrowed(other, p0="S0")["components"]["t"]["x-evidence"] == {"inherited": ["B1"]}


def test_claims_of_a_vendor_are_those_of_its_pages(library: Library) -> None:
    every, own = library.claims("stability"), library.claims("vman")
    assert len(every) == 307
    assert len(own) == 37  # as docs/claims.md counts them
    assert all("001_b78a52f5515ae393" in each["pages"] for each in own)
    variants = {each.get("variant") for each in library.claims("ai-yiapi")}
    assert variants == {None}, "what the base encodes stands in the vendor's document itself"


# the gateway


def test_a_gateways_error_is_told_from_the_apis() -> None:
    operation = loaded("gptnb.gateway").operations["generateCore"]
    wrapped = {"error": {"message": "whatever (request id: 1)", "type": "one_api_error", "code": ""}}
    assert responder_of(operation, wrapped) == "gateway"
    for other in (
        {"errors": ["x"], "id": "1", "name": "x"},
        {"error": "x"},
        {"error": {"message": 3}},
        None,
        [],
    ):
        assert responder_of(operation, other) is None
    assert responder_of(loaded("gptnb").operations["generateCore"], wrapped) is None


# the matrix


def test_the_matrix_fits_a_terminal_and_shows_every_status() -> None:
    result = run("vendors")
    assert result.exit_code == 0
    assert max(len(line) for line in result.stdout.splitlines()) <= 100
    for operation in loaded("stability.pages-2024").operations.values():
        assert f"\n{operation.id} " in result.stdout
    ultra = result.stdout.split("\ngenerateUltra")[1].split("\n\n")[0]
    assert "status 413             inherited    documented  inherited       documented" in ultra
    assert "field seed             inherited    documented  inherited       sample" in ultra


def test_the_matrix_as_json_and_markdown() -> None:
    made = json.loads(run("vendors", "--format", "json", "gptnb", "vman").stdout)
    assert [each["vendor"] for each in made["vendors"]] == ["gptnb", "vman"]
    row = {
        "operation": "generateUltra",
        "kind": "status",
        "name": "402",
        "gptnb": "inherited",
        "vman": "inherited",
    }
    assert row in made["rows"]
    assert "| status 404 | documented |" in run("vendors", "gptnb", "--format", "markdown").stdout


def test_columns_that_do_not_fit_follow_below(home: Path) -> None:
    for number in range(3):
        for ending in (".yaml", ".overlay.yaml"):
            shutil.copy(home / f"vendors/gptnb{ending}", home / f"vendors/vendor-number-{number}{ending}")
    names = [f"vendor-number-{number}" for number in range(3)]
    result = run("vendors", "--home", str(home), "gptnb", "vman", "ai-yiapi", *names)
    assert max(len(line) for line in result.stdout.splitlines()) <= 100
    assert result.stdout.count("\ngenerateUltra ") == 2


# bad input


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for folder in ("apis", "overlays", "vendors", "claims"):
        shutil.copytree(HOME / folder, tmp_path / folder)
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


BAD_PROFILES = {
    "base": ("base: stability.pages-2024", "base: stability.pages-2042", "there is no document named"),
    "unknown key": ("title: GPTNB", "titel: GPTNB", "title"),
    "status": ('["200", "400", "403"', "[200, 400, 403", "is not of type"),
    "yaml": ("pages:", "pages: [", ""),
    "way": ("way: bare key", "way: cookie", "cookie"),
}


@pytest.mark.parametrize("case", BAD_PROFILES)
def test_a_profile_that_cannot_be_taken_is_one_line_with_its_place(home: Path, case: str) -> None:
    old, new, says = BAD_PROFILES[case]
    path = home / "vendors" / "gptnb.yaml"
    edit(path, old, new)
    for arguments in (("vendors", "gptnb"), ("diff", "gptnb", "stability")):
        result = run(*arguments, "--home", str(home))
        assert result.exit_code == 2
        assert result.stdout == ""
        assert f"Error: {path}:" in result.stderr
        assert says in result.stderr
        assert "Traceback" not in result.output
    result = run("lint", "gptnb", "--home", str(home))
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{path}:")
    assert run("lint", "stability", "--home", str(home)).exit_code == 0


def test_a_vendor_without_its_overlay_says_so(home: Path) -> None:
    (home / "vendors" / "vman.overlay.yaml").unlink()
    with pytest.raises(BadProfile, match=r"vman\.yaml:\d+:\d+: there is no vman\.overlay\.yaml beside it"):
        Library(home).load("vman")


def test_an_overlay_of_a_vendor_that_matches_nothing_has_line_and_column(home: Path) -> None:
    path = home / "vendors" / "gptnb.overlay.yaml"
    edit(path, "target: $.servers", "target: $.serves")
    result = run("diff", "stability", "gptnb", "--home", str(home))
    assert result.exit_code == 2
    assert f"{path}:7:13: the target $.serves matches nothing" in result.stderr


def test_claims_that_cannot_be_read_are_named(home: Path) -> None:
    (home / "claims" / "stability.yaml").write_text("claims: 3\n")
    with pytest.raises(BadProfile, match=r"claims/stability\.yaml:1:1: .*proofsheet spec lint stability"):
        Library(home).load("gptnb")


def test_an_unknown_vendor_is_a_usage_error() -> None:
    result = run("vendors", "vmann")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "did you mean 'vman'" in result.stderr


def test_a_folder_without_vendors(tmp_path: Path) -> None:
    (tmp_path / "apis").mkdir()
    result = run("vendors", "--home", str(tmp_path))
    assert result.exit_code == 2
    assert "there is no vendor in" in result.stderr


# the lint

BROKEN = {
    "vendor-document": [
        (
            "vendors/gptnb.yaml",
            "  generateUltra:\n",
            "  generateUltr:\n",
            "there is no operation generateUltr",
        ),
        ("vendors/gptnb.yaml", "operation: generateCore", "operation: generateCor", "there is no operation"),
        ("vendors/gptnb.yaml", "POST /sd/v2beta", "POST /v2beta", "expected POST /sd/v2beta"),
        ("vendors/gptnb.yaml", '"422", "429"', '"422", "418"', "has no 418 here"),
        ("vendors/gptnb.yaml", "fields: [prompt, neg", "fields: [promt, neg", "no field promt here"),
        ("vendors/gptnb.yaml", '{prompt: ""}', '{promt: ""}', "no field promt here"),
        (
            "vendors/gptnb.yaml",
            "url: https://goapi.gptnb.ai",
            "url: https://gptnb.ai",
            "the document's servers",
        ),
    ],
    "vendor-pages": [
        ("vendors/gptnb.yaml", "S3: {changed", "S9: {changed", "S9 is no page in x-sources"),
        ("vendors/gptnb.yaml", "page: S3", "page: S1", "S1 is not among `pages`"),
        ("vendors/gptnb.yaml", 'at: {S0: "请求', 'at: {S2: "请求', "S2 is not among `pages`"),
    ],
    "vendor-claims": [
        (
            "vendors/gptnb.yaml",
            '"400", "403", "413"',
            '"400", "413"',
            "403: a claim leads to it",
        ),
        ("vendors/gptnb.yaml", '["200", "400", "403"', '["200", "400", "402", "403"', "402: no claim"),
    ],
    "overlay-formed": [
        ("vendors/gptnb.overlay.yaml", "extends:", "extend:", "extend"),
        ("vendors/gptnb.overlay.yaml", "    remove: true", "    remove: true\n    udpate: 1", "udpate"),
        ("overlays/stability.gateway.yaml", '\n  version: "2025.04"', "", "version"),
    ],
    "overlay-extends": [
        ("vendors/gptnb.overlay.yaml", "pages-2024.yaml", "pages-2042.yaml", "there is no file"),
    ],
}


@pytest.mark.parametrize(
    ("rule", "file", "old", "new", "says"),
    [(rule, *each) for rule, cases in BROKEN.items() for each in cases],
)
def test_a_rule_finds_what_breaks_it(home: Path, rule: str, file: str, old: str, new: str, says: str) -> None:
    edit(home / file, old, new)
    name = "gptnb.gateway" if "gateway" in file else "gptnb"
    found = lint(Library(home), name, [each for each in RULES if each.id == rule])
    assert any(says in flaw.message for flaw in found), [str(flaw) for flaw in found]
    assert all(flaw.file.endswith(file) and flaw.line > 0 for flaw in found)
