"""What schemathesis' own checks say: advice, for they know the schema and not the contract."""

from __future__ import annotations

from collections.abc import Iterator

from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.requirement import Requirement
from proofsheet.spec.document import Operation

# Its checks that are asked of every answer, and what each asks.
CHECKS = {
    "not_a_server_error": "no request makes the service fail",
    "status_code_conformance": "every status is declared",
    "content_type_conformance": "every media type is declared",
    "response_headers_conformance": "every declared header satisfies its schema",
    "response_schema_conformance": "every JSON body satisfies its schema",
    "negative_data_rejection": "what the schema refuses is refused",
    "positive_data_acceptance": "what the schema admits is granted",
    "unsupported_method": "an undeclared method is answered with 405",
    "allow_header_conformance": "Allow names the declared methods",
    "ignored_auth": "a request without a key, or with a wrong one, is refused",
}
# Those that are not, and why.
SILENT = {
    "missing_required_header": "no header of a document is required; the key is not a parameter",
    "use_after_free": "nothing is created and deleted",
    "ensure_resource_availability": "nothing is created and looked at",
    "object_level_authorization": "there is one key",
    "max_response_time": "how long a picture takes is no part of a contract",
}


def ids(family: str, operation: str) -> tuple[str, ...]:
    """The requirements of one operation."""
    return tuple(f"{family}.{operation}.{topic(check)}" for check in CHECKS)


def topic(check: str) -> str:
    """The topic of the requirement that one of its checks speaks for."""
    return f"fuzz.{check}"


def requirements(source: Source) -> tuple[Requirement, ...]:
    """One requirement for each operation and check, all of them advice."""
    return tuple(each for operation in source.document.operations.values() for each in _of(source, operation))


def _of(source: Source, operation: Operation) -> Iterator[Requirement]:
    for check, says in CHECKS.items():
        yield source.requirement(
            operation, topic(check), f"{says} (schemathesis)", "/responses", level="MAY", profile="extended"
        )
