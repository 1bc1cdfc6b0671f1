"""Curated API documents, a mock server and a conformance suite. Importing this alone imports nothing else."""
