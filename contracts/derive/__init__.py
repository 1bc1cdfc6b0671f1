"""Requirements and their cases, derived from a document: one module per kind, one flat list of them."""
