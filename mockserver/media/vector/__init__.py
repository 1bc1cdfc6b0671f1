"""Drawings for vector answers: SVG files, the shapes of a picture with its caption as text."""
