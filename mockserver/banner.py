"""What the server says when it is ready: where it is, and a curl to paste."""

from __future__ import annotations

import textwrap

from proofsheet.mockserver.chosen_settings import is_local
from proofsheet.mockserver.documents import Documents, left_out
from proofsheet.mockserver.settings import Settings


def banner(host: str, port: int, documents: Documents, settings: Settings, scheme: str = "http") -> str:
    """The text; its addresses are as a client on this machine reaches them."""
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
    if not is_local(host) and settings.admin_key is None:
        lines += ["", "Note: reachable from other machines, the journal too (--admin-key none)."]
    return "\n".join(lines) + "\n"
