"""The lint: is a document fit to be served, judged by and generated from?

from proofsheet.spec.lint import lint
flaws = lint(Library(), "a-family")
"""

from proofsheet.spec.lint.rules import FORM, RULES, Rule
from proofsheet.spec.lint.run import LintFlaw, lint, lint_source

__all__ = ["FORM", "RULES", "LintFlaw", "Rule", "lint", "lint_source"]
