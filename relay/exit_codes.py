"""Exit codes, those of `proofsheet check`; here because importing it would cost the proxy half a second."""

CONFORMS, FINDINGS, BROKEN = 0, 1, 3
