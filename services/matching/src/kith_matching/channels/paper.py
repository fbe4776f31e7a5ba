"""A record on paper: A4, in the two fonts that every reader of PDF brings, and the same bytes for the same record.

Those fonts have the letters of Western Europe (Windows-1252). Others lose their marks: of Welsh, ``ŵ`` becomes ``w``.
"""

from collections.abc import Iterator
from io import BytesIO
from textwrap import wrap
from typing import Any, Final
from unicodedata import normalize

import pydyf

from kith_matching.domain.experience import Record

_WIDTH: Final = 595
_HEIGHT: Final = 842
_LEFT: Final = 64
_INDENT: Final = 200
_TOP: Final = 762
_BOTTOM: Final = 90
_FOOT: Final = 56
"""Points, from the lower left corner (ISO 32000-2, 8.3.2)."""
_LETTERS: Final = 58
"""What fits into the right column at ten points, of letters of usual width."""
_CODEC: Final = "cp1252"


def draw(record: Record) -> bytes:
    """The record as PDF. Its only date is the record's own."""
    pdf = pydyf.PDF()
    fonts = pydyf.Dictionary({"F1": _font(pdf, "Helvetica"), "F2": _font(pdf, "Helvetica-Bold")})
    for texts in _pages(record):
        content = pydyf.Stream(compress=True)
        for font, size, left, height, text in texts:
            content.begin_text()
            content.set_font_size(font, size)
            content.set_text_matrix(1, 0, 0, 1, left, height)
            content.show_text(f"<{_encoded(text)}>")
            content.end_text()
        pdf.add_object(content)
        page = {
            "Type": "/Page",
            "Parent": pdf.pages.reference,
            "MediaBox": pydyf.Array([0, 0, _WIDTH, _HEIGHT]),
            "Contents": content.reference,
            "Resources": pydyf.Dictionary({"Font": fonts}),
        }
        pdf.add_page(pydyf.Dictionary(page))
    pdf.catalog["Lang"] = pydyf.String("en-GB")
    pdf.info["Title"] = pydyf.String(record.title)
    pdf.info["CreationDate"] = pydyf.String(f"D:{record.on:%Y%m%d}")
    drawn = BytesIO()
    pdf.write(drawn)
    return drawn.getvalue()


Text = tuple[str, int, int, int, str]
"""A font, its size, where the text begins from the left and from below, and the text."""


def _pages(record: Record) -> Iterator[list[Text]]:
    """The texts of each page; the foot stands on every one."""
    page: list[Text] = [("F2", 18, _LEFT, _TOP, record.title)]
    height = _TOP - 30
    for row in wrap(record.name, _LETTERS):
        page.append(("F1", 14, _LEFT, height, row))
        height -= 20
    height -= 24
    for label, said in record.lines:
        rows = [row for one in said for row in wrap(one, _LETTERS)]
        for first, row in zip([label, *[""] * len(rows)], rows, strict=False):
            if height < _BOTTOM:
                yield [*page, ("F1", 8, _LEFT, _FOOT, record.foot)]
                page, height = [], _TOP
            page += [("F2", 10, _LEFT, height, first), ("F1", 10, _INDENT, height, row)]
            height -= 16
        height -= 10
    yield [*page, ("F1", 8, _LEFT, _FOOT, record.foot)]


def _font(pdf: Any, name: str) -> bytes:
    font = {"Type": "/Font", "Subtype": "/Type1", "BaseFont": f"/{name}", "Encoding": "/WinAnsiEncoding"}
    made = pydyf.Dictionary(font)
    pdf.add_object(made)
    reference: bytes = made.reference
    return reference


def _encoded(text: str) -> str:
    """The text as the fonts number its letters, in hexadecimal."""
    known = "".join(letter if _has(letter) else normalize("NFKD", letter)[0] for letter in normalize("NFC", text))
    return known.encode(_CODEC, "replace").hex()


def _has(letter: str) -> bool:
    return letter == letter.encode(_CODEC, "ignore").decode(_CODEC)
