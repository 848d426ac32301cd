"""Downloads come whole or not at all, and say in words why not."""

from __future__ import annotations

import base64
import gzip
import hashlib
import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest
from file_site import HTML, JPG, PDF, PNG, SVG, Answer, Request, Site

from backup.errors import FileError, NotFound
from backup.files.fetch import Downloader
from backup.files.received import Downloaded, TooLarge
from backup.model import File

SIGNATURE = "?X-Amz-Signature=5ec3e7&X-Amz-Security-Token=t0ken"


def image(url: str, *, hosted: bool = False, name: str = "") -> File:
    return File("1", "image", url, hosted, name)


def attachment(url: str, *, hosted: bool = False, name: str = "") -> File:
    return File("1", "attachment", url, hosted, name)


class Local(Downloader):
    """Reaches the test's own server, and notes its waits instead of waiting."""

    def __init__(self, **more: object) -> None:
        self.waits: list[float] = []
        super().__init__(allowed_hosts=["127.0.0.1"], sleep=self.waits.append, **more)


@pytest.fixture
def local() -> Iterator[Local]:
    with Local() as downloader:
        yield downloader


def fails(downloader: Downloader, file: File, folder: Path) -> FileError:
    """The error that the download ends with; nothing is left of it, and nothing leaks."""
    with pytest.raises(FileError) as caught:
        downloader.download(file, folder)
    assert list(folder.iterdir()) == []
    assert "5ec3e7" not in str(caught.value)
    assert "t0ken" not in str(caught.value)
    assert "X-Amz" not in str(caught.value)
    return caught.value


