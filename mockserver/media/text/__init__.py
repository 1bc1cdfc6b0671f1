"""Texts for answers that are no picture: what a picture shows, and what of a prompt matters."""

from __future__ import annotations

from proofsheet.mockserver.media.text.describe import Described, describe
from proofsheet.mockserver.media.text.shorten import Shortened, shorten

__all__ = ["Described", "Shortened", "describe", "shorten"]
