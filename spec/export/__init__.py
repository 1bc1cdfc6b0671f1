"""Bundles: one self-contained OpenAPI file of a document, as other tools like to read it."""
