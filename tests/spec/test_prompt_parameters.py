"""Parameters in a prompt's text: what is one, what it is worth, what is wrong, as a document says."""

from __future__ import annotations

from typing import Any

import pytest

from proofsheet.spec.prompt_parameters import PromptParameters, prompt_parameters

RATIO = {"type": "string", "pattern": "^[1-9][0-9]*:[1-9][0-9]*$", "default": "1:1"}
PAINTER: dict[str, Any] = {
    "marks": {"--": "word", "—": "anywhere"},
    "quote": "`",
    "ignore-case": True,
    "pictures": "leading",
    "parameters": {
        "aspect": {"aliases": ["ar"], "schema": RATIO},
        "stylize": {
            "aliases": ["s"],
            "schema": {"type": "integer", "minimum": 0, "maximum": 1000, "default": 100},
        },
        "quality": {"aliases": ["q"], "schema": {"type": "number", "exclusiveMinimum": 0}},
        "model": {"schema": {"type": "string", "enum": ["5", "6.1", "7"], "default": "7"}},
        "anime": {"schema": {"type": ["boolean", "string"], "enum": [True, "5", "6"]}},
        "tile": {"schema": {"type": "boolean"}},
        "seed": {"schema": {"type": "integer", "minimum": 0}},
        "no": {"schema": {"type": "array", "items": {"type": "string"}}, "separator": ","},
        "like": {"schema": {"type": "array", "items": {"type": "string"}}},
        "weight": {"schema": {"type": "integer"}},
    },
    "rules": [
        {
            "when": {"properties": {"$sent": {"required": ["weight"]}}},
            "then": {"required": ["like"]},
            "says": "Cannot use `--weight` without a `--like`",
        },
        {
            "when": {"required": ["tile"]},
            "then": {"properties": {"model": {"not": {"const": "6.1"}}}},
            "says": "`--tile` is not compatible with `--model {model}`",
        },
    ],
    "wording": {
        "unknown": "Unrecognized: {words}",
        "missing": "`--{name}` needs a value",
        "minimum": "`--{name}` must be between {minimum} and {maximum}",
        "maximum": "`--{name}` must be between {minimum} and {maximum}",
        "invalid": "`--{name}` cannot be {value}",
    },
}
# A family of another kind: slashes, one of everything, and the first of two counts.
SLASHES: dict[str, Any] = {
    "marks": {"/": "word"},
    "repeated": "first",
    "parameters": {
        "seed": {"schema": {"type": "integer"}},
        "shape": {"schema": {"enum": ["round", "square"]}},
    },
    "wording": {"unknown": "unknown {words}", "invalid": "{name}: {value}"},
}


def read(node: dict[str, Any]) -> PromptParameters:
    found = prompt_parameters(node)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("prompt", "text", "values"),
    [
        ("a cat", "a cat", {}),
        ("", "", {}),
        ("a cat --ar 16:9", "a cat", {"aspect": "16:9"}),
        ("a cat --aspect 16:9 --s 250", "a cat", {"aspect": "16:9", "stylize": 250}),
        ("a cat —ar 3:2 —tile", "a cat", {"aspect": "3:2", "tile": True}),
        ("planets ::7—ar 3:2", "planets ::7", {"aspect": "3:2"}),
        ("a cat --AR 2:3", "a cat", {"aspect": "2:3"}),
        ("a cat --q .25", "a cat", {"quality": 0.25}),
        ("a cat --no red cars, trees --seed 7", "a cat", {"no": ["red cars", "trees"], "seed": 7}),
        ("a cat --no cars --no trees", "a cat", {"no": ["cars", "trees"]}),
        (
            "a cat --like https://a.b/c https://d.e/f--g",
            "a cat",
            {"like": ["https://a.b/c", "https://d.e/f--g"]},
        ),
        ("a cat --anime", "a cat", {"anime": True}),
        ("a cat --anime 6 --tile", "a cat", {"anime": "6", "tile": True}),
        ("a well-known cat -- asleep --seed 1", "a well-known cat -- asleep", {"seed": 1}),
        ("--ar 1:2", "", {"aspect": "1:2"}),
        ("a cat\n\n--ar 1:2\t--seed  3 ", "a cat", {"aspect": "1:2", "seed": 3}),
        ("a cat --seed 1 --seed 2", "a cat", {"seed": 2}),
    ],
)
def test_parameters_stand_after_the_text(prompt: str, text: str, values: dict[str, Any]) -> None:
    found = read(PAINTER).parse(prompt)
    assert (found.text, found.values, found.flaws) == (text, values, ())


