"""From the options of the command line to the plugin that judges; a worker of pytest-xdist gets some told."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from proofsheet.contracts.layers import BadUse
from proofsheet.contracts.pytest_items.items import NAME
from proofsheet.contracts.pytest_items.plugin import Judging
from proofsheet.contracts.settings import Settings, settings
from proofsheet.spec.cli_options import credits_in

_OURS = re.compile(r"(?<!\S)--(?=(?:url|key-env|key-file|target|budget|seed)\b)")


def judging(config: pytest.Config, chosen: frozenset[str]) -> Judging:
    """The plugin for this process; `chosen` are requirements named one by one. Raises UsageError."""
    from_controller: dict[str, Any] = getattr(config, "workerinput", {}).get(NAME, {})
    try:
        found = _settings(config.option, from_controller.get("seed"))
        report = _report(config)
    except BadUse as problem:
        text = _OURS.sub("--proofsheet-", str(problem)).replace("(or --dry-run)", "(or --collect-only)")
        raise pytest.UsageError(f"proofsheet: {text}") from None
    if from_controller:
        report, shared = Path(from_controller["report"]), Path(from_controller["shared"])
        return Judging(config, found, report, frozenset(from_controller["chosen"]), shared)
    return Judging(config, found, report, chosen)


def _settings(option: Any, seed: int | None) -> Settings:
    given = {
        "url": option.proofsheet_url,
        "key_env": option.proofsheet_key_env,
        "key_file": _path(option.proofsheet_key_file),
        "target_file": _path(option.proofsheet_target),
        "profile": option.proofsheet_profile,
        "budget": _budget(option.proofsheet_budget),
        "allow": tuple(option.proofsheet_allow),
        "spares": False,
        "seed": _seed(option.proofsheet_seed) if seed is None else seed,
    }
    return settings(option.proofsheet, given, sends=not option.collectonly)


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _budget(text: str | None) -> Decimal | None:
    try:
        return None if text is None else credits_in(text, 10**6)
    except ValueError as problem:
        raise BadUse(f"--budget {problem}") from None


def _seed(text: str | None) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"\d{1,10}", text, re.ASCII) or int(text) >= 2**31:
        raise BadUse(f"--seed expected a number from 0 to {2**31 - 1}, came {text!r}")
    return int(text)


def _report(config: pytest.Config) -> Path:
    report: Path = config.invocation_params.dir / (
        config.option.proofsheet_report or f"{config.option.proofsheet}.jsonl"
    )
    if not report.parent.is_dir():
        raise BadUse(f"there is no folder for {report}")
    return report
