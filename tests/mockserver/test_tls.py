"""`serve --tls-cert --tls-key`: https, and what is refused at the start."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from wire import Process

from proofsheet.mockserver.cli import serve

OPENSSL = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of this machine, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    files = folder / "cert.pem", folder / "key.pem"
    names = ("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    command = (*OPENSSL, *names, "-out", str(files[0]), "-keyout", str(files[1]))
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return files


def test_a_client_that_trusts_the_certificate_is_served(
    start: Callable[..., Process], pair: tuple[Path, Path], tmp_path: Path
) -> None:
    both = tmp_path / "both.pem"
    both.write_text(pair[0].read_text() + pair[1].read_text())
    for options in (("--tls-cert", str(pair[0]), "--tls-key", str(pair[1])), ("--tls-cert", str(both))):
        server = start(*options)
        url = f"https://127.0.0.1:{server.port}"
        assert url in server.banner
        assert f"{url}/_mock/" in server.banner
        with httpx.Client(verify=ssl.create_default_context(cafile=str(pair[0]))) as client:
            assert client.get(f"{url}/_mock/health").status_code == 200
            answer = client.get(f"{url}/v1/user/balance", headers={"authorization": "Bearer sk-tls"})
            assert answer.json() == {"credits": 1000}
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{server.port}/_mock/health")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--tls-key", "KEY"], "--tls-key needs the certificate too"),
        (["--tls-cert", "CERT"], "expected a certificate and its key as PEM"),
        (["--tls-cert", "KEY", "--tls-key", "CERT"], "expected a certificate and its key as PEM"),
        (["--tls-cert", "none.pem"], "No such file"),
        (["--tls-cert", "LOCKED"], "has a password"),
    ],
)
def test_what_is_no_pair_is_refused(
    pair: tuple[Path, Path], tmp_path: Path, options: list[str], says: str
) -> None:
    locked = tmp_path / "locked.pem"
    command = (
        "openssl",
        "rsa",
        "-in",
        str(pair[1]),
        "-aes128",
        "-passout",
        "pass:secret",
        "-out",
        str(locked),
    )
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    locked.write_text(pair[0].read_text() + locked.read_text())
    files = {"CERT": str(pair[0]), "KEY": str(pair[1]), "LOCKED": str(locked)}
    ended = CliRunner().invoke(
        serve, ["openai-audio", "--port", "0", *(files.get(each, each) for each in options)]
    )
    assert ended.exit_code == 2
    assert says in ended.output
