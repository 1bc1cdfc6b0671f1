"""The reference site: whole in itself, the same bytes each time, and every fact with its evidence."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openapi_spec_validator import OpenAPIV31SpecValidator
from support import InProcess

from proofsheet.spec.cli import spec_group
from proofsheet.spec.docs import Site
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library
from proofsheet.spec.yaml_reader import read

VENDORED = Path(__file__).parents[2] / "spec" / "docs" / "vendor"
NAMES = ("stability", "gptnb")


@pytest.fixture(scope="module")
def site(library: Library) -> Site:
    menus = tuple(library.menu(vendor) for vendor in library.catalogued())
    return Site(tuple(library.load(name) for name in NAMES), menus=menus)


class Links(HTMLParser):
    """The addresses and ids of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.targets.append(value)
            if name == "id" and value:
                self.ids.append(value)


def text(site: Site, path: str) -> str:
    file = site.file(path)
    assert file is not None, path
    return file.content.decode()


def pages(site: Site) -> list[str]:
    return [each for each in site.paths() if each.endswith(".html")]


def spec_of(site: Site, name: str) -> Any:
    script = text(site, f"{name}/openapi.js")
    return json.loads(script.removeprefix("window.openapi = ").removesuffix(";\n"))


def test_every_link_leads_to_a_file_or_a_place_on_it(site: Site) -> None:
    paths = set(site.paths())
    ids = {page: set(Links(text(site, page)).ids) for page in pages(site)}
    for page in pages(site):
        for target in Links(text(site, page)).targets:
            if target.startswith(("https://", "data:")):
                continue
            path, _, place = target.partition("#")
            folder = page.rpartition("/")[0]
            full = re.sub(r"[^/]+/\.\./", "", f"{folder}/{path}".lstrip("/")) if path else page
            assert full in paths, (page, target)
            assert not place or place.startswith("/") or place in ids[full], (page, target)


def test_the_catalogue_has_every_entry_and_leads_to_the_operations(site: Site, library: Library) -> None:
    page = html.unescape(text(site, "catalogue.html"))
    for vendor in library.catalogued():
        assert all(entry.title in page for entry in library.menu(vendor).entries)
    assert page.count("<tr><td>") == 375
    assert '<a href="stability/index.html#generateUltra">' in page
    assert "<code>midjourney.submitImagine</code>" in page  # whose document is not on this site
    assert "catalogue.html" in text(site, "index.html")
    assert "catalogue.html" not in set(Site(site.documents).paths())


def test_nothing_is_fetched_from_elsewhere(site: Site) -> None:
    for page in pages(site):
        found = re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=\"([^\"]+)\"", text(site, page))
        assert found
        assert all(not each.startswith(("http", "//")) for each in found)
    assert "url(http" not in text(site, "assets/site.css")
    assert not re.search(r"url\(['\"]?(https?:)?//", text(site, "assets/swagger-ui.css"))


def test_ids_are_unique(site: Site) -> None:
    for page in pages(site):
        ids = Links(text(site, page)).ids
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", NAMES)
def test_facts_have_outcomes_with_bodies_credits_limits_sizes_and_evidence(
    site: Site, library: Library, name: str
) -> None:
    page = html.unescape(text(site, f"{name}/index.html"))
    document = library.load(name)
    ids = Links(text(site, f"{name}/index.html")).ids
    for operation in document.operations.values():
        assert {operation.id, *(f"{operation.id}.{each}" for each in operation.outcomes)} <= set(ids)
        for outcome in operation.outcomes.values():
            for each in outcome.representations.values():
                body = each.value if isinstance(each.value, str) else json.dumps(each.value, indent=2)
                assert body in page
    for part in ("2304 × 960", "150 in 10 s; one more shuts the key out for 60 s", "10,485,760 bytes"):
        assert part in page
    for key in document.raw["x-sources"]:
        assert key in ids
    assert ('class="known inherited"' in page) == (name == "gptnb")


