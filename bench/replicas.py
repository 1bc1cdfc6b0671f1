"""Three replicas of two workers behind nginx and HAProxy, killed meanwhile: `python -m bench.replicas`."""

import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import fleet
from bench.accounts import MOST_ENTRIES, Accounts, Clients, begin, differences, wait_for_more
from bench.common import ROOT, command, say, verdict
from bench.fleet import Fleet
from bench.processes import free_port

MINIATURE = ROOT / "tests/miniature"
NAMES = ("tasks", "nested", "miniature", "--spec", str(MINIATURE))
EPILOG = """\
Clients call through both balancers. Every `--kill-every` seconds a random replica is killed (SIGKILL) and
started again, the Redis (with AOF) once in the middle; then each replica is restarted (SIGTERM). Ends with 1
where what the servers remember is not as the clients were answered, or where the rolling restart failed a
request. `--check` has `proofsheet check stability` judge three replicas through each balancer first."""


def main() -> int:
    parser = command("bench.replicas", __doc__, EPILOG)
    parser.add_argument("--seconds", type=float, default=300, help="of load (%(default)s)")
    parser.add_argument("--clients", type=int, default=200, help="(%(default)s)")
    parser.add_argument("--keys", type=int, default=50, help="(%(default)s)")
    parser.add_argument("--kill-every", type=float, default=10, metavar="SECONDS", help="(%(default)s)")
    parser.add_argument("--check", action="store_true", help="judge it through the balancers, too")
    options = parser.parse_args()
    missing = [each for each in ("redis-server", "nginx", "haproxy") if fleet.found(each) is None]
    if missing:
        sys.exit(f"apt-get install {' '.join(missing)}")
    problems = _checked() if options.check else []
    with running(*NAMES) as made:
        ports = made.ports
        keys = [f"sk-fleet-{each:04d}" for each in range(options.keys)]
        begin(ports[0], keys)
        with Clients(ports, keys, options.clients) as accounts:
            _kill(made, options.seconds, options.kill_every)
            _settle(made, accounts)
        say(f"{accounts.count} answered: {dict(accounts.kinds)}, {accounts.failed} of them failed")
        problems += differences(accounts, ports[0], keys)
        with Clients(ports, keys, options.clients) as later:
            _restart(made, later)
        say(f"rolling restart: {dict(later.kinds)}")
        problems += [f"the rolling restart failed {later.failed} requests"] if later.failed else []
    return verdict(problems)


@contextlib.contextmanager
def running(*options: str) -> Iterator[Fleet]:
    """The programs, ready; ended afterwards."""
    with tempfile.TemporaryDirectory(prefix="fleet-") as name:
        folder = Path(name)
        redis = fleet.redis(folder, free_port())
        state = f"redis://{fleet.LOCAL}:{redis.port}/0?timeout=10"
        more = ("--workers", "2", "--drain", "6", "--journal", str(MOST_ENTRIES), "--state", state)
        replicas = [fleet.replica(folder, free_port(), *options, *more) for _ in range(3)]
        ports = [each.port for each in replicas]
        balancers = [make(folder, free_port(), ports) for make in (fleet.nginx, fleet.haproxy)]
        with fleet.started(redis, *replicas, *balancers):
            yield Fleet(redis, replicas, balancers)


def _kill(made: Fleet, seconds: float, pause: float) -> None:
    """Kill a replica now and then for so long, the Redis once."""
    began, redis_is_due = time.monotonic(), True
    while (gone := time.monotonic() - began) < seconds:
        time.sleep(min(pause, seconds - gone))
        victim = random.choice(made.replicas)
        victim.kill()
        if redis_is_due and time.monotonic() - began > seconds / 2:
            redis_is_due = False
            made.redis.kill()
            made.redis.start()
            made.redis.wait()
        victim.start()


def _settle(made: Fleet, accounts: Accounts) -> None:
    for each in made.replicas:
        each.wait()
    wait_for_more(accounts, 200)


def _restart(made: Fleet, accounts: Accounts) -> None:
    for each in made.replicas:
        wait_for_more(accounts, 100)
        if code := each.end():
            say(f"a replica ended with {code}")
        each.start()
        each.wait()
    wait_for_more(accounts, 100)


def _checked() -> list[str]:
    """What `proofsheet check stability` finds through each balancer."""
    found = []
    with running("stability") as made:
        for each in made.balancers:
            url = f"http://{fleet.LOCAL}:{each.port}"
            check = (sys.executable, "-P", "-m", "proofsheet", "check", "stability", "--url", url)
            key = {**os.environ, "FLEET_KEY": "sk-fleet-check"}
            done = subprocess.run(
                (*check, "--key-env", "FLEET_KEY"), capture_output=True, text=True, check=False, env=key
            )
            say(f"check through {Path(each.argv[0]).name}: exit code {done.returncode}")
            if done.returncode:
                found.append(done.stdout[-2000:] + done.stderr[-500:])
    return found


if __name__ == "__main__":
    sys.exit(main())
