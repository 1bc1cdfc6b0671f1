"""Clients of the further families: made from their bundles, compiled, and run where a program is there."""

from __future__ import annotations

import shutil
from pathlib import Path

from clients.capabilities import HERE, Outcome, believed, prepare, tasks
from clients.fleet import PATIENCE, TOOLS, NotRun, Recipe, call, environment, said
from proofsheet.spec.clients.generate import NotMade, filled, make
from proofsheet.spec.clients.generators import Generator
from proofsheet.spec.load import Library

FURTHER = tuple(tasks())


def further(generator: Generator, recipe: Recipe, url: str) -> tuple[Outcome, ...]:
    """What came of each further family, run against the mock at `url`: one outcome by the family's name, and
    one for each of its tasks; `no` says what was printed last.
    """
    return tuple(each for family in FURTHER for each in _outcomes(generator, recipe, family, url))


def _outcomes(generator: Generator, recipe: Recipe, family: str, url: str) -> tuple[Outcome, ...]:
    try:
        work = _compiled(generator, recipe, family)
    except (NotMade, NotRun) as problem:
        return (Outcome(family, "no", _last(problem)),)
    done = (Outcome(family, "ok"),)
    programs = HERE / "acceptance" / generator.name / "tasks" / family
    if not programs.is_dir():
        return done
    try:
        return (*done, *_run(recipe, programs, work, family, url))
    except NotRun as problem:
        return (*done, *(Outcome(each.name, "no", _last(problem)) for each in tasks()[family]))


def _compiled(generator: Generator, recipe: Recipe, family: str) -> Path:
    work, env = TOOLS / "build" / f"{generator.name}-{family}", environment()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    for view in generator.views:
        make(generator, Library().source(family).value, view, work / f"client_{view}", env)
    for name in recipe.project:
        shutil.copy(HERE / "acceptance" / generator.name / name, work)
    for name, target in (recipe.links or {}).items():
        (work / name).symlink_to(filled(target, {"tools": str(TOOLS)}))
    for argv in recipe.compile:
        call(argv, work, env, PATIENCE)
    return work


def _run(recipe: Recipe, programs: Path, work: Path, family: str, url: str) -> tuple[Outcome, ...]:
    shutil.copytree(programs, work, dirs_exist_ok=True)
    for name in recipe.shared:
        shutil.copy(programs.parent.parent / name, work / name)
    env, wanted = environment(), tasks()[family]
    for argv in recipe.build:
        call(argv, work, env, PATIENCE)
    prepare(url, wanted)
    output = call(recipe.run, work, {**env, "BASE_URL": url}, PATIENCE)
    return believed(url, wanted, said(output))


def _last(problem: Exception) -> str:
    return str(problem).strip().splitlines()[-1]