@pytest.mark.parametrize("name", NAMES)
def test_the_renderer_is_given_a_valid_document_that_says_more(site: Site, name: str) -> None:
    spec = spec_of(site, name)
    assert [str(each) for each in OpenAPIV31SpecValidator(spec).iter_errors()] == []
    core = spec["paths"]["/v2beta/stable-image/generate/core"]["post"]
    assert "**3 credits** (" in core["description"]
    assert "At most 150 requests in 10 s" in core["description"]
    assert "| 21:9 | 2304 x 960 | " in core["description"]
    assert "(index.html#generateCore)" in core["description"]


def test_forms_are_filled_in_with_the_example_and_nothing_else(site: Site) -> None:
    core = spec_of(site, "stability")["paths"]["/v2beta/stable-image/generate/core"]["post"]
    fields = core["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]
    assert fields["prompt"]["example"] == "Lighthouse on a cliff overlooking the ocean"
    assert fields["negative_prompt"]["example"] == ""
    assert "example" not in fields["seed"]  # which has a default


def test_the_openapi_file_is_the_bundle(site: Site, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(text(site, "stability/openapi.yaml"))
    assert read(tmp_path / "a.yaml").value["x-sources"]


def test_what_a_document_says_is_no_markup(library: Library) -> None:
    from dataclasses import replace

    document = library.load("stability")
    raw = {**document.raw, "info": {**document.raw["info"], "description": "<script>alert(1)</script>"}}
    page = text(Site((replace(document, raw=raw, title="</script><b>"),)), "stability/index.html")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_vendored_renderer_is_whole_and_small() -> None:
    names = {each.name for each in VENDORED.iterdir()}
    assert {"swagger-ui-bundle.js", "swagger-ui.css", "LICENSE", "NOTICE"} <= names
    assert sum(each.stat().st_size for each in VENDORED.iterdir()) < 2_000_000
    assert "Apache License" in (VENDORED / "LICENSE").read_text()


# the command


def run(*arguments: str) -> Result:
    return CliRunner().invoke(spec_group, ["docs", *arguments], prog_name="proofsheet spec")


def test_the_command_writes_the_same_site_each_time(tmp_path: Path, site: Site) -> None:
    for folder in ("a", "b"):
        result = run("gptnb", "-o", str(tmp_path / folder))
        assert result.exit_code == 0, result.output
        assert result.output == f"{tmp_path / folder}/index.html: 1 documents in 12 files\n"
    files = [each.relative_to(tmp_path / "a") for each in (tmp_path / "a").rglob("*") if each.is_file()]
    assert len(files) == 12
    for each in files:
        assert (tmp_path / "a" / each).read_bytes() == (tmp_path / "b" / each).read_bytes()


def test_wrong_usage(tmp_path: Path) -> None:
    assert "did you mean 'stability'?" in run("stabilty").stderr
    (tmp_path / "file").write_text("")
    result = run("stability", "-o", str(tmp_path / "file" / "site"))
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
    assert "Examples:\n" in run("--help").stdout


# the mock


def test_the_mock_serves_the_site_of_what_it_serves(mock: InProcess, document: Document) -> None:
    for path in Site((document,), tries=True).paths():
        answer = mock.get(f"/_mock/docs/{path}")
        assert answer.status_code == 200, path
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert "that this mock serves" in mock.get("/_mock/docs/").text
    assert mock.get("/_mock/docs").headers["location"] == "/_mock/docs/"


@pytest.mark.parametrize(
    "path",
    [
        "nothing",
        "stability",
        "stability/",
        "../pyproject.toml",
        "assets/..%2fsite.py",
        "assets/",
        "gptnb/index.html",
    ],
)
def test_what_the_site_has_not_is_not_there(mock: InProcess, path: str) -> None:
    assert mock.get(f"/_mock/docs/{path}").status_code == 404
