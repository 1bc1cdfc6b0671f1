"""The lint: is a document fit to be served, judged by and generated from?

from spec.lint import lint
flaws = lint(Library(), "a-family")
"""

from spec.lint.rules import FORM, RULES, Rule
from spec.lint.run import LintFlaw, lint, lint_source

__all__ = ["FORM", "RULES", "LintFlaw", "Rule", "lint", "lint_source"]
