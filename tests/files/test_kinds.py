"""The bytes decide what a file is; server and name only where the bytes prove nothing."""

from __future__ import annotations

import io

import pytest

from backup.files import kinds
from tests.files.site import HTML, JPG, PDF, PNG, SVG

ZIP = b"PK\x03\x04\x14\x00\x06\x00\x08\x00" + bytes(60)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60)
TEXT = b"Just some words, and \xc3\xa9 too.\n"
BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><text>&b;</text></svg>'
)


@pytest.mark.parametrize(
    ("head", "extension"),
    [
        (PNG, "png"),
        (JPG, "jpg"),
        (b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00" + bytes(40), "jpg"),
        (b"GIF89a\x01\x00\x01\x00" + bytes(40), "gif"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(40), "webp"),
        (b"\x00\x00\x00\x20ftypavif\x00\x00\x00\x00avifmif1" + bytes(40), "avif"),
        (b"BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28" + bytes(40), "bmp"),
        (b"II*\x00\x08\x00\x00\x00" + bytes(40), "tif"),
        (SVG, "svg"),
        (PDF, "pdf"),
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(40), "mp4"),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  " + bytes(40), "mov"),
        (b"ID3\x03\x00\x00\x00\x00\x00\x0f" + bytes(40), "mp3"),
        (b"\xff\xfb\x90\x64" + bytes(40), "mp3"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40), "wav"),
        (b"7z\xbc\xaf'\x1c" + bytes(40), "7z"),
    ],
)
def test_bytes_outrank_a_wrong_name_and_a_wrong_type(head: bytes, extension: str) -> None:
    assert kinds.extension(head, "text/html", "photo.docx") == extension
    assert kinds.extension(head, "", "") == extension


@pytest.mark.parametrize(
    ("head", "content_type", "name", "extension"),
    [
        (ZIP, "application/zip", "minutes.docx", "docx"),
        (ZIP, "", "map.xmind", "xmind"),
        (ZIP, "", "photo.png", "zip"),
        (ZIP, "text/html", "", "zip"),
        (OLE, "", "old.doc", "doc"),
        (TEXT, "text/plain", "main.py", "py"),
        (TEXT, "application/octet-stream", "notes.md", "md"),
        (TEXT, "text/csv; charset=utf-8", "", "csv"),
        (TEXT, "", "photo.png", "txt"),
        (TEXT, "image/png", "", "txt"),
        (b"BM is a prefix in the text too", "", "notes.txt", "txt"),
        (HTML, "", "", "html"),
        (HTML, "", "component.vue", "vue"),
        (HTML, "", "report.pdf", "html"),
        (b"", "", "empty.log", "log"),
        (b"", "", "", "bin"),
        (bytes(range(100, 200)), "image/png", "", "png"),
        (bytes(range(100, 200)), "application/octet-stream", "a.blend", "blend"),
        (bytes(range(100, 200)), "", "no extension. at all", "bin"),
    ],
)
def test_without_proof_type_and_name_decide(
    head: bytes, content_type: str, name: str, extension: str
) -> None:
    assert kinds.extension(head, content_type, name) == extension


@pytest.mark.parametrize("name", ["a.JPEG", "a.jpe", "A.JFIF", "a.jpg"])
def test_one_format_has_one_extension(name: str) -> None:
    assert kinds.suffix(name) == "jpg"
    assert kinds.extension(JPG, "image/jpeg", name) == "jpg"


@pytest.mark.parametrize(
    "head",
    [
        SVG,
        b"\xef\xbb\xbf  \n" + SVG,
        b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- drawn > by hand -->\n' + SVG,
        b"<!--" + b"licence " * 1000 + b"-->" + SVG,
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd">' + SVG,
        b'<svg:svg xmlns:svg="http://www.w3.org/2000/svg"/>',
        b"\xff\xfe" + SVG.decode().encode("utf-16-le"),
        BILLION_LAUGHS,
    ],
)
def test_an_svg_is_recognised_without_being_parsed(head: bytes) -> None:
    assert kinds.extension(head, "text/html", "x.png") == "svg"
    assert kinds.why_not_image(head, "image/svg+xml") == ""


@pytest.mark.parametrize(
    "head", [b"<svgfoo/>", b"<p><svg/></p>", b"text <svg/>", b"<!--", b"<!-- <svg> ", b"<?<?<?"]
)
def test_what_only_mentions_svg_is_none(head: bytes) -> None:
    assert not kinds.is_svg(head)


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (HTML, "a web page"),
        (b"\n\n <!-- x --> <HTML lang=en>", "a web page"),
        (b"<script>location='/login'</script>", "a web page"),
        (b'{"error": "not found"}', "text"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "text"),
        (b"Forbidden", "text"),
        (b"", "an empty file"),
    ],
)
def test_an_error_page_is_not_an_image(head: bytes, reason: str) -> None:
    assert reason in kinds.why_not_image(head, "")


def test_an_image_of_a_format_unknown_to_us_is_still_one() -> None:
    assert kinds.why_not_image(bytes(range(128, 256)), "image/x-new") == ""


def test_a_web_page_is_not_a_pdf_but_may_be_a_page_or_a_text() -> None:
    assert "a web page" in kinds.why_not_file(HTML, "report.pdf")
    assert kinds.why_not_file(HTML, "index.php") == ""
    assert kinds.why_not_file(HTML, "page") == ""
    assert kinds.why_not_file(PDF, "report.pdf") == ""


def test_the_size_of_an_image_is_read_from_its_bytes() -> None:
    for content, size in [(PNG, (1, 1)), (PDF, None), (HTML, None), (b"", None), (PNG[:18], None)]:
        assert kinds.image_size(io.BytesIO(content)) == size


@pytest.mark.parametrize("start", [b"", b"\n ", b"\xef\xbb\xbf"])
def test_the_entities_of_an_svg_are_not_expanded_to_learn_its_size(
    start: bytes,
) -> None:
    assert kinds.image_size(io.BytesIO(start + BILLION_LAUGHS)) is None


def test_a_program_keeps_its_name_though_its_bytes_can_be_read() -> None:
    assert kinds.extension(b"MZ and some words", "", "setup.exe") == "exe"
    assert kinds.extension(TEXT, "", "holiday.jpg") == "txt"


@pytest.mark.parametrize(
    "name",
    [
        *("site.tgz", "logo.ai", "layout.xml", "raw.dng", "clip.m4v", "photo.JPEG", "Report.PDF"),
        *("vault.kdbx", "board.sketch", "config.yml", "page.htm", "site.tar.gz", "letter.docx"),
    ],
)
def test_an_extension_that_says_something_is_kept_as_it_stands(name: str) -> None:
    assert kinds.kept(name) == name.rpartition(".")[2]


@pytest.mark.parametrize(
    "name", ["", "Makefile", "v1.2", "notes v1.2 final", "x.bin", "x.", ".git x"]
)
def test_an_extension_that_says_nothing_is_not_kept(name: str) -> None:
    assert kinds.kept(name) == ""
