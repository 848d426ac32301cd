"""A download reaches the public internet and what the user allowed, and nothing else."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
import requests

from backup.errors import FileError
from backup.files.fetch import Downloader
from backup.files.guard import Guard, is_public
from backup.model import File
from tests.files.site import PNG, Site


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "198.18.0.1",
        "203.0.113.7",
        "224.0.0.251",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::ffff:a9fe:a9fe",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::808:808",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "2001:2::1",
        "2001:20::1",
        "2001:db8::1",
        "3fff::1",
        "3fff:fff:ffff::1",
        "100::1",
        "100:0:0:1::1",
        "4000::1",
        "5f00::1",
        "192.0.2.1",
        "192.88.99.1",
        "198.51.100.7",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "not an address",
        "",
    ],
)
def test_addresses_inside_somebodys_network_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "52.218.1.1",
        "198.17.255.255",
        "223.255.255.255",
        "2001:200::1",
        "2001:470::1",
        "2001:4860:4860::8888",
        "2606:4700::1111",
        "2a00:1450:4001::1",
        "3ffe::1",
        "64:ff9b::808:808",
    ],
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("allowed", ["LocalHost", "localhost.", " localhost ", "localhost:443"])
def test_an_allowed_host_may_lead_anywhere(allowed: str) -> None:
    assert Guard([allowed]).addresses("localhost", 443)


@pytest.mark.parametrize("allowed", ["::1", "[::1]", "[::1]:80"])
def test_an_address_may_be_allowed_as_it_is_or_in_brackets(allowed: str) -> None:
    assert Guard([allowed]).addresses("[::1]", 80) == ["::1"]


def test_a_host_is_allowed_on_the_ports_of_the_web_or_on_the_one_that_is_named() -> None:
    plain, named = Guard(["localhost"]), Guard(["localhost:8080", "[::1]:9000"])
    assert [port for port in (22, 80, 443, 8080) if plain.allows("localhost", port)] == [80, 443]
    assert [port for port in (22, 80, 443, 8080) if named.allows("localhost", port)] == [8080]
    assert [port for port in (80, 443, 9000) if named.allows("::1", port)] == [9000]


@pytest.mark.parametrize(
    ("url", "entry"),
    [
        ("http://localhost/a.png", "add localhost to"),
        ("https://localhost:8443/a.png", "add localhost:8443 to"),
        ("http://[::1]:8080/a.png", r"add \[::1\]:8080 to"),
    ],
)
def test_the_hint_names_the_entry_that_would_do(tmp_path: Path, url: str, entry: str) -> None:
    with Downloader() as downloader, pytest.raises(FileError, match=entry):
        downloader.download(file(url), tmp_path)


@pytest.mark.parametrize(
    "allowed", ["", "other", "localhost:81", "127.0.0.1", "localhost:x", ":80"]
)
def test_a_host_is_allowed_by_its_own_name_only(allowed: str) -> None:
    with pytest.raises(FileError, match="public internet") as caught:
        Guard([allowed]).addresses("localhost", 80)
    assert "localhost" in caught.value.hint


def file(url: str) -> File:
    return File("1", "image", url, False)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
    ],
)
def test_no_spelling_of_this_machine_is_connected_to(site: Site, tmp_path: Path, host: str) -> None:
    port = site.url.rpartition(":")[2]
    site.put("/a.png", PNG)
    with Downloader() as downloader, pytest.raises(FileError, match="public internet"):
        downloader.download(file(f"http://{host}:{port}/a.png"), tmp_path)
    assert site.connections == 0


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost:{port}/a.png",
        "//[::1]:{port}/a.png",
        "file:///etc/passwd",
        "ftp://127.0.0.1/a.png",
        "data:image/png;base64,AAAA",
    ],
)
def test_a_redirect_is_judged_like_the_first_address(
    site: Site, tmp_path: Path, target: str
) -> None:
    port = site.url.rpartition(":")[2]
    url = site.put("/go", status=302, Location=target.format(port=port))
    site.put("/a.png", PNG)
    refusal = pytest.raises(FileError, match=r"public internet|only http and https")
    with Downloader(allowed_hosts=[site.host]) as downloader, refusal:
        downloader.download(file(url), tmp_path)
    assert [request.path for request in site.seen] == ["/go"]


Names = dict[str, list[list[str]]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """A name server: for each name the addresses it answers, one list after the other."""
    real, known = socket.getaddrinfo, Names()

    def resolve(host: Any, port: Any, *args: Any, **more: Any) -> list[Any]:
        if host not in known:
            return list(real(host, port, *args, **more))
        return [
            entry for address in known[host].pop(0) for entry in real(address, port, *args, **more)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return known


def test_a_name_is_looked_up_once_so_that_its_second_meaning_is_never_used(
    site: Site, names: Names, tmp_path: Path
) -> None:
    """DNS rebinding: what was judged is what is connected to."""
    names["rebind.example"] = [["127.0.0.1"], ["127.0.0.2"]]
    port = site.url.rpartition(":")[2]
    site.put("/a.png", PNG)
    with Downloader(allowed_hosts=[f"rebind.example:{port}"]) as downloader:
        downloader.download(file(f"http://rebind.example:{port}/a.png"), tmp_path)
    assert names["rebind.example"] == [["127.0.0.2"]]
    assert site.seen[0].headers["Host"] == f"rebind.example:{port}"


def test_one_private_address_among_public_ones_is_enough_to_refuse(
    names: Names, tmp_path: Path
) -> None:
    names["mixed.example"] = [["8.8.8.8", "127.0.0.1"]]
    with Downloader() as downloader, pytest.raises(FileError, match="public internet"):
        downloader.download(file("http://mixed.example/a.png"), tmp_path)


def test_the_next_address_is_tried_when_one_does_not_answer(
    site: Site, names: Names, tmp_path: Path
) -> None:
    names["two.example"] = [["127.0.0.9", "127.0.0.1"]]
    port = site.url.rpartition(":")[2]
    site.put("/a.png", PNG)
    with Downloader(allowed_hosts=[f"two.example:{port}"]) as downloader:
        got = downloader.download(file(f"http://two.example:{port}/a.png"), tmp_path)
    assert got.size == len(PNG)


@pytest.fixture
def proxied(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The site as the proxy of the environment: it sees whole URLs."""
    monkeypatch.setenv("http_proxy", site.url)
    return site


def test_behind_a_proxy_a_name_that_only_the_proxy_knows_is_downloaded(
    proxied: Site, tmp_path: Path
) -> None:
    proxied.put("http://only-the-proxy-knows.invalid/a.png", PNG)
    with Downloader() as downloader:
        got = downloader.download(file("http://only-the-proxy-knows.invalid/a.png"), tmp_path)
    assert got.size == len(PNG)


@pytest.mark.parametrize("host", ["localhost", "169.254.169.254", "10.0.0.1"])
def test_behind_a_proxy_what_is_plainly_private_is_refused(
    proxied: Site, tmp_path: Path, host: str
) -> None:
    with Downloader() as downloader, pytest.raises(FileError, match="public internet"):
        downloader.download(file(f"http://{host}/a.png"), tmp_path)
    assert proxied.connections == 0


def test_requests_still_takes_its_pools_from_where_they_are_guarded() -> None:
    """The guard hangs on how requests makes connections: this says so when that changes."""
    with Downloader() as downloader:
        adapter = downloader._session.get_adapter("https://x.example/")
        assert isinstance(adapter, requests.adapters.HTTPAdapter)
        pool = adapter.poolmanager.connection_from_url("https://x.example/")
        assert "guard" in type(pool).__module__
        assert "guard" in pool.ConnectionCls.__module__
