"""Typed clients by the generators that are proven to work: `proofsheet client --help`."""
