"""What several documents say of one resource, such as a model, they say alike."""

from __future__ import annotations

from collections import defaultdict

from proofsheet.spec.load import Library


def test_families_agree_about_a_resource(library: Library) -> None:
    said: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    several = set[tuple[str, str]]()
    for family in library.families():
        document = library.load(family)
        of = [each.resource.of for each in document.operations.values() if each.resource]
        for resources in {each.name: each for each in of}.values():
            for name, members in resources.items.items():
                for member, value in members.items():
                    said[resources.name, name, member][family] = repr(value)
    for (kind, name, _), values in said.items():
        if len(values) > 1:
            several.add((kind, name))
    assert several, "no resource stands in two documents: what is compared here?"
    assert {place: values for place, values in said.items() if len(set(values.values())) > 1} == {}
