"""Snippets: a call of an operation as a program that runs, in five languages.

from proofsheet.spec.snippets import Choice, asked, snippet
print(snippet("python", asked(document, operation, Choice(url="http://127.0.0.1:4010"))))
"""

from proofsheet.spec.snippets.example_call import Asked, CannotAsk, Choice, asked
from proofsheet.spec.snippets.render import LANGUAGES, snippet

__all__ = ["LANGUAGES", "Asked", "CannotAsk", "Choice", "asked", "snippet"]
