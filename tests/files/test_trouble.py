"""What may pass is tried again, what will not is reported in words, and nothing secret is sent."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from backup.errors import NotFound
from backup.files.fetch import Downloader
from backup.model import File
from tests.files.downloads import SIGNATURE, Local, fails, image
from tests.files.site import HTML, PNG, Answer, Request, Site, serving


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


def test_a_dead_host_does_not_cost_its_waits_for_every_file(
    local: Local, site: Site, tmp_path: Path
) -> None:
    bad = site.put("/bad.png", b"", 503)
    for _ in range(5):
        fails(local, image(bad), tmp_path)
    assert len(local.waits) == 9
    assert len(site.seen) == 4 + 4 + 4 + 1 + 1
    elsewhere = tmp_path.with_name("elsewhere")
    elsewhere.mkdir()
    local.download(image(site.put("/a.png", PNG)), elsewhere)
    fails(local, image(bad), tmp_path)
    assert len(local.waits) == 12  # it was not dead after all


LATE = "Thu, 02 Nov 2090 10:00:30 GMT"


@pytest.mark.parametrize(
    ("asked", "waited"), [("7", 7.0), ("86400", 60.0), (LATE, 60.0), ("soon", 1.0)]
)
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


def expiring(status: int) -> Callable[[Request], Answer]:
    def answer(request: Request) -> Answer:
        is_fresh = "X-Amz-Signature=fresh" in request.query
        return Answer(PNG) if is_fresh else Answer(b"<Error/>", status)

    return answer


def refreshing(site: Site, asked: list[File]) -> Callable[[File], File]:
    def refresh(file: File) -> File:
        asked.append(file)
        return image(f"{site.url}/a.png?X-Amz-Signature=fresh", hosted=True)

    return refresh


@pytest.mark.parametrize("status", [400, 401, 403])
def test_an_expired_url_is_read_again_once(site: Site, tmp_path: Path, status: int) -> None:
    """Storage says 400 (ExpiredToken) when what signed the address has expired before the address."""
    site.routes["/a.png"] = expiring(status)
    asked: list[File] = []
    with Local(site, refresh=refreshing(site, asked)) as downloader:
        got = downloader.download(image(f"{site.url}/a.png{SIGNATURE}", hosted=True), tmp_path)
    assert got.path.read_bytes() == PNG
    assert len(asked) == 1


def test_a_url_that_stays_denied_is_not_read_again_for_ever(site: Site, tmp_path: Path) -> None:
    url = site.put("/a.png", b"<Error/>", 403)
    asked: list[File] = []
    with Local(site, refresh=refreshing(site, asked)) as downloader:
        error = fails(downloader, image(url + SIGNATURE, hosted=True), tmp_path)
    assert error.message == "the server answered 403 (Forbidden)"
    assert len(asked) == 1


def test_a_foreign_403_has_nothing_to_read_again(site: Site, tmp_path: Path) -> None:
    asked: list[File] = []
    with Local(site, refresh=refreshing(site, asked)) as downloader:
        fails(downloader, image(site.put("/a.png", b"", 403)), tmp_path)
    assert asked == []


def gone(_: File) -> File:
    raise NotFound("the block is gone")


@pytest.mark.parametrize("refresh", [None, lambda _: None, gone])
def test_without_a_fresh_url_the_denial_is_the_reason(
    site: Site, tmp_path: Path, refresh: Callable[[File], File | None] | None
) -> None:
    url = site.put("/a.png", b"<Error/>", 403)
    with Local(site, refresh=refresh) as downloader:
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
def test_a_host_that_cannot_exist_is_reported(local: Local, tmp_path: Path, host: str) -> None:
    error = fails(local, image(f"http://{host}/a.png"), tmp_path)
    assert error.message in ("the address is not valid", "the server's name is unknown")


def test_a_host_without_address_is_reported(local: Local, tmp_path: Path) -> None:
    error = fails(local, image("http://nowhere.invalid/a.png"), tmp_path)
    assert error.message == "the server's name is unknown"


def test_a_closed_port_is_reported(local: Local, tmp_path: Path) -> None:
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
    with Local(site) as downloader:
        for _ in range(2):
            url = site.url.replace("http://", "http://user:pass@") + "/go"
            downloader.download(image(url), staging)
    assert {request.method for request in site.seen} == {"GET"}
    sent = {header.lower() for request in site.seen for header in request.headers}
    assert sent <= {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert site.seen[0].headers["User-Agent"].startswith("Mozilla/5.0 ")


# Key and certificate of tls.example, which signs itself, so that the tests need no program and no
# package that makes one: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes
# -days 36500 -subj /CN=tls.example -addext subjectAltName=DNS:tls.example
# -addext keyUsage=critical,digitalSignature,keyCertSign
CERTIFICATE = Path(__file__).with_name("tls.example.pem")


def test_over_https_the_name_is_what_the_certificate_must_be_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **more: real("127.0.0.1", *rest, **more)
    )
    with serving(CERTIFICATE) as site:
        port = site.url.rpartition(":")[2]
        site.put("/a.png", PNG)
        allowed = [f"tls.example:{port}", f"other.example:{port}"]
        with Downloader(allowed_hosts=allowed, sleep=lambda _: None) as downloader:
            error = fails(downloader, image(f"https://tls.example:{port}/a.png"), tmp_path)
            assert error.message == "the server's certificate cannot be trusted"
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
            error = fails(downloader, image(f"https://other.example:{port}/a.png"), tmp_path)
            assert error.message == "the server's certificate cannot be trusted"
            got = downloader.download(image(f"https://tls.example:{port}/a.png"), tmp_path)
            assert got.size == len(PNG)
