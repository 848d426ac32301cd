"""Downloads come whole or not at all, and are what they are by their bytes."""

from __future__ import annotations

import base64
import gzip
import hashlib
import threading
from pathlib import Path
from urllib.parse import quote

import pytest

from backup.errors import FileError, TooLarge
from backup.files.fetch import Downloader
from backup.files.received import Downloaded
from tests.files.downloads import SIGNATURE, Local, attachment, fails, image
from tests.files.site import HTML, JPG, PDF, PNG, SVG, Answer, Site


def test_an_image_comes_with_size_hash_format_and_pixels(
    local: Local, site: Site, tmp_path: Path
) -> None:
    file = image(site.put("/a.png", PNG) + SIGNATURE, hosted=True)
    got = local.download(file, tmp_path)
    assert got == Downloaded(file, got.path, len(PNG), hashlib.sha256(PNG).hexdigest(), "png", 1, 1)
    assert got.path.read_bytes() == PNG
    assert got.path.parent == tmp_path


def test_the_bytes_decide_when_the_extension_is_wrong(
    local: Local, site: Site, tmp_path: Path
) -> None:
    url = site.put("/photo.png", JPG, Content_Type="image/png")
    assert local.download(image(url, name="photo.png"), tmp_path).extension == "jpg"


@pytest.mark.parametrize("body", [HTML, b'{"error": 404}', b"Access denied"])
def test_an_error_page_with_status_200_is_not_an_image(
    local: Local, site: Site, tmp_path: Path, body: bytes
) -> None:
    error = fails(local, image(site.put("/a.png", body)), tmp_path)
    assert "instead of the image" in error.message


def test_a_web_page_is_not_a_pdf_either(local: Local, site: Site, tmp_path: Path) -> None:
    url = site.put("/report.pdf", HTML)
    assert "a web page" in fails(local, attachment(url, name="report.pdf"), tmp_path).message


def test_a_web_page_that_was_uploaded_is_a_file(local: Local, site: Site, tmp_path: Path) -> None:
    url = site.put("/chart.html", HTML)
    assert local.download(attachment(url, hosted=True), tmp_path).extension == "html"


def test_an_empty_answer_is_a_failure(local: Local, site: Site, tmp_path: Path) -> None:
    for file in (image(site.put("/a.png")), attachment(site.put("/a.zip"))):
        assert fails(local, file, tmp_path).message == "the server sent an empty file"


def test_an_empty_file_that_was_uploaded_is_kept(local: Local, site: Site, tmp_path: Path) -> None:
    got = local.download(attachment(site.put("/a.log"), hosted=True, name="a.log"), tmp_path)
    assert (got.size, got.extension) == (0, "log")


@pytest.mark.parametrize(
    ("address", "body", "extension"),
    [
        ("/book.epub", b"PK\x03\x04 and more", "epub"),
        ("/notes.md", b"# Notes\n", "md"),
        ("/model.step", b"ISO-10303-21;\n", "step"),
        ("/Makefile", b"all:\n", ""),
    ],
)
def test_an_upload_that_was_renamed_keeps_the_extension_of_its_address(
    local: Local, site: Site, tmp_path: Path, address: str, body: bytes, extension: str
) -> None:
    file = attachment(site.put(address, body), hosted=True, name="Renamed since")
    assert local.download(file, tmp_path).extension == extension


@pytest.mark.parametrize(
    ("name", "extension"), [("icon.xpm", "xpm"), ("data.png", "txt"), ("figure.eps", "eps")]
)
def test_an_upload_that_is_not_an_image_where_one_stands_is_kept_as_a_file(
    local: Local, site: Site, tmp_path: Path, name: str, extension: str
) -> None:
    file = image(site.put(f"/{name}", b"/* words, and no picture */\n"), hosted=True, name=name)
    assert local.download(file, tmp_path).extension == extension


@pytest.mark.parametrize(
    ("name", "extension"), [("firmware.bin", "bin"), ("firmware.img", "img"), ("firmware", "")]
)
def test_bytes_that_say_nothing_leave_an_attachment_its_name(
    local: Local, site: Site, tmp_path: Path, name: str, extension: str
) -> None:
    file = attachment(site.put("/x", bytes(range(200, 255))), hosted=True, name=name)
    assert local.download(file, tmp_path).extension == extension


