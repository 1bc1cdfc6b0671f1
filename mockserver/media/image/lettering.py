"""Lines of text put together from glyphs that were drawn once.

A glyph is kept column by column, each column three times (once for each colour), so that a line of text
is a single join of bytes, of which every n-th makes a row. The font is the one that comes with Pillow:
the same everywhere, ASCII only. Any other character loses its accents or becomes a small frame with its
code, as printers once did.
"""

from __future__ import annotations

import unicodedata

from PIL import Image, ImageDraw, ImageFont

GROUND = 20  # grey levels
GLYPHS = 1024  # how many glyphs a line keeps; more are forgotten together
_PLAIN = {0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2013: "-", 0x2014: "-", 0xD7: "x"}


class Lettering:
    """Draws lines of `rows` pixel rows in one size and one grey; safe to use from threads."""

    def __init__(self, rows: int, size: int, ink: int) -> None:
        self._rows = rows
        self._ink = ink
        self._font = ImageFont.load_default(size)
        self._small = ImageFont.load_default(max(6, size * 0.5))
        self._glyphs: dict[str, bytes] = {}

    def rows(self, text: str, room: int) -> list[bytes]:
        """The text on one line as RGB rows, at most `room` pixels wide, else cut and ended by dots."""
        # No glyph is narrower than two pixels, so the rest of a long text cannot show.
        glyphs = [self._glyphs.get(c) or self._glyph(c) for c in text[: room // 2 + 1]]
        columns = b"".join(glyphs)
        if len(columns) > 3 * room * self._rows:
            columns = self._cut(glyphs, 3 * room * self._rows)
        return [columns[row :: self._rows] for row in range(self._rows)]

    def line(self, text: str, room: int) -> Image.Image:
        """The same as a picture, mode L."""
        rows = [row[::3] for row in self.rows(text, room)]
        return Image.frombytes("L", (len(rows[0]), self._rows), b"".join(rows))

    def _cut(self, glyphs: list[bytes], room: int) -> bytes:
        dots = self._glyph(".") * 3
        length = sum(map(len, glyphs)) + len(dots)
        while glyphs and length > room:
            length -= len(glyphs.pop())
        return b"".join((*glyphs, dots)) if length <= room else b""

    def _glyph(self, character: str) -> bytes:
        found = self._glyphs.get(character)
        if found is None:
            if len(self._glyphs) >= GLYPHS:
                self._glyphs.clear()
            found = self._glyphs[character] = self._draw(character)
        return found

    def _draw(self, character: str) -> bytes:
        if unicodedata.category(character) in ("Cc", "Cf"):
            character = " "
        plain = _PLAIN.get(ord(character)) or unicodedata.normalize("NFKD", character)
        plain = "".join(part for part in plain if not unicodedata.combining(part))
        image = self._print(plain) if plain and plain.isascii() else self._frame(ord(character))
        columns = image.transpose(Image.Transpose.TRANSPOSE).tobytes()
        return b"".join(columns[at : at + self._rows] * 3 for at in range(0, len(columns), self._rows))

    def _print(self, text: str) -> Image.Image:
        width = max(2, round(self._font.getlength(text)))
        image = Image.new("L", (width, self._rows), GROUND)
        ImageDraw.Draw(image).text((0, round(self._rows * 0.78)), text, self._ink, self._font, anchor="ls")
        return image

    def _frame(self, code: int) -> Image.Image:
        """The code point in hexadecimal, two lines in a frame."""
        digits = f"{code:04X}" if code < 0x10000 else f"{code:06X}"
        half = len(digits) // 2
        lines = (digits[:half], digits[half:])
        inner = round(max(self._small.getlength(part) for part in lines))
        image = Image.new("L", (inner + 5, self._rows), GROUND)
        draw = ImageDraw.Draw(image)
        draw.rectangle((0, 1, inner + 3, self._rows - 2), outline=(self._ink + GROUND) // 3)
        for part, share in zip(lines, (0.47, 0.88), strict=True):
            draw.text((2, self._rows * share), part, self._ink, self._small, anchor="ls")
        return image
