"""`proofsheet serve`: from its options to a server, and what it says when something is wrong."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from proofsheet.mockserver import option_values as values
from proofsheet.mockserver.banner import banner
from proofsheet.mockserver.chosen_settings import is_local, settings_of, with_shared_secret
from proofsheet.mockserver.documents import Documents
from proofsheet.mockserver.named_documents import listed, load_documents
from proofsheet.mockserver.serve_options import OPTIONS
from proofsheet.mockserver.settings import Settings
from proofsheet.relay.listening import listen, refused
from proofsheet.spec.cli_options import document_names, with_options
from proofsheet.spec.load import HOME, Library

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
@with_options(OPTIONS)
def serve(names: tuple[str, ...], host: str, port: int, workers: int, **options: Any) -> None:
    """Serve a double of the APIs: real pictures, the vendor's errors, credits and limits; nothing to pay.

    NAMES are families (stability, with the documents that are parts of it), variants of them
    (stability.pages-2024) or vendors (gptnb, with each family that its menu lists); by default all families.
    Any well-formed key is accepted, unless --keys lists the known ones.
    """
    library = Library(options["home"] or HOME)
    documents = load_documents(library, names)
    settings = with_shared_secret(settings_of(host, options))
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
    from proofsheet.mockserver.server import Plan  # the server is loaded only to serve
    from proofsheet.mockserver.workers import run

    sock = _listen(host, port)
    actual = sock.getsockname()[1]
    files = tuple(path for name in documents.names for path in library.files(name))
    plan = Plan(
        load=lambda: listed(library, documents.names),
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


def _check_admin_key(host: str, key: str | None) -> None:
    """Raise UsageError where other machines would reach the control surface and nobody has said so."""
    if key is None and host and not is_local(host):
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


def _listen(host: str, port: int) -> socket.socket:
    if not host:
        raise click.UsageError("--host is empty; 0.0.0.0 means every address of this machine")
    try:
        return listen(host, port)
    except (UnicodeError, TypeError) as error:
        raise click.UsageError(f"--host {host!r} is no name of a host: {error}") from None
    except OSError as error:
        raise click.ClickException(refused(error, host, port, f"--port {port + 1}")) from None
