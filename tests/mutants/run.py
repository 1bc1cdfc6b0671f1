"""`python tests/mutants/run.py --help`: the proof that the suite can fail."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    tests = Path(__file__).resolve().parents[1]
    sys.path[:0] = [str(tests.parent), str(tests)]
    from mutants.command import main

    raise SystemExit(main())
