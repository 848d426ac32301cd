"""Images made fit to be sent: scaled where Pillow is there, left out where the API would refuse them."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from backup.files import describe, kinds
from backup.files.received import Downloaded
from tests.files.pictures import picture
from tests.files.site import JPG, PNG


@pytest.fixture(scope="module")
def wide() -> bytes:
    """A PNG of 1600 by 400 pixels, half of it transparent."""
    image = Image.new("RGBA", (1600, 400), "white")
    image.paste((200, 30, 30, 128), (0, 0, 800, 400))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def downloaded(folder: Path, content: bytes, extension: str) -> Downloaded:
    """As it comes from a download, with the size that is read from its bytes."""
    got = picture(folder, content, extension)
    width, height = kinds.image_size(io.BytesIO(content)) or (None, None)
    return replace(got, width=width, height=height)


def test_a_large_image_is_scaled_down_before_it_is_sent(wide: bytes, tmp_path: Path) -> None:
    sent = describe.fit(downloaded(tmp_path, wide, "png"), 640, describe.pillow())
    assert sent and sent[0] == "image/jpeg"
    with Image.open(io.BytesIO(sent[1])) as small:
        assert (small.format, small.size, small.mode) == ("JPEG", (640, 160), "RGB")
        red, green, blue = small.getpixel((10, 10))
        assert red > 200 and green > 100 and blue > 100  # on white, where one saw through


def test_an_image_that_is_small_enough_is_sent_untouched(wide: bytes, tmp_path: Path) -> None:
    sent = describe.fit(downloaded(tmp_path, wide, "png"), 1600, describe.pillow())
    assert sent == ("image/png", wide)


KINDS = [
    *(("PNG", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
    *(("JPEG", mode) for mode in ("L", "RGB", "CMYK")),
    *(("GIF", mode) for mode in ("L", "P")),
    *(("WEBP", mode) for mode in ("RGB", "RGBA")),
]


@pytest.mark.parametrize(("form", "mode"), KINDS)
def test_every_kind_of_image_can_be_scaled(form: str, mode: str, tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new(mode, (300, 200)).save(out, form)
    extension = {"JPEG": "jpg"}.get(form, form.lower())
    sent = describe.fit(downloaded(tmp_path, out.getvalue(), extension), 100, describe.pillow())
    assert sent and sent[0] == "image/jpeg"


def test_an_image_that_cannot_be_unpacked_is_not_sent(wide: bytes, tmp_path: Path) -> None:
    cut = downloaded(tmp_path, wide[: len(wide) // 2], "png")
    assert cut.width == 1600
    assert describe.fit(cut, 640, describe.pillow()) is None


def test_an_image_that_would_fill_the_memory_is_not_unpacked(tmp_path: Path) -> None:
    bomb = replace(picture(tmp_path), width=60_000, height=60_000)
    assert describe.fit(bomb, 640, describe.pillow()) is None


def test_without_pillow_a_large_image_is_sent_as_it_is(tmp_path: Path) -> None:
    large = picture(tmp_path, edge=3000)
    assert describe.fit(large, 1024, None) == ("image/png", PNG)


def test_without_pillow_what_the_api_would_refuse_is_not_sent(tmp_path: Path) -> None:
    assert describe.fit(picture(tmp_path, edge=8001), 1024, None) is None
    heavy = replace(picture(tmp_path, JPG, "jpg"), size=describe.MOST_BYTES + 1)
    assert describe.fit(heavy, 1024, None) is None


def test_the_largest_image_stays_below_the_limit_when_it_is_base64() -> None:
    assert (describe.MOST_BYTES + 2) // 3 * 4 <= 5 * 1024 * 1024
