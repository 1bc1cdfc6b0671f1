"""`proofsheet serve`: its options, its banner, and what it says when something is wrong."""

from __future__ import annotations

import dataclasses
import socket
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from proofsheet.mockserver import option_values as values
from proofsheet.mockserver.documents import Documents, left_out
from proofsheet.mockserver.observability import watch
from proofsheet.mockserver.settings import Settings
from proofsheet.mockserver.tasks.pace import EXPECTED
from proofsheet.relay.listening import listen, refused
from proofsheet.spec.cli_options import document_names, documents_option, refused_as_usage
from proofsheet.spec.load import Library

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
TRUST = """Clients are to trust {file}:
  curl --cacert {file}; NODE_EXTRA_CA_CERTS={file} node; SSL_CERT_FILE={file} python
"""

EPILOG = """\b
Examples:
  proofsheet serve                          every family on http://127.0.0.1:4010
  proofsheet serve stability --port 8080
  proofsheet serve stability.pages-2024     as the reseller pages of 2024 document it
  proofsheet serve gptnb                    all families that this vendor sells, one account
  proofsheet serve --credits 20 --keys sk-alice,sk-bob
  proofsheet serve --fault latency=lognormal:0.3,0.6 --fault reset@0.01
  proofsheet serve --cors http://localhost:5173   a page in a browser may call
  proofsheet serve --tls self-signed        https; clients trust proofsheet-ca.pem
  proofsheet serve --host 0.0.0.0 --admin-key "$ADMIN"   for other machines too
  proofsheet serve --tls-cert cert.pem --tls-key key.pem   for clients that speak https only
  proofsheet serve --pace real              answers take as long as the vendor's did
  proofsheet serve flux --task-pace real*0.1   tasks go ten times as fast as the vendor's
  proofsheet serve openai --stream-pace ttft=0.3,tps=40   streams as slow as a model's
  proofsheet serve openai --date 2027-03-01   what is shut down by then is gone
  proofsheet serve openai --answers traffic --pace real*0.5   what was recorded, twice as fast
  proofsheet serve flux --callbacks app     callbacks may also go to the host `app`
  proofsheet serve --artifacts small --rate-limit off   for load tests: the wire does not fill
  proofsheet serve --log text --metrics     what an operator wants to see
  proofsheet serve --state redis://redis:6379/0   one of several that remember together

\b
The page for people is at /_mock/. Trigger keys and prompts: docs/triggers.md.
"""


@click.command(
    epilog=EPILOG,
    short_help="Serve a double of the APIs.",
    context_settings={"auto_envvar_prefix": "PROOFSHEET_SERVE"},  # as under `proofsheet`
)
@click.argument("names", nargs=-1, metavar="[NAMES]...", shell_complete=document_names)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=4010, show_default=True, type=click.IntRange(0, 65535), help="0: any free one."
)
@click.option("--admin-key", callback=values.admin_key, metavar="KEY|none",
              help="What /_mock/ and /metrics ask for; needed where other machines call.")  # fmt: skip
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Server processes.")
@click.option("--pace", default="immediate", show_default=True, callback=values.pace,
              metavar="immediate|real[*FACTOR]|SECONDS", help="How long an answer takes.")  # fmt: skip
@click.option("--task-pace", default="quick", show_default=True, callback=values.task_pace, metavar="PACE",
              help=f"How fast tasks go: {EXPECTED}.")  # fmt: skip
@click.option("--stream-pace", callback=values.stream_pace, metavar="PACE",
              help="How fast streams go: ttft=0.3,tps=40,jitter=0.2.  [default: all at once]")  # fmt: skip
@click.option("--answers", callback=values.answers, type=click.Path(path_type=Path), metavar="FILE|DIR",
              help="Answers that were written down, as YAML, as aimock has them, or recorded.")  # fmt: skip
@click.option("--public-url", callback=values.public_url, metavar="URL",
              help="What links in answers begin with.  [default: as the client sees the double]")  # fmt: skip
@click.option("--callbacks", default="loopback", show_default=True, callback=values.callbacks,
              metavar="loopback|anywhere|HOST,…", help="Where callbacks of tasks may go.")  # fmt: skip