def test_a_picture_comes_with_size_hash_format_and_pixels(
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
def test_an_error_page_with_status_200_is_no_picture(
    local: Local, site: Site, tmp_path: Path, body: bytes
) -> None:
    error = fails(local, image(site.put("/a.png", body)), tmp_path)
    assert "instead of the picture" in error.message


def test_a_web_page_is_no_pdf_either(local: Local, site: Site, tmp_path: Path) -> None:
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
    with Local(max_bytes=100_000) as downloader:
        assert isinstance(fails(downloader, attachment(url), tmp_path), TooLarge)


def test_a_file_as_large_as_allowed_is_stored(site: Site, tmp_path: Path) -> None:
    with Local(max_bytes=1000) as downloader:
        assert (
            downloader.download(attachment(site.put("/a", b"\x01" * 1000)), tmp_path).size == 1000
        )
        assert fails_to_fit(downloader, site.put("/b", b"\x01" * 1001), tmp_path / "b")


def fails_to_fit(downloader: Downloader, url: str, folder: Path) -> bool:
    folder.mkdir()
    return isinstance(fails(downloader, attachment(url), folder), TooLarge)


def test_a_trickle_is_given_up_when_its_time_is_over(site: Site, tmp_path: Path) -> None:
    read = threading.Event()  # the first half has been read
    ticks = count(0, 40)

    def clock() -> float:
        now = next(ticks)
        if now:
            read.set()
        return now

    url = site.play("/slow.png", Answer(PNG, pause=lambda: read.wait(20) and None))
    with Local(patience=60, clock=clock) as downloader:
        assert "longer than 60 seconds" in fails(downloader, image(url), tmp_path).message


@pytest.mark.parametrize(
    "cut",
    [
        Answer(PNG[:20], headers={"Content-Length": str(len(PNG))}),
        Answer(b"ff\r\n" + PNG[:20], headers={"Transfer-Encoding": "chunked"}),
        Answer(b"", drop=True),
        Answer(b"slow down", 429),
        Answer(HTML, 503),
        Answer(b"", 500),
    ],
    ids=["cut off", "cut in a chunk", "no answer", "429", "503", "500"],
)
def test_what_may_pass_is_tried_again(
    local: Local, site: Site, tmp_path: Path, cut: Answer
) -> None:
    url = site.play("/a.png", cut, cut, Answer(PNG))
    got = local.download(image(url), tmp_path)
    assert got.path.read_bytes() == PNG
    assert list(tmp_path.iterdir()) == [got.path]
    assert local.waits == [1.0, 4.0]


def test_a_server_that_never_recovers_is_given_up(local: Local, site: Site, tmp_path: Path) -> None:
    url = site.play("/a.png", Answer(PNG[:20], headers={"Content-Length": str(len(PNG))}))
    assert fails(local, image(url), tmp_path).message == "the connection was cut"
    assert len(site.seen) == 4
    assert local.waits == [1.0, 4.0, 10.0]


@pytest.mark.parametrize(("asked", "waited"), [("7", 7.0), ("86400", 60.0), ("soon", 1.0)])
def test_a_server_may_say_how_long_to_wait_within_reason(
    local: Local, site: Site, tmp_path: Path, asked: str, waited: float
) -> None:
    url = site.play("/a.png", Answer(b"", 429, {"Retry-After": asked}), Answer(PNG))
    local.download(image(url), tmp_path)
    assert local.waits == [waited]


@pytest.mark.parametrize("status", [400, 403, 404, 410, 451, 204, 304, 300, 299])
def test_an_answer_that_will_not_change_is_asked_for_once(
    local: Local, site: Site, tmp_path: Path, status: int
) -> None:
    url = site.put("/a.png", b"", status)
    error = fails(local, image(url + "?token=t0ken"), tmp_path)
    assert error.message.startswith(f"the server answered {status}")
    assert len(site.seen) == 1


def expiring(request: Request) -> Answer:
    return Answer(PNG) if "X-Amz-Signature=fresh" in request.query else Answer(b"<Error/>", 403)


def refreshing(site: Site, asked: list[File]) -> Callable[[File], File]:
    def refresh(file: File) -> File:
        asked.append(file)
        return image(f"{site.url}/a.png?X-Amz-Signature=fresh", hosted=True)

    return refresh


def test_an_expired_url_is_read_again_once(site: Site, tmp_path: Path) -> None:
    site.routes["/a.png"] = expiring
    asked: list[File] = []
    with Local(refresh=refreshing(site, asked)) as downloader:
        got = downloader.download(image(f"{site.url}/a.png{SIGNATURE}", hosted=True), tmp_path)
    assert got.path.read_bytes() == PNG
    assert len(asked) == 1


def test_a_url_that_stays_denied_is_not_read_again_for_ever(site: Site, tmp_path: Path) -> None:
    url = site.put("/a.png", b"<Error/>", 403)
    asked: list[File] = []
    with Local(refresh=refreshing(site, asked)) as downloader:
        error = fails(downloader, image(url + SIGNATURE, hosted=True), tmp_path)
    assert error.message == "the server answered 403 (Forbidden)"
    assert len(asked) == 1


def test_a_foreign_403_has_nothing_to_read_again(site: Site, tmp_path: Path) -> None:
    asked: list[File] = []
    with Local(refresh=refreshing(site, asked)) as downloader:
        fails(downloader, image(site.put("/a.png", b"", 403)), tmp_path)
    assert asked == []


def gone(_: File) -> File:
    raise NotFound("the block is gone")


@pytest.mark.parametrize("refresh", [None, lambda _: None, gone])
def test_without_a_fresh_url_the_denial_is_the_reason(
    site: Site, tmp_path: Path, refresh: Callable[[File], File | None] | None
) -> None:
    url = site.put("/a.png", b"<Error/>", 403)
    with Local(refresh=refresh) as downloader:
        error = fails(downloader, image(url + SIGNATURE, hosted=True), tmp_path)
    assert error.message == "the server answered 403 (Forbidden)"


def test_redirects_are_followed_five_times(local: Local, site: Site, tmp_path: Path) -> None:
    for hop in range(6):
        site.put(f"/{hop}", b"x" * 9, 302, Location=f"/{hop + 1}")
    site.put("/6", PNG)
    assert local.download(image(f"{site.url}/1"), tmp_path).size == len(PNG)
    Path(tmp_path / "more").mkdir()
    error = fails(local, image(f"{site.url}/0"), tmp_path / "more")
    assert error.message == "it is redirected more than 5 times"


def test_a_redirect_may_be_written_in_utf_8(local: Local, site: Site, tmp_path: Path) -> None:
    site.put(quote("/é.png"), PNG)
    url = site.put("/go", b"", 301, Location="/é.png".encode().decode("latin-1"))
    assert local.download(image(url), tmp_path).size == len(PNG)


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://x.example/a.png", "/images/a.png", "a.png", "", "javascript:1",
     "http://", "http:///a.png", "http://[broken/a.png", "//x.example/a.png"],
)  # fmt: skip
def test_only_web_addresses_are_downloaded(local: Local, tmp_path: Path, url: str) -> None:
    error = fails(local, image(url), tmp_path)
    assert error.message == "only http and https addresses are downloaded"


