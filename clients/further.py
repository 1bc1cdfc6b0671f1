"""Clients of the further families: made from their bundles and compiled, not run."""

from __future__ import annotations

import shutil

from clients.capabilities import HERE, Outcome
from clients.fleet import PATIENCE, TOOLS, NotRun, Recipe, call, environment
from proofsheet.spec.clients.generate import NotMade, filled, make
from proofsheet.spec.clients.generators import Generator
from proofsheet.spec.load import Library

FURTHER = ("flux", "midjourney")


def compiled(generator: Generator, recipe: Recipe) -> tuple[Outcome, ...]:
    """What came of each further family, one outcome by its name; `no` says what was printed last."""
    return tuple(_outcome(generator, recipe, family) for family in FURTHER)


def _outcome(generator: Generator, recipe: Recipe, family: str) -> Outcome:
    work, env = TOOLS / "build" / f"{generator.name}-{family}", environment()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        for view in generator.views:
            make(generator, Library().source(family).value, view, work / f"client_{view}", env)
        for name in recipe.project:
            shutil.copy(HERE / "acceptance" / generator.name / name, work)
        for name, target in (recipe.links or {}).items():
            (work / name).symlink_to(filled(target, {"tools": str(TOOLS)}))
        for argv in recipe.compile:
            call(argv, work, env, PATIENCE)
    except (NotMade, NotRun) as problem:
        return Outcome(family, "no", str(problem).strip().splitlines()[-1])
    return Outcome(family, "ok")
