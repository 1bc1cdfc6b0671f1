"""A proxy that is killed: all exchanges that were over are recorded and judged, the one under way is not."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from proxied import Gone, Process, Script, Upstream, exactly, read_head, running
from waiting import PATIENCE, has_ended, wait_until

from proofsheet.contracts.reports import records
from proofsheet.traffic import transcript

Upstreams = Callable[[Script], Upstream]
SIZE = 200_000  # of an answer: some of them are more than a socket holds
CLIENTS = 4
MOST = 60  # answers for each: all of them have room in the ring, however late the proxy is killed


def numbered(sock: socket.socket) -> None:
    """Answers each request with a body that says its path again and again."""
    with contextlib.suppress(Gone):
        while True:
            path = read_head(sock).split()[1].ljust(20)
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % SIZE + path * (SIZE // 20))


def send(proxy: Process, client: int, answered: list[str]) -> None:
    """Requests one after another; `answered` are the paths of those whose answers came whole."""
    with (
        contextlib.suppress(OSError, Gone),
        socket.create_connection(("127.0.0.1", proxy.port), timeout=500) as sock,
    ):
        for number in range(MOST):
            path = f"/{client}/{number}"
            sock.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            read_head(sock)
            assert exactly(sock, SIZE).startswith(path.encode() + b" ")
            answered.append(path)


@pytest.mark.parametrize("is_slow", [False, True], ids=["recorder keeps up", "recorder is behind"])
@pytest.mark.parametrize("seed", range(2))
def test_what_was_answered_is_recorded(upstream: Upstreams, tmp_path: Path, seed: int, is_slow: bool) -> None:
    folder, answered = tmp_path / "traffic", list[str]()
    url = f"http://127.0.0.1:{upstream(numbered).port}"
    with running("--upstream", url, "--record", str(folder)) as proxy:
        judge, recorder = proxy.children()
        if is_slow:
            os.kill(recorder, signal.SIGSTOP)
        clients = [threading.Thread(target=send, args=(proxy, each, answered)) for each in range(CLIENTS)]
        for each in clients:
            each.start()
        count = random.Random(seed).randrange(30, 120)
        wait_until(lambda: len(answered) >= count)
        proxy.process.kill()
        proxy.process.wait()
        for each in clients:
            each.join(PATIENCE)
        if is_slow:
            os.kill(recorder, signal.SIGCONT)
        wait_until(lambda: has_ended(recorder) and has_ended(judge))
    flows = [each.flow() for each in transcript.entries(folder) if isinstance(each, transcript.Entry)]
    recorded = [each.path for each in flows if each.end == "complete"]
    assert len(answered) >= count
    assert not {*answered} - {*recorded}, "answered, and not recorded"
    assert len(recorded) == len({*recorded}) <= len(answered) + CLIENTS
    assert all(each.body == each.path.encode().ljust(20) * (SIZE // 20) for each in flows)


def test_what_was_answered_is_judged(upstream: Upstreams, tmp_path: Path) -> None:
    report, answer = tmp_path / "report.jsonl", b"HTTP/1.1 418 No\r\nContent-Length: 0\r\n\r\n"

    def script(sock: socket.socket) -> None:
        with contextlib.suppress(Gone):
            while read_head(sock):
                sock.sendall(answer)

    with running("--upstream", f"http://127.0.0.1:{upstream(script).port}", "--report", str(report)) as proxy:
        (judge,) = proxy.children()
        os.kill(judge, signal.SIGSTOP)
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=500) as sock:
            for _ in range(3):
                sock.sendall(b"GET /v1/user/balance HTTP/1.1\r\nHost: a\r\n\r\n")
                assert exactly(sock, len(answer)) == answer
        proxy.process.kill()
        proxy.process.wait()
        os.kill(judge, signal.SIGCONT)
        wait_until(lambda: has_ended(judge))
    found = records.read(report)
    assert found.verdicts["stability.getBalance.answer.status"]["status"] == "failed"
    assert found.footer is not None
    assert found.footer["ended"] == "interrupted"