@click.option("--date", callback=values.date, metavar="YYYY-MM-DD",
              help="The day on the double's clock, to rehearse what ends.  [default: today]")  # fmt: skip
@click.option("--state", callback=values.state, metavar="memory|URL",
              help="Where credits, limits, tasks and journal are: redis://host:port/db, rediss://…, "
              "unix://path (Valkey too), shared by all that name it.  [default: memory]")  # fmt: skip
@click.option("--seed", type=int, help="Make fresh seeds and faults reproducible.")
@click.option("--keys", callback=values.keys, metavar="KEY,…|FILE", help="The only keys that are known.")
@click.option("--credits", default="1000", show_default=True, callback=values.credits,
              metavar="N|unlimited", help="Credits a key starts with.")  # fmt: skip
@click.option("--rate-limit", default="on", show_default=True, type=click.Choice(["on", "off"]),
              help="Whether rate limits bite.")  # fmt: skip
@click.option("--language", default="on", show_default=True, type=click.Choice(["on", "off"]),
              help="Whether prompts that are clearly not English are refused.")  # fmt: skip
@click.option("--fault", "fault", multiple=True, callback=values.faults, metavar="FAULT[@SHARE]",
              help="latency=…, reset, truncate, slow=…, malformed; repeatable.")  # fmt: skip
@click.option("--metrics", is_flag=True, help="Show what is counted at /metrics, for Prometheus.")
@click.option("--log", type=click.Choice(["text", "json"]), metavar="text|json",
              help="A line for each request, on stderr.  [default: none]")  # fmt: skip
@click.option("--traces", type=click.Choice(["otlp", "console"]), metavar="otlp|console",
              help="A span for each request, by OpenTelemetry (OTEL_… variables say where to).")  # fmt: skip
@click.option("--journal", "journal_size", default=500, show_default=True, type=click.IntRange(1, 100_000),
              help="Calls that the journal keeps.")  # fmt: skip
@click.option(
    "--check-replies", is_flag=True, help="Check each JSON reply against its schema; a breach is a 500."
)
@click.option("--replay", type=click.Path(path_type=Path), metavar="DIR",
              help="Answer what `proofsheet proxy --record DIR` recorded from there.")  # fmt: skip
@click.option("--cors", is_flag=False, flag_value="*", callback=values.origins, metavar="[ORIGIN,…]",
              help="Let pages of other origins call: http://localhost:5173, or any.")  # fmt: skip
@click.option("--tls-cert", type=click.Path(path_type=Path), metavar="FILE",
              help="Serve https with this certificate (PEM).")  # fmt: skip
@click.option("--tls-key", type=click.Path(path_type=Path), metavar="FILE",
              help="Its key.  [default: in the same file]")  # fmt: skip
@click.option("--tls", type=click.Choice(["self-signed"]), metavar="self-signed",
              help="Serve https with a certificate that is made now.")  # fmt: skip
@click.option("--tls-ca", type=click.Path(path_type=Path, dir_okay=False), default="proofsheet-ca.pem",
              show_default=True, metavar="FILE",
              help="Where --tls writes what clients are to trust.")  # fmt: skip
@click.option("--drain", type=click.FloatRange(0, 600), default=0.0, metavar="SECONDS",
              help="How long one that is told to end (SIGTERM) serves on, not ready for more, so that a "
              "balancer goes elsewhere.  [default: 0]")  # fmt: skip
@click.option("--reload", is_flag=True, help="Load the documents again when their files change.")
@documents_option
@click.option("--artifacts", type=click.Choice(["full", "small"]), default="full", show_default=True,
              help="small: pictures of as many pixels and few bytes, for load tests.")  # fmt: skip
@click.option("--no-warm", is_flag=True, help="Do not draw ahead what one-megapixel pictures are made of.")
@click.option("--quiet", is_flag=True, help="No banner.")
def serve(names: tuple[str, ...], host: str, port: int, workers: int, **options: Any) -> None:
    """Serve a double of the APIs: real pictures, the vendor's errors, credits and limits; nothing to pay.

    NAMES are families (stability, with the documents that are parts of it), variants of them
    (stability.pages-2024) or vendors (gptnb, with each family that its menu lists); by default all families.
    Any well-formed key is accepted, unless --keys lists the known ones.
    """
    library = Library(options["home"]) if options["home"] else Library()
    documents = load_documents(library, names)
    settings = _shared(settings_of(host, options))
    _check_admin_key(host, options["admin_key"])
    with _certificate(host, options) as tls:
        _run(host, port, workers, tls, library, documents, settings, options)


