"""What differs between two documents, and what that does to an app that moves from one to the other.

from spec.diffing import compare
found = compare(first, second)  # two documents without references, as spec.load.resolve makes them
"""

from spec.diffing.comparing import BREAKING, Comparison, Difference, compare

__all__ = ["BREAKING", "Comparison", "Difference", "compare"]
