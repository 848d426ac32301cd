"""Whatever a file's host answers costs that file alone, and no more time and room than was allowed."""

from __future__ import annotations

import gzip
import random
import tracemalloc
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import count, repeat
from pathlib import Path

import pytest

from backup.errors import TooLarge
from backup.files.fetch import Downloader, ParallelDownloads
from backup.files.received import Downloaded
from tests.files.downloads import attachment, image
from tests.files.raw import sending
from tests.files.site import PNG, Site

OK = b"HTTP/1.1 200 OK\r\n"
WHOLE = OK + b"Content-Length: %d\r\n\r\n" % len(PNG) + PNG


def outcomes(
    site: Site, answer: Callable[[], Iterable[bytes]], folder: Path, **more: object
) -> tuple[str, str]:
    """What becomes of an image from a host that gives `answer`, and of a sound one beside it."""
    with sending(answer) as url:
        allowed = [site.host, url.partition("//")[2]]
        with (
            Downloader(allowed_hosts=allowed, sleep=lambda _: None, **more) as downloader,
            ThreadPoolExecutor(2) as pool,
        ):
            downloads = ParallelDownloads(downloader, pool)
            files = [image(f"{url}/odd.png"), image(site.put("/good.png", PNG))]
            odd, good = (outcome for _, outcome in downloads.download_all(files, folder))
    left = {got.path for got in (odd, good) if isinstance(got, Downloaded)}
    assert set(folder.iterdir()) == left, "nothing stays of a download that failed"
    odd_words, good_words = ("" if isinstance(got, Downloaded) else str(got) for got in (odd, good))
    return odd_words, good_words


@pytest.mark.parametrize(
    "location",
    [
        b"http://[",
        b"http://[::1",
        b"http://]/",
        b"http://[v1.x]/",
        b"http://x.invalid:99999999/",
        b"http://x.invalid:port/",
        b"http://x.invalid:-1/",
        b"http:// /",
        b"http://%00/",
        b"http://a\x00b.invalid/",
        b"http://\xff\xfe/",
        b"http://\xe2\x84\x80.invalid/",
        b"http://xn--/",
        b"http://" + b"a" * 40_000,
        b"//",
        b"//[/",
        b"http:",
        b"https://",
        b"\xff",
        b"mailto:a@b",
        b"http://user:pass@[/",
    ],
)
def test_a_redirect_to_what_is_not_an_address_costs_that_file_alone(
    site: Site, tmp_path: Path, location: bytes
) -> None:
    moved = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + b"\r\n\r\n"
    odd, good = outcomes(site, lambda: [moved], tmp_path)
    assert odd and not good
    assert "pass" not in odd


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\r\n\r\n",
        b"garbage\r\n\r\n",
        b"\x00" * 1000,
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 -1 OK\r\n\r\n",
        b"HTTP/1.1 99999 OK\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 200 " + b"K" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
        b"ICY 200 OK\r\n\r\n" + PNG,
        OK + b"X: " + b"x" * 70_000 + b"\r\n\r\n",
        OK + b"".join(b"X-%d: x\r\n" % n for n in range(200)) + b"\r\n",
        OK + b"Content-Length: 5, 6\r\n\r\n" + PNG,
        OK + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n" + PNG,
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + PNG,
        OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n" + PNG,
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 400 + b"\r\n" + PNG,
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 70_000,
        OK + b"Content-Encoding: gzip\r\n\r\n" + PNG,
        OK + b"Content-Encoding: deflate\r\n\r\n" + b"\x78" * 90,
        OK + b"Content-Encoding: " + b", ".join([b"gzip"] * 1000) + b"\r\n\r\n" + PNG,
        b"HTTP/1.1 503 Busy\r\nRetry-After: " + b"9" * 5_000 + b"\r\n\r\n",
        b"HTTP/1.1 503 Busy\r\nRetry-After: \xd9\xa3\r\n\r\n",
    ],
)
def test_an_answer_that_is_not_http_costs_that_file_alone(
    site: Site, tmp_path: Path, answer: bytes
) -> None:
    odd, good = outcomes(site, lambda: [answer], tmp_path)
    assert odd and not good


@pytest.mark.parametrize("seed", range(8))
def test_no_answer_of_chance_ends_more_than_its_own_file(
    site: Site, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    pieces = [WHOLE, OK, b"\r\n", b"\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 ",
              b"302 x\r\nLocation: ", b"http://", b"[", b"Content-Length: ", b"Set-Cookie: a=b;",
              b"Transfer-Encoding: chunked\r\n\r\n", b"5\r\nabcde\r\n", b"0\r\n", b":", b"\xff",
              b"Content-Encoding: gzip\r\n\r\n", gzip.compress(PNG), b"\x00", b" ", b"%", b"1"]  # fmt: skip

    def answer() -> Iterable[bytes]:
        text = bytearray(b"".join(chance.choices(pieces, k=chance.randrange(1, 9))))
        for _ in range(chance.randrange(4)):
            text[chance.randrange(len(text))] = chance.randrange(256)
        return [bytes(text)]

    for turn in range(25):
        folder = tmp_path / str(turn)
        folder.mkdir()
        assert outcomes(site, answer, folder)[1] == ""


def test_headers_that_drip_are_given_up(site: Site, tmp_path: Path) -> None:
    ticks = count()
    odd, _ = outcomes(site, lambda: repeat(b"H"), tmp_path, clock=lambda: float(next(ticks)))
    assert odd == "the server took too long to answer"


def test_a_body_that_drips_is_given_up(site: Site, tmp_path: Path) -> None:
    ticks = count()

    def answer() -> Iterable[bytes]:
        yield OK + b"\r\n" + PNG
        yield from repeat(b"x")

    odd, _ = outcomes(
        site, answer, tmp_path, clock=lambda: float(next(ticks)), patience=90, max_bytes=2**40
    )
    assert odd == "it took longer than 90 seconds"


@pytest.mark.parametrize(
    "endless",
    [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\nX: %s\r\n\r\n" % (b"x" * 9_000)],
)
def test_an_answer_that_only_says_continue_is_given_up(
    site: Site, tmp_path: Path, endless: bytes
) -> None:
    odd, _ = outcomes(site, lambda: repeat(endless), tmp_path)
    assert odd == "the server's answer has no end of headers"


@pytest.mark.parametrize(
    "endless",
    [
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"Trailer: x\r\n"),
        (OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"")),
    ],
)
def test_an_answer_that_never_brings_a_byte_is_given_up(
    site: Site, tmp_path: Path, endless: tuple[bytes, bytes]
) -> None:
    ticks = count()

    def answer() -> Iterable[bytes]:
        yield endless[0]
        yield from repeat(endless[1])

    odd, _ = outcomes(site, answer, tmp_path, clock=lambda: float(next(ticks)), patience=90)
    assert odd == "it took longer than 90 seconds"


def test_two_gigabytes_in_a_small_answer_are_never_in_memory(tmp_path: Path) -> None:
    packed = gzip.compress(bytes(64 * 1024**2))
    head = OK + b"Content-Encoding: gzip\r\n\r\n"
    with sending(lambda: [head, *[packed] * 32]) as url:
        allowed = [url.partition("//")[2]]
        with Downloader(allowed_hosts=allowed, max_bytes=8 * 1024**2) as downloader:
            tracemalloc.start()
            with pytest.raises(TooLarge, match="more than 8 MB"):
                downloader.download(attachment(f"{url}/bomb.bin"), tmp_path)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    assert peak < 4 * 1024**2
    assert list(tmp_path.iterdir()) == []
