"""`serve --tls self-signed`: a certificate of a moment, and the one that clients are to trust for it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

ALWAYS = ("localhost", "127.0.0.1", "::1")


@contextmanager
def certificate(authority: Path, hosts: Iterable[str]) -> Iterator[tuple[Path, Path]]:
    """The files of a certificate for this machine's names and `hosts`, and of its key; gone at the end.

    The certificate of the authority that signed it is written to `authority`; the authority's key nowhere, so
    that whoever trusts it trusts this server alone. Raises OSError, ImportError.
    """
    import trustme

    issuer = trustme.CA(organization_name="Proofsheet, for tests only")
    issued = issuer.issue_cert(*dict.fromkeys((*ALWAYS, *hosts)))
    issuer.cert_pem.write_to_path(authority)
    with tempfile.TemporaryDirectory(prefix="proofsheet-tls-") as folder:  # which nobody else may read
        files = Path(folder) / "cert.pem", Path(folder) / "key.pem"
        for blob in issued.cert_chain_pems:
            blob.write_to_path(files[0], append=True)
        issued.private_key_pem.write_to_path(files[1])
        yield files
