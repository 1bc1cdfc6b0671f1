"""`proofsheet proxy`: its options, its banner, and what it says when it cannot start."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Any

import click

from proofsheet.contracts.exit_codes import fail
from proofsheet.relay.listening import listen, refused
from proofsheet.relay.upstream_address import BadUpstream, upstream
from proofsheet.spec.cli_options import documents_option, refused_as_usage
from proofsheet.spec.load import HOME, Library

_SIZE = re.compile(r"(?i)(\d{1,9})\s*(B|kB|MB|GB)?")
_AGE = re.compile(r"(?i)(\d{1,6})\s*(s|m|h|d)")
_BYTES = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LOOPBACK = ("127.0.0.1", "localhost", "::1")

EPILOG = """\b
Examples:
  proofsheet proxy stability --upstream https://reseller.example/sd
  proofsheet proxy stability --upstream https://reseller.example/sd --record traffic
  proofsheet proxy stability --upstream http://127.0.0.1:4010 --fail-on-finding --report report.jsonl
  proofsheet proxy gptnb --upstream https://reseller.example   a vendor: by all families that it sells

\b
Then use http://127.0.0.1:4020 in your app instead of the upstream's URL; findings are on
http://127.0.0.1:4021/_proofsheet/ and on standard error.

\b
Exit codes: 0 ended in good order, 1 findings (with --fail-on-finding), 2 usage,
3 it could not listen, or the judge or the recorder broke.
"""


def _size(context: Any, parameter: Any, value: str) -> int:
    found = _SIZE.fullmatch(value.strip())
    if found is None or not (size := int(found[1]) * _BYTES[(found[2] or "").lower()]):
        raise click.BadParameter(f"expected a size such as 500MB or 1GB, came {value!r}")
    return size


def _age(context: Any, parameter: Any, value: str) -> float:
    found = _AGE.fullmatch(value.strip())
    if found is None or not (age := int(found[1]) * _SECONDS[found[2].lower()]):
        raise click.BadParameter(f"expected an age such as 12h or 7d, came {value!r}")
    return float(age)


@click.command(epilog=EPILOG, short_help="Pass real traffic on untouched, and judge it.")
@click.argument("name")
@click.option(
    "--upstream", "url", required=True, metavar="URL", help="Where everything goes: origin and base path."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=4020, show_default=True, type=click.IntRange(0, 65535), help="0: any free one."
)
@click.option("--page-port", default=4021, show_default=True, type=click.IntRange(0, 65535),
              help="Port of the page, always on 127.0.0.1.")  # fmt: skip
@click.option("--report", type=click.Path(path_type=Path), metavar="FILE", help="Findings as JSON Lines.")
@click.option("--fail-on-finding", is_flag=True, help="Exit with 1 at the end if anything was found.")
@click.option("--count-header", is_flag=True,
              help="Tell in each answer, in x-proofsheet-findings, how many there are so far.")  # fmt: skip
@click.option(
    "--record",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Record transcripts, without credentials.",
)
@click.option("--record-limit", default="1GB", show_default=True, callback=_size, metavar="SIZE",
              help="Of all that is recorded; the oldest goes first.")  # fmt: skip
@click.option("--record-age", default="7d", show_default=True, callback=_age, metavar="AGE",
              help="What is older goes.")  # fmt: skip
@click.option("--keep-host", is_flag=True, help="Send the client's Host header on, not the upstream's.")
@click.option("--insecure", is_flag=True, help="Trust any certificate of the upstream.")
@documents_option
def proxy(name: str, url: str, host: str, port: int, page_port: int, **options: Any) -> None:
    """Pass traffic on to an upstream byte for byte, and judge copies of it by the document NAME.

    Judging happens beside the stream: it delays nothing, changes nothing, and is dropped (and counted) where
    too much comes at once.
    """
    from proofsheet.contracts.recorded.proxy_session import Settings, run

    library = Library(options["home"] or HOME)
    with refused_as_usage(BadUpstream):
        documents = [library.load(each) for each in library.with_parts(name)]
        aim = upstream(url, options["insecure"])
    _check_folders(options["report"], options["record"])
    sock = _listen(host, port, "--port")
    page = _listen("127.0.0.1", page_port, "--page-port")
    settings = Settings(
        name=name,
        home=options["home"],
        upstream=aim,
        credential_fields=frozenset().union(*(each.credential_fields for each in documents)),
        report=options["report"],
        record=options["record"],
        limit=options["record_limit"],
        age=options["record_age"],
        keep_host=options["keep_host"],
        count_header=options["count_header"],
        fail_on_finding=options["fail_on_finding"],
    )
    ports = (sock.getsockname()[1], page.getsockname()[1])
    by = ", ".join(f"{each.name} {each.version}" for each in documents)
    text = banner(settings, by, host, ports, options["insecure"])
    raise SystemExit(run(settings, sock, page, lambda: click.echo(text)))


def _check_folders(report: Path | None, record: Path | None) -> None:
    if report is not None and not report.resolve().parent.is_dir():
        raise click.UsageError(f"--report {report}: there is no folder {report.resolve().parent}")
    if report is not None and report.exists() and not report.is_file():
        raise click.UsageError(f"--report {report}: is no regular file")
    if record is not None and record.exists() and not record.is_dir():
        raise click.UsageError(f"--record {record}: is no folder")


def _listen(host: str, port: int, option: str) -> socket.socket:
    try:
        return listen(host, port)
    except (OSError, UnicodeError) as error:
        fail(refused(error, host, port, f"{option} {port + 2}"))


def banner(settings: Any, document: str, host: str, ports: tuple[int, int], insecure: bool) -> str:
    """What the proxy says when it is ready: where it is, where everything goes, what is kept."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    lines = [
        f"Proofsheet proxy on http://{shown}:{ports[0]}",
        f"  passes everything on to {settings.upstream.url}",
        f"  judges it by {document}",
        f"  page: http://127.0.0.1:{ports[1]}/_proofsheet/",
    ]
    if settings.record:
        lines.append(f"  records into {settings.record}, without credentials")
    if insecure:
        lines.append("  Note: trusts any certificate of the upstream.")
    if host not in LOOPBACK and not host.startswith("127."):
        lines.append("  Note: reachable from other machines, which can use the upstream through it.")
    return "\n".join(lines)
