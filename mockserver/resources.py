"""Resources that a call lists, views or needs: the gate that looks for them, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proofsheet.mockserver.call import Call, Refusal
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.request_values import request_value
from proofsheet.spec.schemas import Flaw


def resource(call: Call, double: Double) -> None:
    """The gate: the resource that a request names is there, and of the kind that is needed."""
    role = call.operation.resource
    if role is None or role.id is None:
        return
    name = request_value(call, role.id)
    found = role.of.at(double.state.now()).get(str(name))
    flaw = Flaw("missing" if found is None else "unfit", role.id.text.rpartition("/")[2], {"value": name})
    if found is None:
        raise Refusal("resource", "missing", (flaw,))
    if not role.fits(found):
        raise Refusal("resource", "unfit", (flaw,))
    call.resource = found


def listed(call: Call, double: Double) -> list[Mapping[str, Any]]:
    """The resources that a call lists: all that there are now."""
    role = call.operation.resource
    return list(role.of.at(double.state.now()).values()) if role and role.id is None else []
