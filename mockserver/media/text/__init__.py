"""Texts for answers that are no picture: what a picture shows, what of a prompt matters, a song about it."""

from __future__ import annotations

from proofsheet.mockserver.media.text.describe import Described, describe
from proofsheet.mockserver.media.text.lyrics import Song, lyrics
from proofsheet.mockserver.media.text.shorten import Shortened, shorten

__all__ = ["Described", "Shortened", "Song", "describe", "lyrics", "shorten"]
