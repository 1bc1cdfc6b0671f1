"""Snippets: a call of an operation as a program that runs, in five languages.

from proofsheet.spec.snippets import Choice, example_call, snippet
print(snippet("python", example_call(document, operation, Choice(url="http://127.0.0.1:4010"))))
"""

from proofsheet.spec.snippets.example_call import Choice, ExampleCall, NoExample, example_call
from proofsheet.spec.snippets.render import LANGUAGES, snippet

__all__ = ["LANGUAGES", "Choice", "ExampleCall", "NoExample", "example_call", "snippet"]
