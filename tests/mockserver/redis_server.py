"""A Redis server of the tests' own, on a Unix socket in a folder of theirs."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
import redis
from waiting import PATIENCE, wait_until

REQUIRED = os.environ.get("PROOFSHEET_REDIS") == "required"
COMMAND = next(filter(None, map(shutil.which, ("redis-server", "valkey-server"))), None)


class RedisServer:
    """`redis-server` with the options of a test; it can be killed, stopped and started again."""

    def __init__(self, *options: str) -> None:
        if COMMAND is None:
            assert not REQUIRED, "there is no redis-server here"
            pytest.skip("there is no redis-server here")
        # A socket's path has room for some hundred characters, and pytest's folders are deep.
        self._folder = tempfile.TemporaryDirectory(prefix="redis-")
        self.socket = Path(self._folder.name) / "socket"
        self.url = f"unix://{self.socket}"
        self.client: Any = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=PATIENCE)
        self._options = options
        self.start()

    def start(self) -> None:
        command = [str(COMMAND), "--port", "0", "--unixsocket", str(self.socket), "--save", ""]
        command += ["--dir", self._folder.name, "--loglevel", "warning", *self._options]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self._answers)

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.RedisError:
            return False

    def kill(self) -> None:
        """End it as if its machine had failed."""
        self.process.kill()
        self.process.wait(PATIENCE)
        self.client.close()

    def hang(self) -> None:
        """Let it answer nobody, with its connections open."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        self.go_on()
        self.kill()
        self._folder.cleanup()
