"""Modules beside a generated client: tasks followed to their end, streams read to theirs."""
