"""Files of the workspace: signed addresses as S3 has them, and files that lie elsewhere."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import requests

from fakenotion import blocks, build, faults
from fakenotion.server import StandIn
from fakenotion.workspace import Workspace
from tests.fakenotion.client import Client

BYTES = bytes(range(256)) * 40


@pytest.fixture
def page(workspace: Workspace) -> str:
    """A page with a hosted image, an outside one, and an HTML block."""
    hosted = build.hosted(workspace.files.keep("a (1) ü.png", BYTES))
    outside = build.external(workspace.files.outside("b.png", BYTES))
    embed = build.block("embed", url=workspace.files.keep("c.html", b"<p>"))
    media = [blocks.media("image", hosted), blocks.media("image", outside), embed]
    return workspace.add_page("", "Home", {}, media, icon=hosted, cover=hosted)


def hosted_file(client: Client, page: str) -> Any:
    return client.children(page)[0]["image"]["file"]


def get(url: str, **options: Any) -> requests.Response:
    return requests.get(url, timeout=20, **options)


def test_a_signed_address_gives_the_file_without_any_token(page: str, client: Client) -> None:
    answer = get(hosted_file(client, page)["url"])
    assert (answer.status_code, answer.content) == (200, BYTES)
    assert answer.headers["Content-Type"] == "image/png"


def test_each_answer_signs_again_but_the_path_stays(page: str, client: Client) -> None:
    first, second = (hosted_file(client, page)["url"] for _ in range(2))
    assert first != second
    assert first.split("?")[0] == second.split("?")[0]
    assert get(first).content == get(second).content == BYTES


def test_icon_cover_and_html_blocks_are_signed_too(page: str, client: Client) -> None:
    raw = client.json(f"pages/{page}")
    embed = client.children(page)[2]["embed"]["url"]
    urls = [raw["icon"]["file"]["url"], raw["cover"]["file"]["url"], embed]
    assert [get(url).status_code for url in urls] == [200, 200, 200]
    assert len(set(urls)) == 3


def test_an_address_expires_when_it_says_so(page: str, client: Client, stand_in: StandIn) -> None:
    now = datetime(2026, 10, 1, tzinfo=timezone.utc)
    stand_in.knobs.now = lambda: now
    file = hosted_file(client, page)
    assert file["expiry_time"] == "2026-10-01T01:00:00.000Z"
    now += timedelta(minutes=59)
    assert get(file["url"]).status_code == 200
    now += timedelta(minutes=2)
    refused = get(file["url"])
    assert (refused.status_code, refused.headers["Content-Type"]) == (403, "application/xml")
    assert "<Code>AccessDenied</Code>" in refused.text
    assert get(hosted_file(client, page)["url"]).status_code == 200


def test_credentials_may_expire_before_the_address(
    page: str, client: Client, stand_in: StandIn
) -> None:
    now = datetime(2026, 10, 1, tzinfo=timezone.utc)
    stand_in.knobs.now, stand_in.knobs.token_life = lambda: now, 600
    file = hosted_file(client, page)
    assert file["expiry_time"] == "2026-10-01T01:00:00.000Z"
    now += timedelta(minutes=11)
    refused = get(file["url"])
    assert (refused.status_code, refused.headers["Content-Type"]) == (400, "application/xml")
    assert "<Code>ExpiredToken</Code>" in refused.text
    assert get(hosted_file(client, page)["url"]).status_code == 200
    stand_in.fail_next(faults.expired_token(), path=".png")
    spoiled = get(hosted_file(client, page)["url"])
    assert (spoiled.status_code, spoiled.text) == (400, refused.text)


def test_a_signature_holds_for_get_only_and_cannot_be_changed(page: str, client: Client) -> None:
    url = hosted_file(client, page)["url"]
    assert requests.head(url, timeout=20).status_code == 403
    assert get(url.split("?")[0]).status_code == 403
    assert get(url.replace("Signature=", "Signature=0")).status_code == 403
    assert get(url.replace("Expires=3600", "Expires=x")).status_code == 403
    assert get(url.replace(".png", ".gif")).status_code == 404


def test_an_outside_file_needs_no_signature_and_allows_head(page: str, client: Client) -> None:
    url = client.children(page)[1]["image"]["external"]["url"]
    assert url == f"{client.url}/outside/b.png"
    assert get(url).content == BYTES
    assert requests.head(url, timeout=20).headers["Content-Length"] == str(len(BYTES))


def test_downloads_are_recorded_apart(page: str, client: Client, stand_in: StandIn) -> None:
    get(hosted_file(client, page)["url"])
    assert [asked.status for asked in stand_in.downloads] == [200]
    assert "Authorization" not in stand_in.downloads[0].headers
    assert len(stand_in.requests) == 1


def test_a_replaced_file_has_another_path(workspace: Workspace) -> None:
    assert workspace.files.keep("a.png", b"1") != workspace.files.keep("a.png", b"2")


def test_a_download_can_go_wrong_in_every_way(page: str, client: Client, stand_in: StandIn) -> None:
    url = client.children(page)[1]["image"]["external"]["url"]
    for fault in (
        *(faults.html(200), faults.mistyped("text/plain"), faults.claims(1 << 40)),
        *(faults.redirect("http://127.0.0.1:1/away"), faults.error(404), faults.slow(0.001)),
    ):
        stand_in.fail_next(fault, path="/outside/")
    answers = [get(url, allow_redirects=False, stream=True) for _ in range(6)]
    html, mistyped, huge, redirect, missing, slow = answers
    assert html.content == faults.HTML
    assert (mistyped.headers["Content-Type"], mistyped.content) == ("text/plain", BYTES)
    assert huge.headers["Content-Length"] == str(1 << 40)
    huge.close()
    assert (redirect.status_code, redirect.headers["Location"]) == (302, "http://127.0.0.1:1/away")
    assert missing.status_code == 404
    assert slow.content == BYTES
