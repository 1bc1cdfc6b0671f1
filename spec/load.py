"""Finding documents by name and loading them: `stability`, `stability.pages-2024`, `gptnb`, `gptnb.gateway`.

A name is a family or a vendor, and any number of the family's overlays, joined by dots; they are applied
from left to right. A vendor is a base, its own overlay, and what its pages leave to the base (`inherit`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proofsheet.spec import build, document_cache, pointers
from proofsheet.spec.catalogue.menu import Menu, menu
from proofsheet.spec.document import Document
from proofsheet.spec.expressions import UnknownExpression
from proofsheet.spec.inheritance import Pages, narrowed
from proofsheet.spec.inherited_tables import TABLES, NoTable, with_inherited
from proofsheet.spec.load_errors import MISSHAPES, Misshapen, Unknown
from proofsheet.spec.overlay import apply
from proofsheet.spec.references import resolve
from proofsheet.spec.vendor_profile import BadProfile, Profile, profile
from proofsheet.spec.yaml_reader import BadFile, Source, read

HOME = Path(__file__).parent
_NAME = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")  # a name is never a path


@dataclass(frozen=True)
class Library:
    """A folder of documents: `apis/<family>.yaml`, `overlays/<family>.<variant>.yaml`,
    `vendors/<slug>.yaml` with `vendors/<slug>.overlay.yaml`, `claims/<family>.yaml`, `catalogue/<slug>.yaml`.

    A vendor of several families has a further pair of files for each: `vendors/<slug>.<family>.yaml`.
    What another folder than ours does not have is found among the built-in documents: by its name, or as a
    vendor's base. It is not listed.
    """

    home: Path = HOME

    def _place(self, folder: str, name: str) -> Path:
        """Where a file is, or would be in this folder."""
        own, built_in = self.home / folder / name, HOME / folder / name
        return built_in if not own.is_file() and built_in.is_file() else own

    def families(self) -> tuple[str, ...]:
        """The families, in alphabetical order."""
        return tuple(sorted(path.stem for path in (self.home / "apis").glob("*.yaml") if path.is_file()))

    def in_serving_order(self) -> tuple[str, ...]:
        """The families as they are served side by side: of two with one path, the first has it."""
        order = self.home / "serving_order.yaml"
        first = read(order).value.get("first", ()) if order.is_file() else ()
        known = self.families()
        return tuple(dict.fromkeys([*(each for each in first if each in known), *known]))

    def vendors(self) -> tuple[str, ...]:
        """The vendors, in alphabetical order."""
        paths = (self.home / "vendors").glob("*.yaml")
        return tuple(sorted(path.stem for path in paths if "." not in path.stem and path.is_file()))

    def sold_as(self, name: str) -> tuple[str, ...]:
        """A vendor's documents, one for each family that it sells; of another name itself alone."""
        further = (self.home / "vendors").glob(f"{name}.*.yaml") if name in self.vendors() else ()
        return (name, *sorted(path.stem for path in further if not path.stem.endswith(".overlay")))

    def names(self) -> tuple[str, ...]:
        """Every family, variant and vendor, and the variants that a vendor says it may use."""
        overlays = (path.stem for path in (self.home / "overlays").glob("*.*.yaml"))
        sold = [part for slug in self.vendors() for part in self.sold_as(slug)]
        used = (f"{slug}.{each}" for slug in sold for each in self._overlays_of(slug))
        return tuple(sorted([*self.families(), *overlays, *sold, *used]))

    def _overlays_of(self, slug: str) -> tuple[str, ...]:
        try:
            return self.profile(slug).overlays
        except BadFile:
            return ()  # whoever loads the vendor is told what is wrong

    def profile(self, slug: str) -> Profile:
        """The profile of the vendor `slug`, or of a further document of it. Raises Unknown and BadFile."""
        if slug not in [part for vendor in self.vendors() for part in self.sold_as(vendor)]:
            raise Unknown(slug, self.vendors())
        return profile(self.home / "vendors" / f"{slug}.yaml")

    def catalogued(self) -> tuple[str, ...]:
        """The vendors whose menu is known, in alphabetical order."""
        return tuple(sorted(path.stem for path in (self.home / "catalogue").glob("*.yaml")))

    def menu(self, slug: str) -> Menu:
        """The menu of the vendor `slug`. Raises Unknown and BadFile."""
        if slug not in self.catalogued():
            raise Unknown(slug, self.catalogued())
        return menu(self.home / "catalogue" / f"{slug}.yaml")

    def with_parts(self, name: str) -> tuple[str, ...]:
        """`name`, and the documents that are parts of its family, in the same variants where they have them.

        Of a vendor all that its menu lists. Raises as `load` where a part cannot be loaded.
        """
        if name in self.vendors():
            return (*self.sold_as(name), *self._listed_besides(name))
        if self.home != HOME and name.partition(".")[0] not in self.families():
            return Library().with_parts(name)
        family, *variants = name.split(".")
        parts = [each for each in self.families() if each.startswith(f"{family}-")]
        own = [each for each in parts if self.load(each).family == family]
        return (name, *(".".join([each, *self._known_variants(each, variants)]) for each in own))

    def _listed_besides(self, vendor: str) -> tuple[str, ...]:
        """What a vendor's menu means and it has no document of its own for; of a family the variant alone."""
        if vendor not in self.catalogued():
            return ()
        own = {self.family(each) for each in self.sold_as(vendor)}
        meant = dict.fromkeys(
            each.rpartition(".")[0] for entry in self.menu(vendor).entries for each in entry.means
        )
        besides = [each for each in meant if each.partition(".")[0] not in own]
        return tuple(each for each in besides if not any(one.startswith(f"{each}.") for one in besides))

    def _known_variants(self, family: str, variants: list[str]) -> list[str]:
        paths = zip(variants, self._overlays(family, variants), strict=True)
        return [name for name, path in paths if path.is_file()]

    def vendor(self, name: str) -> Profile | None:
        """The vendor whose document `name` is, if it is one. Raises as `profile`."""
        first = name.partition(".")[0]
        if first not in self.vendors() or first in self.families():
            return None
        part = ".".join(name.split(".")[:2])
        return self.profile(part if part in self.sold_as(first) else first)

    def family(self, name: str) -> str:
        """The family that `name` belongs to. Raises as `profile`."""
        return self._family(name, self.vendor(name))

    def _family(self, name: str, vendor: Profile | None) -> str:
        return (vendor.base if vendor else name).partition(".")[0]

    def files(self, name: str) -> tuple[Path, ...]:
        """The family's file, those of the overlays that `name` asks for, and the vendor's profile.

        Raises Unknown, and as `profile`.
        """
        return self._files(name, self.vendor(name))

    def _files(self, name: str, vendor: Profile | None) -> tuple[Path, ...]:
        return (*self._layers(name, vendor), *((vendor.source.path,) if vendor else ()))

    def overlays(self, name: str) -> tuple[Path, ...]:
        """The files of the overlays that make `name` of its family. Raises as `files`."""
        return self._layers(name, self.vendor(name))[1:]

    def _layers(self, name: str, vendor: Profile | None) -> tuple[Path, ...]:
        if not _NAME.fullmatch(name):
            raise Unknown(name, self.names())
        first = vendor.slug if vendor else name.partition(".")[0]
        variants = [each for each in name.removeprefix(first).split(".") if each]
        family, *before = vendor.base.split(".") if vendor else (first,)
        own = [self.home / "vendors" / f"{first}.overlay.yaml"] if vendor else []
        paths = [self._place("apis", f"{family}.yaml"), *self._overlays(family, before), *own]
        paths += self._overlays(family, variants)
        if missing := [path for path in paths if not path.is_file()]:
            raise _missing(missing[0], name, vendor, variants) or Unknown(name, self.names())
        return tuple(paths)

    def _overlays(self, family: str, variants: list[str]) -> list[Path]:
        return [self._place("overlays", f"{family}.{variant}.yaml") for variant in variants]

    def claims(self, name: str) -> tuple[dict[str, Any], ...]:
        """What the pages behind `name` claim: all of the family's, or those of the vendor's own pages.

        Raises Unknown and BadFile.
        """
        path = self._place("claims", f"{self.family(name)}.yaml")
        if not path.is_file():
            return ()
        value = read(path).value
        if (vendor := self.vendor(name)) is None:
            return tuple(value["claims"])
        pages = _pages(value, vendor.sources)
        found = (each for each in value["claims"] if not pages.keys().isdisjoint(each["pages"]))
        return tuple(_within(each, vendor.base) for each in found)

    def claim_pages(self, name: str) -> dict[str, str]:
        """The titles of the pages that claims of the family of `name` name. Raises Unknown and BadFile."""
        path = self._place("claims", f"{self.family(name)}.yaml")
        pages = read(path).value["pages"] if path.is_file() else {}
        return {page: str(each["title"]) for page, each in pages.items()}

    def source(self, name: str) -> Source:
        """The plain data of `name`, overlays applied, references kept, with the family's positions.

        Raises Unknown and BadFile.
        """
        vendor = self.vendor(name)
        first, *overlays = self._layers(name, vendor)
        source = read(first)
        value = self._with_inherited(source)
        for path in overlays:
            value = apply(value, read(path))
        if vendor:
            value = self._narrowed(value, vendor)
        return Source(source.path, value, source.marks)

    def _with_inherited(self, source: Source) -> Any:
        try:
            return with_inherited(source.value, lambda name: read(self._place("apis", f"{name}.yaml")).value)
        except NoTable as missing:
            raise BadFile(
                source.where(pointers.join(*TABLES, str(missing), "inherits")),
                f"there is no table {missing} to inherit from in the document that this one is a part of",
            ) from None

    def _narrowed(self, value: Any, vendor: Profile) -> Any:
        path = self._place("claims", f"{self.family(vendor.base)}.yaml")
        claims = read(path) if path.is_file() else Source(path, {"pages": {}, "claims": []}, {})
        statuses = {
            name: (each["page"], each["responses"]) for name, each in vendor.raw["operations"].items()
        }
        try:
            pages = Pages(_pages(claims.value, vendor.sources), statuses, vendor.offered)
            return narrowed(value, pages, claims.value["claims"])
        except (LookupError, TypeError, AttributeError, ValueError):
            hint = f"`proofsheet spec lint {self.family(vendor.base)}` says where"
            raise BadProfile(claims.where(""), f"these claims cannot be read; {hint}") from None

    def load(self, name: str) -> Document:
        """The document `name`, ready to serve. Raises as `source`, BadReference and Misshapen."""
        vendor = self.vendor(name)
        value, resolved = self._plain(name, vendor)
        try:
            account = vendor.account if vendor else None
            return build.document(name, resolved, value, self._family(name, vendor), account)
        except UnknownExpression as error:
            source = self.source(name)
            where = source.where(next(_places_of(error.text, source.value), ""))
            raise Misshapen(name, source.path, f"{where}: {error}") from None
        except MISSHAPES as error:
            raise Misshapen(name, self.files(name)[0], f"{type(error).__name__}: {error}") from None

    def _plain(self, name: str, vendor: Profile | None) -> tuple[Any, Any]:
        """The plain data with its references and without, from the cache if it is there."""
        family = self._family(name, vendor)
        wholes = (
            self._place("apis", f"{each}.yaml") for each in self.families() if family.startswith(f"{each}-")
        )
        claims = self._place("claims", f"{family}.yaml")
        further = [*wholes, *([claims] if claims.is_file() else [])]
        key = document_cache.key(name, (*self._files(name, vendor), *further))
        if key and (kept := document_cache.read(key)) is not None:
            return kept[0], kept[1]
        source = self.source(name)
        resolved = resolve(source)
        if key:
            document_cache.write(key, [source.value, resolved])
        return source.value, resolved


def _places_of(text: str, node: Any, at: str = "") -> Iterator[str]:
    """The pointers of every text in plain data that holds `text`."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, each in children:
        yield from _places_of(text, each, at + pointers.join(key))
    if isinstance(node, str) and text in node:
        yield at


def _missing(path: Path, name: str, vendor: Profile | None, variants: list[str]) -> BadProfile | None:
    """What to say where it is not the name that is wrong, but the vendor's profile or its overlay."""
    if vendor is None or any(path.stem.endswith(f".{each}") for each in variants):
        return None
    if path.parent.name == "vendors":
        return BadProfile(vendor.source.where(""), f"there is no {path.name} beside it; `{name}` needs one")
    return BadProfile(vendor.source.where("/base"), f"there is no document named {vendor.base!r}")


def _within(claim: dict[str, Any], base: str) -> dict[str, Any]:
    """A claim as a vendor's document has it: what the base's variant encodes stands in it itself."""
    return {key: value for key, value in claim.items() if key != "variant" or value != base}


def _pages(claims: Any, sources: tuple[str, ...]) -> dict[str, str]:
    """The pages among `sources`, each with its source."""
    pages = {page: each["source"] for page, each in claims["pages"].items()}
    return {page: source for page, source in pages.items() if source in sources}
