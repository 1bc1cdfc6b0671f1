"""The address of a target: odd ones are refused before anything is sent, with what was expected."""

from __future__ import annotations

import pytest

from proofsheet.contracts.client.address import problem

KEY = "sk-judge-0001"


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1:4431", "HTTP://localhost", "https://reseller.example/sd/", "http://[::1]:8080"),
        *("http://under_score:80", "http://a.", "http://127.0.0.1:", "https://xn--bcher-kva.example/a%20b"),
        "https://xn--fa-hia.de",
    ],
)
def test_an_address_of_the_web_is_taken(url: str) -> None:
    assert problem(url, KEY) is None


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("localhost:4431", "is it http://localhost:4431?"),
        ("reseller.example/sd", "is it https://reseller.example/sd?"),
        ("ftp://x", "must be an http or https address, came 'ftp://x'"),
        ("file:///etc/passwd", "must be an http or https address"),
        ("http:///x", "must be an http or https address"),
        ("http://:80", "no host can be called that"),
        ("http://..", "no host can be called that"),
        ("http://a..b", "no host can be called that"),
        ("http://{x}", "no host can be called that"),
        (f"http://{'a' * 64}.example", "no host can be called that"),
        ("http://xn--zzzz--9.example", "no host can be called that"),
        ("http://[::1", "Invalid IPv6 URL"),
        ("http://[]:80", "expected an address"),
        ("http://x:0", "expected a port from 1 to 65535"),
        ("http://x:99999", "expected a port from 1 to 65535"),
        ("http://x:abc", "expected a port from 1 to 65535"),
        ("http://x:-1", "expected a port from 1 to 65535"),
        ("http://x/?", "no credentials, query or fragment"),
        ("http://x/#", "no credentials, query or fragment"),
        ("http://@x", "no credentials, query or fragment"),
        ("http://x/a b", "without spaces"),
        ("http://x\n.example", "without spaces"),
        ("http://bücher.example", "xn--"),
        ("http://x\\y", "expected an address"),
        (f"http://x/{KEY}", "must not hold the key"),
        ("", "must be an http or https address"),
    ],
)
def test_any_other_is_refused_with_what_was_expected(url: str, says: str) -> None:
    assert says in (problem(url, KEY) or "")


@pytest.mark.parametrize("url", [f"http://me:{KEY}@x", f"http://x/{KEY}", f"http://x/?key={KEY}"])
def test_a_secret_in_an_address_is_not_repeated(url: str) -> None:
    said = problem(url, KEY)
    assert said
    assert KEY not in said
