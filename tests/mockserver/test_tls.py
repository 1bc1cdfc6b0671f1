"""https: by a certificate that is given, or made at the start; and what is refused."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
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


# a certificate that is made at the start

NODE = """
const [url] = process.argv.slice(1);
fetch(url).then((answer) => answer.json()).then((health) => console.log(health.ok), (error) => {
  console.error(error.cause.code); process.exit(3);
});
"""
PYTHON = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).status)"


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Process, str]]:
    """A server that made its certificate, and the file that clients are to trust."""
    authority = tmp_path_factory.mktemp("authority") / "ca.pem"
    options = ("--tls", "self-signed", "--tls-ca", str(authority), "--public-url", "https://mock.test")
    with Process("openai-audio", *options, documents=()) as server:
        yield server, str(authority)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("client", ["curl", "node", "python"])
def test_real_clients_trust_the_certificate_that_was_written(
    signed: tuple[Process, str], client: str, host: str
) -> None:
    server, authority = signed
    url = f"https://{host}:{server.port}/_mock/health"
    variables = {"node": "NODE_EXTRA_CA_CERTS", "python": "SSL_CERT_FILE", "curl": "CURL_CA_BUNDLE"}
    commands = {
        "curl": ["curl", "-sS", "--fail", url],
        "node": ["node", "-e", NODE, url],
        "python": [sys.executable, "-c", PYTHON, url],
    }
    if not shutil.which(commands[client][0]):
        pytest.skip(f"there is no {client} here")
    plain = {name: value for name, value in os.environ.items() if name not in variables.values()}
    for environment, succeeds in ((plain | {variables[client]: authority}, True), (plain, False)):
        ended = subprocess.run(commands[client], env=environment, capture_output=True, text=True, timeout=240)
        assert (ended.returncode == 0) is succeeds, ended.stdout + ended.stderr


def test_its_key_is_written_nowhere_that_stays(signed: tuple[Process, str]) -> None:
    _, authority = signed
    assert "PRIVATE KEY" not in Path(authority).read_text()
    assert [each.name for each in Path(authority).parent.iterdir()] == ["ca.pem"]


def test_two_certificates_or_a_place_that_is_none(pair: tuple[Path, Path], tmp_path: Path) -> None:
    both = ["openai-audio", "--port", "0", "--tls", "self-signed"]
    ended = CliRunner().invoke(serve, [*both, "--tls-cert", str(pair[0]), "--tls-key", str(pair[1])])
    assert ended.exit_code == 2
    assert "name two certificates" in ended.output
    ended = CliRunner().invoke(serve, [*both, "--tls-ca", str(tmp_path / "no" / "ca.pem")])
    assert ended.exit_code == 2
    assert "cannot be written: No such file" in ended.output