@pytest.mark.parametrize(
    ("prompt", "flaws"),
    [
        ("a cat --sead 7", ("Unrecognized: `--sead`, `7`",)),
        ("a cat --ar16:9", ("Unrecognized: `--ar16:9`",)),
        ("a cat --- a dog", ("Unrecognized: `---`, `a`, `dog`",)),
        ("a cat —ar 16:9 —s 1000 –v 5", ("Unrecognized: `–v`, `5`",)),
        ("a cat --tile yes", ("Unrecognized: `yes`",)),
        ("a cat --anime 9", ("Unrecognized: `9`",)),
        ("a cat—asleep", ("Unrecognized: `--asleep`",)),
        ("a cat --s 5000", ("`--stylize` must be between 0 and 1000",)),
        ("a cat --s -1", ("`--stylize` must be between 0 and 1000",)),
        ("a cat --s much", ("`--stylize` cannot be much",)),
        ("a cat --ar 1.5:1", ("`--aspect` cannot be 1.5:1",)),
        ("a cat --ar 0:1", ("`--aspect` cannot be 0:1",)),
        ("a cat --model 9", ("`--model` cannot be 9",)),
        ("a cat --ar --seed 3", ("`--aspect` needs a value",)),
        ("a cat --no , --seed 3", ("`--no` needs a value",)),
        ("a cat --weight 3", ("Cannot use `--weight` without a `--like`",)),
        ("a cat --tile --model 6.1", ("`--tile` is not compatible with `--model 6.1`",)),
        (
            "a cat --s 5000 --weight 3 --x",
            (
                "Unrecognized: `--x`",
                "`--stylize` must be between 0 and 1000",
                "Cannot use `--weight` without a `--like`",
            ),
        ),
    ],
)
def test_what_is_wrong_is_said_in_the_documents_words(prompt: str, flaws: tuple[str, ...]) -> None:
    assert read(PAINTER).parse(prompt).flaws == flaws


def test_pictures_stand_before_the_text() -> None:
    found = read(PAINTER).parse("https://a.b/one.png http://c.d/two a cat by https://e.f --ar 3:2")
    assert found.pictures == ("https://a.b/one.png", "http://c.d/two")
    assert found.text == "a cat by https://e.f"
    assert read(SLASHES).parse("https://a.b/one.png a cat").text == "https://a.b/one.png a cat"


def test_defaults_are_filled_in() -> None:
    parameters = read(PAINTER)
    whole = parameters.whole(parameters.parse("a cat --s 5").values)
    assert whole == {"aspect": "1:1", "stylize": 5, "model": "7"}


def test_another_family_marks_them_in_its_own_way() -> None:
    found = read(SLASHES).parse("a cat /seed 1 /seed 2 /shape round")
    assert (found.text, found.values, found.flaws) == ("a cat", {"seed": 1, "shape": "round"}, ())
    assert read(SLASHES).parse("a cat /SEED 1 /shape flat").flaws == ("unknown /SEED, 1", "shape: flat")
    assert read(SLASHES).parse("either/or --seed 1").text == "either/or --seed 1"


@pytest.mark.parametrize("size", [20_000, 200_000])
def test_a_long_prompt_is_read_in_time_that_grows_with_it(size: int) -> None:
    prompt = "a-" * size + " --" * size + " --no " + ", ".join(["x"] * size)
    assert len(read(PAINTER).parse(prompt).values["no"]) == size
