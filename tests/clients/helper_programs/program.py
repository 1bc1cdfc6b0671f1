"""Walks through helpers of clients for Python: `program.py ROWS URL`; says what came of each as JSON."""

import json
import re
import sys
from importlib import import_module
from typing import Any

import httpx


class Walk:
    """One family's client and helper."""

    def __init__(self, family: str, row: dict[str, Any], url: str) -> None:
        package = family.replace("-", "_")
        self.row, self.url = row, f"{url}/{family}"
        self.helpers = import_module(f"{package}.helpers")
        self.package = import_module(package)
        self.body = getattr(import_module(f"{package}.models"), row["model"]).from_dict(row["body"])
        self.name = re.sub("([A-Z])", r"_\1", row["call"]).lower()

    def client(self, key: str, **headers: str) -> Any:
        placed = {"prefix": "", "auth_header_name": self.row["header"]} if "header" in self.row else {}
        return self.package.AuthenticatedClient(
            base_url=self.url, token=key, headers=headers, timeout=httpx.Timeout(60), **placed
        )

    def task(self) -> dict[str, Any]:
        call, seen = getattr(self.helpers.tasks, self.name), []
        task = call(self.client("sk-test"), body=self.body)
        done = task.wait(every=0.05, progress=lambda state, share: seen.append((state, share)))
        again = call.known(self.client("sk-test"), task.id).wait()
        found = {"state": done.state, "links": len(done.links), "begins": next(done.files()).hex()[:8]}
        found |= {
            "seen": seen[-1][0],
            "share": seen[-1][1],
            "again": again.state,
            "typed": done.parsed is not None,
        }
        try:
            call(self.client("sk-mock-fails"), body=self.body).wait(every=0.05)
        except self.helpers.Failed as problem:
            found["told"] = problem.message
        try:
            call(self.client("sk-mock-hang"), body=self.body).wait(timeout=0.2, every=0.05)
        except self.helpers.TooLate as problem:
            found["late"] = problem.state is not None
        try:
            call(self.client("sk-mock-unknown"), body=self.body)
        except self.helpers.Refused as problem:
            found["refused"] = problem.message
        return found

    def stream(self) -> dict[str, Any]:
        call = getattr(self.helpers.streams, self.name)
        found = {"events": len(list(call(self.client("sk-test"), body=self.body)))}
        try:
            list(call(self.client("sk-test", **{"proofsheet-stream": "error=2"}), body=self.body))
        except self.helpers.StreamError as problem:
            found["told"] = problem.message
        try:
            list(call(self.client("sk-test", **{"proofsheet-stream": "cut=3"}), body=self.body))
        except self.helpers.Broken as problem:
            found["cut"] = str(problem)[:22]
        try:
            list(call(self.client("sk-mock-unknown"), body=self.body))
        except self.helpers.Refused as problem:
            found["refused"] = problem.message
        return found


def main(path: str, url: str) -> None:
    with open(path, encoding="utf-8") as file:
        rows = json.load(file)
    found = {family: Walk(family, row, url).task() for family, row in rows["tasks"].items()}
    found |= {family: Walk(family, row, url).stream() for family, row in rows["streams"].items()}
    sys.stdout.write(json.dumps(found))


main(*sys.argv[1:])
