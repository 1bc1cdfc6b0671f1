"""The way to a Redis or Valkey server: scripts, time limits, and what is said when it does not answer."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Sequence
from importlib import resources
from typing import Any
from urllib.parse import parse_qsl, urlencode

import redis
from redis.backoff import NoBackoff
from redis.cluster import RedisCluster
from redis.retry import Retry

from proofsheet.mockserver.state.protocol import StateUnavailable
from proofsheet.mockserver.state.redis import waiting
from proofsheet.mockserver.state.redis.steps import Step

SECONDS = 2.0  # for which an answer is waited for, where the URL says no other `timeout`
_LONGEST = 60
_GIVEN_UP = 0.9  # of that time, after which the server does nothing any more for whoever asked
_REST = 0.25  # seconds for which a server that has failed is not asked again
PREFIX = "proofsheet"

# Another server may be the right one soon, or this one; nothing is wrong with what was asked.
_AWAY = (
    redis.ConnectionError,  # and BusyLoadingError
    redis.TimeoutError,
    redis.ReadOnlyError,
    redis.OutOfMemoryError,
    redis.exceptions.ClusterError,
    redis.exceptions.ClusterDownError,
    redis.exceptions.MasterDownError,
    redis.exceptions.TryAgainError,
    TimeoutError,
    OSError,
)
_AWAY_SAYS = ("LATE", "MISCONF", "MASTERDOWN", "UNKILLABLE", "BUSY", "NOREPLICAS")


class Script:
    """A script of this package, made of several files; known to the server by its hash."""

    def __init__(self, *names: str) -> None:
        files = resources.files(__package__)
        self.text = "\n".join((files / f"{name}.lua").read_text("utf-8") for name in names).encode()
        self.hash = hashlib.sha1(self.text, usedforsecurity=False).hexdigest()


class Link:
    """Connections to one server, or to a cluster.

    `url` is as redis-py has it, with `?prefix=` (which our keys begin with) and `?timeout=` (seconds).
    Raises ValueError if it is none, StateUnavailable if nobody answers.
    """

    def __init__(self, url: str) -> None:
        plain, own = _options(url)
        self.prefix = own.get("prefix", PREFIX)
        self._seconds = _seconds(own.get("timeout", str(SECONDS)))
        self.shown = _without_password(plain)
        options: dict[str, Any] = {
            "socket_timeout": self._seconds,
            "socket_connect_timeout": self._seconds,
            "retry": Retry(NoBackoff(), 0),  # what was asked may have been done: never twice
        }
        self._client = redis.Redis.from_url(plain, **options)
        self._cluster = RedisCluster.from_url(plain, **options) if self._has_slots() else None
        self._idle: list[Any] = []  # connections: one for each call that waits at the same time
        self._down_until, self._why = 0.0, ""
        self._ahead: float | None = None  # how far the server's clock is ahead of our monotonic one

    def _has_slots(self) -> bool:
        try:
            return bool(self._client.info("cluster").get("cluster_enabled"))
        except redis.exceptions.NoPermissionError:
            return False
        except TypeError as problem:  # of redis-py, about an option
            raise ValueError(f"{self.shown}: {str(problem).partition(') ')[2]}") from None
        except (*_AWAY, redis.ResponseError) as problem:
            raise StateUnavailable(f"cannot reach {self.shown}: {problem}") from None

    def set_time(self, seconds: float) -> None:
        """The server's clock as it was told a moment ago."""
        self._ahead = seconds - time.monotonic()

    @property
    def is_cluster(self) -> bool:
        """Whether its slots are on several servers."""
        return self._cluster is not None

    def run(self, script: Script, first: str, steps: Sequence[Step]) -> Any:
        """The answers to the steps of a script; the first key is `first`. Raises StateUnavailable."""
        now = time.monotonic()
        if now < self._down_until:
            raise StateUnavailable(self._why)
        deadline = "inf" if self._ahead is None else repr(now + self._ahead + self._seconds * _GIVEN_UP)
        keys = list(dict.fromkeys((first, *(each.slot for each in steps))))
        given: list[Any] = [deadline]
        for slot, operation, arguments, expects in steps:
            given += (keys.index(slot) + 1, operation, expects, len(arguments), *arguments)
        rest = (len(keys), *keys, *given)
        try:
            try:
                return self._ask("EVALSHA", script.hash, *rest)
            except redis.exceptions.NoScriptError:
                return self._ask("EVAL", script.text, *rest)
        except _AWAY as problem:
            raise self._away(problem) from None
        except redis.ResponseError as problem:
            if str(problem).startswith(_AWAY_SAYS):
                raise self._away(problem) from None
            raise

    def _away(self, problem: Exception) -> StateUnavailable:
        self._down_until = time.monotonic() + _REST
        self._why = f"the state at {self.shown} {self._said(problem)}"
        return StateUnavailable(self._why)

    def _said(self, problem: Exception) -> str:
        if isinstance(problem, redis.OutOfMemoryError):
            return "has no room for more (maxmemory)"
        if isinstance(problem, TimeoutError | redis.TimeoutError) or str(problem).startswith("LATE"):
            return f"does not answer within {self._seconds:g} s"
        return f"does not answer: {problem or type(problem).__name__}"

    def _ask(self, *command: Any) -> Any:
        if self._cluster is not None:
            cluster: Any = self._cluster
            return cluster.execute_command(*command)
        connection = self._connected()
        try:
            connection.send_command(*command)
            waiting.readable(connection._sock.fileno(), self._seconds)  # redis-py has no public way to wait
            answer = connection.read_response()
        except redis.ResponseError:
            self._idle.append(connection)
            raise
        except BaseException:
            connection.disconnect()  # whose answer may still come
            raise
        self._idle.append(connection)
        return answer

    def _connected(self) -> Any:
        """A connection that nobody uses; what the server has closed, or says unasked, is not gone on with."""
        while self._idle:
            connection = self._idle.pop()
            with contextlib.suppress(*_AWAY):
                if not connection.can_read():
                    return connection
            connection.disconnect()
        connection = self._client.connection_pool.make_connection()
        waiting.elsewhere(connection.connect)
        return connection

    def clear(self) -> None:
        """Delete every key with our prefix."""
        client: Any = self._cluster or self._client
        try:
            for name in client.scan_iter(match=f"{self.prefix}:{{*", count=1000):
                client.unlink(name)
        except _AWAY as problem:
            raise self._away(problem) from None

    def evicts(self) -> str | None:
        """How the server makes room where its memory is full, if keys go then that nobody has deleted."""
        try:
            found = self._client.info("memory").get("maxmemory_policy")
        except (*_AWAY, redis.ResponseError):
            return None
        return None if found in (None, "noeviction") else str(found)

    def close(self) -> None:
        while self._idle:
            self._idle.pop().disconnect()
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()


def _options(url: str) -> tuple[str, dict[str, str]]:
    """A URL without those options that redis-py does not know, and these."""
    plain, _, text = url.partition("?")
    known = dict(parse_qsl(text))
    own: dict[str, str] = {name: known.pop(name) for name in ("prefix", "timeout") if name in known}
    return (f"{plain}?{urlencode(known)}" if known else plain), own


def _seconds(text: str) -> float:
    with contextlib.suppress(ValueError):
        if 0 < float(text) <= _LONGEST:
            return float(text)
    raise ValueError(f"expected timeout=SECONDS, from 0 to {_LONGEST}, came {text[:20]!r}")


def _without_password(url: str) -> str:
    scheme, _, rest = url.partition("?")[0].partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