@pytest.mark.parametrize("host", ["x" * 64 + ".example", "*.example", "a..b", "."])
def test_a_host_that_cannot_be_is_told(local: Local, tmp_path: Path, host: str) -> None:
    error = fails(local, image(f"http://{host}/a.png"), tmp_path)
    assert error.message in ("its address is not a valid one", "its server's name is unknown")


def test_a_host_without_address_is_told(local: Local, tmp_path: Path) -> None:
    error = fails(local, image("http://nowhere.invalid/a.png"), tmp_path)
    assert error.message == "its server's name is unknown"


def test_a_closed_port_is_told(local: Local, tmp_path: Path) -> None:
    assert (
        fails(local, image("http://127.0.0.1:9/a.png"), tmp_path).message == "the connection failed"
    )


def test_no_credential_is_sent_whatever_the_machine_has(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password pass\ndefault login me password pass\n")
    monkeypatch.setenv("NETRC", str(netrc))
    site.put("/go", b"", 302, Location="/a.png", Set_Cookie="session=1")
    site.put("/a.png", PNG, Set_Cookie="session=2")
    staging = tmp_path / "staging"
    staging.mkdir()
    with Local() as downloader:
        for _ in range(2):
            url = site.url.replace("http://", "http://user:pass@") + "/go"
            downloader.download(image(url), staging)
    assert {request.method for request in site.seen} == {"GET"}
    sent = {header.lower() for request in site.seen for header in request.headers}
    assert sent <= {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert site.seen[0].headers["User-Agent"].startswith("Mozilla/5.0 ")


def test_an_svg_with_a_script_is_kept_as_the_file_it_is(
    local: Local, site: Site, tmp_path: Path
) -> None:
    got = local.download(image(site.put("/logo.png", SVG), name="logo.png"), tmp_path)
    assert (got.extension, got.width) == ("svg", None)
    assert got.path.read_bytes() == SVG


def test_a_picture_in_its_own_url_is_decoded(local: Local, tmp_path: Path) -> None:
    code = base64.b64encode(PNG).decode()
    for url in (
        f"data:image/png;base64,{code}",
        f"data:;base64,{quote(code)}",
        f"DATA:image/png;charset=x;base64,{code.rstrip('=')}",
        f"data:image/png,{quote(PNG)}",
    ):
        assert local.download(image(url), tmp_path).path.read_bytes() == PNG


@pytest.mark.parametrize("url", ["data:", "data:image/png;base64", "data:image/png;base64,A!"])
def test_a_broken_data_url_is_told(local: Local, tmp_path: Path, url: str) -> None:
    assert fails(local, image(url), tmp_path).message == "its data URL is broken"


@pytest.mark.parametrize("url", ["data:image/png;base64," + "A" * 2000, "data:," + "%41" * 1500])
def test_a_data_url_has_a_limit(tmp_path: Path, url: str) -> None:
    with Local(max_bytes=1000) as downloader:
        assert isinstance(fails(downloader, image(url), tmp_path), TooLarge)


def test_several_files_are_downloaded_at_once(site: Site, tmp_path: Path) -> None:
    """Each answer waits until all three have been asked for: one after the other would never end."""
    meeting = threading.Barrier(3, timeout=20)
    files = [
        image(site.play(f"/{n}.png", Answer(PNG, pause=lambda: meeting.wait() and None)))
        for n in range(3)
    ]
    with Local(concurrency=3) as downloader:
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


def test_a_broken_compression_is_told(local: Local, site: Site, tmp_path: Path) -> None:
    url = site.put("/a.pdf", PDF, Content_Encoding="gzip")
    assert fails(local, attachment(url), tmp_path).message == "the server's answer cannot be read"
