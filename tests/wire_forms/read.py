"""The captured forms: their bytes, and the table of docs/wire-forms.md, made of what stands in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from proofsheet.spec.yaml_reader import read
from proofsheet.traffic.multipart import Part, parts

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class WireForm:
    """One entry of index.yaml with its bytes."""

    file: str
    client: str
    origin: str
    status: int
    vendor: str
    reconstructed: bool

    @property
    def raw(self) -> bytes:
        return (FOLDER / "captured" / f"{self.file}.http").read_bytes()

    @property
    def headers(self) -> dict[str, str]:
        lines = self.raw.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    @property
    def body(self) -> bytes:
        """The body without its transfer coding."""
        coded = self.raw.partition(b"\r\n\r\n")[2]
        if "chunked" not in self.headers.get("transfer-encoding", ""):
            return coded
        body = b""
        while coded:
            size, _, rest = coded.partition(b"\r\n")
            body, coded = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
        return body

    @property
    def parts(self) -> list[Part]:
        return parts(self.headers["content-type"], self.body)


def forms() -> list[WireForm]:
    """All of them, in the order of the index."""
    return [
        WireForm(
            each["file"],
            each["client"],
            each["from"],
            each["status"],
            each.get("vendor", ""),
            each.get("reconstructed", False),
        )
        for each in read(FOLDER / "index.yaml").value
    ]


def table() -> str:
    """The rows of docs/wire-forms.md."""
    head = "client | names | file's name | headers of a text part | boundary | body | double | Stability"
    rows = [head, " | ".join(["---"] * 8)]
    for form in forms():
        mark = "¹" if form.reconstructed else ""
        cells = [form.client + mark, *_cells(form), str(form.status), form.vendor or "no source"]
        rows.append(" | ".join(cells))
    return "\n".join(f"| {row} |" for row in rows)


def _cells(form: WireForm) -> list[str]:
    body, headers = form.body.decode("latin-1"), form.headers
    texts = re.findall(r'(?i)content-disposition:\s*form-data;\s*name="?prompt"?', body)
    names = "quoted" if '"' in texts[0] else "**not quoted**"
    found = re.search(r"(?i)filename\*?=[^\r\n]*", body)
    name = found[0].encode("latin-1").decode("utf-8", "replace") if found else ""
    head = next(piece for piece in re.split(r"\r?\n\r?\n", body) if re.search(r"(?i)name=\"?prompt", piece))
    more = [
        line
        for line in re.findall(r"(?im)^([a-z-]+): ?([^\r\n]*)", head)
        if "disposition" not in line[0].lower()
    ]
    said = ", ".join(f"{key.lower()}: {value}" for key, value in more) or "none"
    border = re.search(r"(?i)boundary=(.*)$", headers["content-type"])
    length = "chunked" if "transfer-encoding" in headers else "content-length"
    length += ", expects 100" if "expect" in headers else ""
    assert border
    return [names, f"`{name}`" if name else "no file", said, f"`{border[1][:46]}`", length]