def _run(
    host: str,
    port: int,
    workers: int,
    tls: tuple[Path, Path] | None,
    library: Library,
    documents: Documents,
    settings: Settings,
    options: dict[str, Any],
) -> None:
    from proofsheet.mockserver.server import Plan, run  # the server is loaded only to serve

    sock = _listen(host, port)
    actual = sock.getsockname()[1]
    files = tuple(path for name in documents.names for path in library.files(name))
    plan = Plan(
        load=lambda: _listed(library, documents.names),
        files=files,
        settings=settings,
        workers=workers,
        reload=options["reload"],
        warm=not options["no_warm"],
        tls=tls,
        drain=options["drain"],
    )

    def ready() -> None:
        if not options["quiet"]:
            click.echo(banner(host, actual, documents, settings, "https" if tls else "http"))
            if options["tls"]:
                click.echo(TRUST.format(file=options["tls_ca"]))

    if code := run(plan, documents, sock, ready):
        raise SystemExit(code)


def _is_local(host: str) -> bool:
    return host in LOOPBACK or host.startswith("127.")


def _check_admin_key(host: str, key: str | None) -> None:
    """Raise UsageError where other machines would reach the control surface and nobody has said so."""
    if key is None and host and not _is_local(host):
        raise click.UsageError(
            f"--host {host}: other machines could read every call and change balances at /_mock/."
            f" Give --admin-key KEY, or --admin-key {values.NO_ADMIN_KEY} to let them"
        )


@contextmanager
def _certificate(host: str, options: dict[str, Any]) -> Iterator[tuple[Path, Path] | None]:
    """The files of a certificate and its key, made or given; None for plain HTTP."""
    given = values.tls(options["tls_cert"], options["tls_key"])
    if options["tls"] is None:
        yield given
        return
    if given:
        raise click.UsageError("--tls self-signed and --tls-cert name two certificates: one can be served")
    from proofsheet.mockserver.self_signed import certificate

    public = urlsplit(options["public_url"] or "").hostname
    try:
        made = certificate(options["tls_ca"], filter(None, (public, *([] if _is_any(host) else [host]))))
        with made as files:
            yield files
    except ImportError:
        raise click.UsageError("--tls: its package is missing: pip install 'proofsheet[tls]'") from None
    except OSError as problem:
        raise click.UsageError(
            f"--tls-ca {options['tls_ca']}: cannot be written: {problem.strerror}"
        ) from None


def _is_any(host: str) -> bool:
    return host in ("0.0.0.0", "::", "")


def load_documents(library: Library, names: tuple[str, ...]) -> Documents:
    """The named documents and their parts, read now; without names every family, of which one is read now."""
    documents = _listed(library, _with_parts(library, names) or library.in_serving_order())
    if not documents.names:
        raise click.UsageError(f"there are no documents in {library.home / 'apis'}")
    for name in documents.names if names else documents.names[:1]:
        try:
            with refused_as_usage():
                documents.load(name)
        except click.UsageError:
            raise
        except Exception as problem:  # jsonschema-rs and others have their own kinds
            hint = f"`proofsheet spec lint {name}` says where"
            raise click.UsageError(f"{name} cannot be served ({problem}); {hint}") from None
    return documents


def _with_parts(library: Library, names: tuple[str, ...]) -> tuple[str, ...]:
    with refused_as_usage():
        return tuple(dict.fromkeys(each for name in names for each in library.with_parts(name)))


def _listed(library: Library, names: tuple[str, ...]) -> Documents:
    return Documents({name: partial(library.load, name) for name in names})


