"""What differs between two documents, and what that does to an app that moves from one to the other.

from proofsheet.spec.diff import compare
found = compare(first, second)  # two documents as spec.references.resolve makes them
"""

from proofsheet.spec.diff.compare import BREAKING, Comparison, Difference, compare

__all__ = ["BREAKING", "Comparison", "Difference", "compare"]