def test_five_declared_gigabytes_are_refused_before_a_byte_is_read(
    local: Local, site: Site, tmp_path: Path
) -> None:
    url = site.put("/film.mp4", b"x", Content_Length=str(5 * 1024**3))
    error = fails(local, attachment(url), tmp_path)
    assert isinstance(error, TooLarge)
    assert error.message == "it has 5,120 MB, and files over 95 MB are left out"
    assert "MAX_FILE_MB" in error.hint
    assert len(site.seen) == 1


def test_an_undeclared_size_is_measured_while_it_arrives(site: Site, tmp_path: Path) -> None:
    chunk = b"%x\r\n" % 60_000 + b"x" * 60_000 + b"\r\n"
    url = site.put("/big.bin", chunk * 4, Transfer_Encoding="chunked")
    with Local(site, max_bytes=100_000) as downloader:
        assert isinstance(fails(downloader, attachment(url), tmp_path), TooLarge)


def test_a_file_as_large_as_allowed_is_stored(site: Site, tmp_path: Path) -> None:
    with Local(site, max_bytes=1000) as downloader:
        assert (
            downloader.download(attachment(site.put("/a", b"\x01" * 1000)), tmp_path).size == 1000
        )
        assert fails_to_fit(downloader, site.put("/b", b"\x01" * 1001), tmp_path / "b")


def fails_to_fit(downloader: Downloader, url: str, folder: Path) -> bool:
    folder.mkdir()
    return isinstance(fails(downloader, attachment(url), folder), TooLarge)


def test_an_svg_with_a_script_is_kept_as_the_file_it_is(
    local: Local, site: Site, tmp_path: Path
) -> None:
    got = local.download(image(site.put("/logo.png", SVG), name="logo.png"), tmp_path)
    assert (got.extension, got.width) == ("svg", None)
    assert got.path.read_bytes() == SVG


def test_an_image_in_its_own_url_is_decoded(local: Local, tmp_path: Path) -> None:
    code = base64.b64encode(PNG).decode()
    for url in (
        f"data:image/png;base64,{code}",
        f"data:;base64,{quote(code)}",
        f"DATA:image/png;charset=x;base64,{code.rstrip('=')}",
        f"data:image/png,{quote(PNG)}",
    ):
        assert local.download(image(url), tmp_path).path.read_bytes() == PNG


@pytest.mark.parametrize("url", ["data:", "data:image/png;base64", "data:image/png;base64,A!"])
def test_a_broken_data_url_is_reported(local: Local, tmp_path: Path, url: str) -> None:
    assert fails(local, image(url), tmp_path).message == "its data URL is broken"


@pytest.mark.parametrize("url", ["data:image/png;base64," + "A" * 2000, "data:," + "%41" * 1500])
def test_a_data_url_has_a_limit(site: Site, tmp_path: Path, url: str) -> None:
    with Local(site, max_bytes=1000) as downloader:
        assert isinstance(fails(downloader, image(url), tmp_path), TooLarge)


def test_several_files_are_downloaded_at_once(site: Site, tmp_path: Path) -> None:
    """Each answer waits until all three have been asked for: one after the other would never end."""
    meeting = threading.Barrier(3, timeout=20)
    files = [
        image(site.play(f"/{n}.png", Answer(PNG, pause=lambda: meeting.wait() and None)))
        for n in range(3)
    ]
    with Local(site) as downloader:
        outcomes = downloader.download_all(files, tmp_path)
    assert [file for file, _ in outcomes] == files
    assert all(isinstance(outcome, Downloaded) for _, outcome in outcomes)


def test_one_failure_among_many_is_an_outcome(site: Site, local: Local, tmp_path: Path) -> None:
    files = [image(site.put("/a.png", PNG)), image(f"{site.url}/gone.png"), image("data:,")]
    outcomes = [outcome for _, outcome in local.download_all(files, tmp_path)]
    assert [type(outcome) for outcome in outcomes] == [Downloaded, FileError, FileError]
    assert str(outcomes[1]) == "the server answered 404 (Not Found)"


def test_a_compressed_answer_is_unpacked(local: Local, site: Site, tmp_path: Path) -> None:
    packed = gzip.compress(PDF)
    url = site.put("/a.pdf", packed, Content_Encoding="gzip")
    assert local.download(attachment(url), tmp_path).path.read_bytes() == PDF


def test_a_broken_compression_is_reported(local: Local, site: Site, tmp_path: Path) -> None:
    url = site.put("/a.pdf", PDF, Content_Encoding="gzip")
    assert fails(local, attachment(url), tmp_path).message == "the server's answer cannot be read"
