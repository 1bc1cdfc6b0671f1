"""Reports: what a run knew, written as it went, and told in the terminal, JUnit, Markdown and HTML."""
