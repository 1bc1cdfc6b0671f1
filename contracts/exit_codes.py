"""Exit codes of the commands that judge."""

CONFORMS, FINDINGS, BROKEN = 0, 1, 3
