"""Pictures and documents of the sample workspace, drawn with the standard library alone."""

from __future__ import annotations

import io
import math
import re
import struct
import wave
import zlib
from functools import lru_cache
from itertools import pairwise

Color = tuple[int, int, int]
INK, SEA, SAND, CORAL, PAPER = (
    (28, 42, 58),
    (46, 125, 164),
    (233, 216, 178),
    (226, 110, 86),
    (250, 250, 247),
)
MIST: Color = (214, 229, 236)


class Canvas:
    """A picture of RGB pixels; places and sizes are pixels from the upper left corner."""

    def __init__(self, width: int, height: int, top: Color, bottom: Color) -> None:
        self.width, self.height = width, height
        self.rows = [
            bytearray(bytes(_mixed(top, bottom, y / (height - 1))) * width) for y in range(height)
        ]

    def rectangle(self, x: int, y: int, width: int, height: int, color: Color) -> None:
        """A filled rectangle."""
        for row in self.rows[y : y + height]:
            row[3 * x : 3 * (x + width)] = bytes(color) * width

    def disc(self, x: float, y: float, radius: float, color: Color) -> None:
        """A filled circle with soft edges."""
        self.line((x, y), (x, y), 2 * radius, color)

    def line(
        self, start: tuple[float, float], end: tuple[float, float], thick: float, color: Color
    ) -> None:
        """A line with round, soft ends."""
        reach = thick / 2 + 1
        left, right = sorted((start[0], end[0]))
        high, low = sorted((start[1], end[1]))
        for y in range(max(0, int(high - reach)), min(self.height, int(low + reach) + 1)):
            for x in range(max(0, int(left - reach)), min(self.width, int(right + reach) + 1)):
                cover = thick / 2 + 0.5 - _distance((x, y), start, end)
                if cover > 0:
                    self._blend(x, y, color, min(1.0, cover))

    def _blend(self, x: int, y: int, color: Color, share: float) -> None:
        place = slice(3 * x, 3 * x + 3)
        red, green, blue = self.rows[y][place]
        self.rows[y][place] = bytes(_mixed((red, green, blue), color, share))

    def png(self) -> bytes:
        """The picture as a PNG file."""
        head = struct.pack(">2I5B", self.width, self.height, 8, 2, 0, 0, 0)
        pixels = zlib.compress(b"".join(b"\0" + row for row in self.rows), 6)
        parts = ((b"IHDR", head), (b"IDAT", pixels), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _mixed(one: Color, other: Color, share: float) -> Color:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _distance(
    point: tuple[float, float], start: tuple[float, float], end: tuple[float, float]
) -> float:
    wide, high = end[0] - start[0], end[1] - start[1]
    length = wide * wide + high * high
    along = 0.0
    if length:
        along = ((point[0] - start[0]) * wide + (point[1] - start[1]) * high) / length
        along = max(0.0, min(1.0, along))
    return math.hypot(point[0] - start[0] - along * wide, point[1] - start[1] - along * high)


@lru_cache(maxsize=1)
def network() -> bytes:
    """Gauges, a gateway, a store and a screen, joined by lines: 1200 × 420."""
    canvas = Canvas(1200, 420, PAPER, MIST)
    gateway, store, screen = (520.0, 210.0), (790.0, 210.0), (1060.0, 210.0)
    for x, y in ((120.0, 80.0), (90.0, 210.0), (120.0, 340.0)):
        canvas.line((x, y), gateway, 5, SEA)
        canvas.disc(x, y, 34, INK)
        canvas.disc(x, y, 27, SEA)
        canvas.rectangle(int(x) - 4, int(y) - 16, 8, 32, SAND)
    canvas.line(gateway, store, 5, SEA)
    canvas.line(store, screen, 5, CORAL)
    canvas.rectangle(450, 150, 140, 120, INK)
    canvas.rectangle(458, 158, 124, 104, CORAL)
    for height in (170, 200, 230):
        canvas.rectangle(730, height - 14, 120, 26, INK)
        canvas.rectangle(736, height - 10, 108, 18, SAND)
    canvas.rectangle(970, 140, 180, 120, INK)
    canvas.rectangle(980, 150, 160, 100, PAPER)
    canvas.rectangle(1045, 260, 30, 26, INK)
    _curve(canvas, 985, 1135, 200, 30)
    return canvas.png()


def _curve(canvas: Canvas, left: int, right: int, middle: int, height: int) -> None:
    points = [
        (float(x), middle - height * _tide((x - left) / (right - left)))
        for x in range(left, right + 1, 5)
    ]
    for start, end in pairwise(points):
        canvas.line(start, end, 4, SEA)


def _tide(share: float) -> float:
    """Two tides of a day with their inequality, between about -1 and 1."""
    return 0.75 * math.sin(4 * math.pi * share) + 0.25 * math.sin(2 * math.pi * share + 0.7)


@lru_cache(maxsize=1)
def tide_chart() -> bytes:
    """Two days of high and low water as a curve over a grid: 720 × 320."""
    canvas = Canvas(720, 320, PAPER, PAPER)
    for y in range(40, 281, 48):
        canvas.rectangle(50, y, 640, 1, MIST)
    for x in range(50, 691, 80):
        canvas.rectangle(x, 30, 1, 260, MIST)
    for x in range(50, 690):
        top = round(160 - 90 * _tide((x - 50) / 320))
        canvas.rectangle(x, min(top, 279), 1, max(1, 280 - top), MIST)
    _curve(canvas, 50, 370, 160, 90)
    _curve(canvas, 370, 690, 160, 90)
    canvas.rectangle(50, 30, 3, 252, INK)
    canvas.rectangle(50, 280, 640, 3, INK)
    canvas.disc(101, 70, 8, CORAL)
    return canvas.png()


@lru_cache(maxsize=1)
def evening() -> bytes:
    """A sun over the sea, for a cover: 1000 × 300."""
    canvas = Canvas(1000, 300, (247, 201, 148), (196, 110, 104))
    canvas.disc(720, 190, 62, (255, 236, 190))
    canvas.rectangle(0, 200, 1000, 100, (62, 84, 112))
    for place in range(9):
        canvas.rectangle(660 + 7 * place, 208 + 10 * place, 120 - 14 * place, 3, SAND)
    return canvas.png()


@lru_cache(maxsize=1)
def buoy() -> bytes:
    """A buoy, for an icon or an emoji: 64 × 64."""
    canvas = Canvas(64, 64, MIST, SEA)
    canvas.disc(32, 40, 18, CORAL)
    canvas.rectangle(29, 8, 6, 22, INK)
    canvas.disc(32, 10, 6, SAND)
    canvas.rectangle(14, 37, 36, 6, PAPER)
    return canvas.png()


def pdf(*lines: str) -> bytes:
    """A PDF of one page with some lines of ASCII text."""
    escaped = (re.sub(r"([()\\\\])", r"\\\1", line) for line in lines)
    shown = " ".join(f"({line}) Tj 0 -22 Td" for line in escaped)
    stream = f"BT /F1 14 Tf 60 760 Td {shown} ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 6\n0000000000 65535 f \n{table}trailer\n<< /Size 6 /Root 1 0 R >>\n"
    return f"{body}{end}startxref\n{len(body)}\n%%EOF\n".encode("ascii")


@lru_cache(maxsize=1)
def bell() -> bytes:
    """A bell of half a second, as a WAV file."""
    rate = 8000
    tones = (
        int(9000 * math.exp(-6 * n / rate) * math.sin(2 * math.pi * 660 * n / rate))
        for n in range(rate // 2)
    )
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(struct.pack("<h", tone) for tone in tones))
    return made.getvalue()
