"""Schemathesis as one more source of cases: its phases and checks, our document, pace, budget and judgement.

Nothing here is imported unless it is asked for: schemathesis takes a second, and need not be installed.
"""