def _with_recording(options: dict[str, Any]) -> dict[str, Any]:
    """The options, with a recording in one place, wherever it was named."""
    name, folder, answers = "--replay", options["replay"], options["answers"]
    if isinstance(answers, Path):
        if folder is not None:
            raise click.UsageError("--answers and --replay name two recordings: one can be served")
        name, folder, answers = "--answers", answers, ()
    if folder is not None:
        _check_recording(name, folder)
    return {**options, "replay": folder, "answers": answers}


def _check_recording(name: str, folder: Path) -> None:
    from proofsheet.mockserver.recorded_answers import load
    from proofsheet.traffic.errors import BadTraffic

    try:
        found = load(folder)
    except BadTraffic as problem:
        raise click.UsageError(f"{name}: {problem}") from None
    if not found.answers:
        raise click.UsageError(f"{name} {folder}: holds no exchange that could be served again")


def settings_of(host: str, options: dict[str, Any]) -> Settings:
    """The settings of the command's options. Raises UsageError for a recording that holds no answer."""
    options = _with_recording(options)
    names = {field.name for field in dataclasses.fields(Settings)}
    chosen = {name: value for name, value in options.items() if name in names}
    chosen["small_artifacts"] = options["artifacts"] == "small"
    chosen["rate_limit"] = options["rate_limit"] == "on"
    chosen["language"] = options["language"] == "on"
    chosen["faults"] = options["fault"]
    if options["admin_key"] == values.NO_ADMIN_KEY:
        chosen["admin_key"] = None
    # Bound to this machine only, the control surface answers to this machine's names only.
    chosen["hosts"] = LOOPBACK | {host} if _is_local(host) else frozenset()
    return Settings(**chosen)


def _shared(settings: Settings) -> Settings:
    """The settings, with what all have in common whose state is one; what is wrong with it is said here."""
    if lacking := watch.missing(settings):
        extras = ",".join(lacking)
        raise click.UsageError(f"--{lacking[0]}: its package is missing: pip install 'proofsheet[{extras}]'")
    if settings.state is None:
        return settings
    from proofsheet.mockserver.server import common_secret
    from proofsheet.mockserver.state.protocol import StateUnavailable

    try:
        return dataclasses.replace(settings, secret=common_secret(settings))
    except ImportError as problem:
        raise click.UsageError(
            f"--state: {problem.name} is missing: pip install 'proofsheet[redis]'"
        ) from None
    except (StateUnavailable, ValueError) as problem:
        raise click.ClickException(f"--state: {problem}") from None


def _listen(host: str, port: int) -> socket.socket:
    if not host:
        raise click.UsageError("--host is empty; 0.0.0.0 means every address of this machine")
    try:
        return listen(host, port)
    except (UnicodeError, TypeError) as error:
        raise click.UsageError(f"--host {host!r} is no name of a host: {error}") from None
    except OSError as error:
        raise click.ClickException(refused(error, host, port, f"--port {port + 1}")) from None


def banner(host: str, port: int, documents: Documents, settings: Settings, scheme: str = "http") -> str:
    """What the server says when it is ready: where it is, and a curl to paste."""
    from proofsheet.mockserver.control.example import example  # slow to load, and not needed with --help

    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    url = f"{scheme}://{shown}:{port}"
    lines = [f"Proofsheet serves on {url}"]
    loaded = {each.name: each for each in documents.loaded()}
    for name in documents.names:
        bases = [base or "/" for base in loaded[name].bases] if name in loaded else ["its own paths"]
        title = loaded[name].title if name in loaded else "(read when it is first called)"
        lines.append(f"  {name:<22} {title}  (under {', '.join(dict.fromkeys([*bases, f'/{name}']))})")
    lines += [f"  {each}" for each in left_out(loaded.values())]
    credits = "unlimited credits" if settings.credits is None else f"{settings.credits} credits"
    lines.append(f"  keys: {'those of --keys' if settings.keys is not None else 'any'}, {credits} each")
    asks = " (asks for the admin key)" if settings.admin_key else ""
    lines.append(f"  page for people: {url}/_mock/{asks}")
    if (command := example(documents.loaded(), url)) is not None:
        lines += ["", "Try it:", textwrap.indent(command, "  ")]
    if not _is_local(host) and settings.admin_key is None:
        lines += ["", "Note: reachable from other machines, the journal too (--admin-key none)."]
    return "\n".join(lines) + "\n"
