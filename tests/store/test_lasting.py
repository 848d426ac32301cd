"""What the file leaves out: whatever changes without an edit, and whatever is secret. All else stays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from backup import store
from backup.files import find
from backup.files.names import display, identity
from backup.model import Block, Json, Page
from backup.store import StoredDatabase, StoredPage
from tests.store.test_store import PAGE, block, one, stored
from tests.support.cases import case
from tests.support.notion_shapes import text
from tests.support.recordings import QUERIES, TREES, page, rows

S3 = "https://prod-files-secure.s3.us-west-2.amazonaws.com/0abc/0def/plan%20a.pdf"
SIGNED = "?X-Amz-Algorithm=AWS4&X-Amz-Signature=5ec2e7&x-id=GetObject"
SECRET = re.compile(rb"X-Amz-|Signature=|avatar_url|expiry_time|request_id|5ec2e7|ada@example\.com")
ADA: Json = {
    "object": "user",
    "id": "0abc0009-0000-4000-8000-000000000009",
    "name": "Ada",
    "avatar_url": "https://s3.example/ada.png",
    "type": "person",
    "person": {"email": "ada@example.com"},
}
BOT: Json = {
    **ADA,
    "type": "bot",
    "name": "Robot",
    "bot": {"owner": {"type": "user", "user": ADA}, "workspace_name": "Secret Ltd"},
}


def hosted(url: str = S3 + SIGNED) -> Json:
    return {"type": "file", "file": {"url": url, "expiry_time": "2026-02-21T11:15:00.000Z"}}


def external(url: str) -> Json:
    return {"type": "external", "external": {"url": url}}


def kept(raw: Json) -> Json:
    """A block's data as it comes out of its store."""
    return store.clean(one(raw).page).blocks[0].data


def test_two_readings_of_an_unchanged_page_give_the_same_bytes() -> None:
    def reading(number: int) -> bytes:
        sign = f"?X-Amz-Signature=5ec2e7{number}&X-Amz-Date={number}"
        file = {**hosted(S3 + sign), "caption": [text("a", S3 + sign)]}
        file["file"]["expiry_time"] = f"2026-02-21T1{number}:15:00.000Z"
        ada = {**ADA, "avatar_url": f"https://s3.example/{number}.png"}
        embed = block(2, "embed", url=S3 + sign)
        return store.dumps(
            stored(
                Block.from_api(block(1, "image", **file)),
                Block.from_api(embed),
                request_id=f"0abc{number}",
                cover=hosted(S3 + sign),
                icon=hosted(S3 + sign),
                created_by=ada,
            )
        )

    assert reading(1) == reading(2)
    assert not SECRET.search(reading(1))


def test_of_a_file_at_notion_the_path_stays() -> None:
    data = kept(block(1, "pdf", **hosted()))
    assert data == {"type": "file", "file": {"url": "notion-file:///0abc/0def/plan%20a.pdf"}}


@pytest.mark.parametrize("type_", ["image", "file", "pdf", "video", "audio"])
@pytest.mark.parametrize(
    "source",
    [
        hosted(),
        hosted("http://127.0.0.1:8080/files/a.png?X-Amz-Signature=5ec2e7"),
        external("https://example.com/a.mp4?token=5ec2e7&size=7"),
        external("https://ada:5ec2e7@example.com/a.mp4?Expires=7&Signature=5ec2e7"),
        external(S3 + SIGNED),
        external("data:image/png;base64,AAAA"),
    ],
)
def test_the_file_is_known_as_the_same_one(type_: str, source: Json) -> None:
    before = one(block(1, type_, **source)).page
    is_known_as_the_same_file(before)


@pytest.mark.parametrize("host", [S3.rpartition("/")[0], "http://127.0.0.1:8080"])
def test_an_embedded_file_is_known_as_the_same_one(host: str) -> None:
    is_known_as_the_same_file(one(block(1, "embed", url=f"{host}/chart.html{SIGNED}")).page)


def is_known_as_the_same_file(before: Page) -> None:
    """A page with one file that looks the same from its store."""
    after = store.clean(before)
    assert [*map(identity, find.files(before))] == [*map(identity, find.files(after))]
    assert [*map(display, find.files(before))] == [*map(display, find.files(after))]
    assert not SECRET.search(store.dumps(StoredPage(before)))


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/watch?v=abc&key=7",
        "https://player.vimeo.com/video/7?h=abc&sid=1",
    ],
)
def test_a_video_that_people_watch_elsewhere_keeps_its_whole_address(url: str) -> None:
    assert kept(block(1, "video", **external(url)))["external"]["url"] == url


def test_a_text_about_signatures_stays_and_an_address_that_opens_a_file_does_not() -> None:
    words = "GET /a?Expires=7&Signature=abc, X-Amz-Date"
    runs = [text(words), text(f"see {S3}{SIGNED} now"), text("x", S3 + SIGNED)]
    one_, other, link = kept(block(1, rich_text=runs))["rich_text"]
    assert one_ == text(words)
    assert other["plain_text"] == f"see {S3}?x-id=GetObject now"
    assert link["href"] == f"{S3}?x-id=GetObject"


@pytest.mark.parametrize(
    ("user", "left"),
    [
        (ADA, {"object", "id", "name", "type", "person"}),
        (BOT, {"object", "id", "name", "type", "person", "bot"}),
    ],
)
def test_of_a_person_the_name_stays(user: Json, left: set[str]) -> None:
    mention = {**text("@Ada"), "type": "mention", "mention": {"type": "user", "user": user}}
    (run,) = kept(block(1, rich_text=[mention]))["rich_text"]
    found = run["mention"]["user"]
    assert found.keys() == left
    assert found["name"] == user["name"]
    assert not SECRET.search(store.dumps(one(block(1, rich_text=[mention]))))


def test_an_e_mail_that_is_a_value_stays() -> None:
    value = {"id": "x", "type": "email", "email": "ada@example.com"}
    raw = store.clean(stored(properties={"Contact": value}).page).raw
    assert raw["properties"]["Contact"] == value


def test_of_the_address_of_a_page_the_id_stays() -> None:
    url = "https://www.notion.so/Plan-for-a-cafe-0abc000100004000800000000000abcd?pvs=4"
    raw = store.clean(stored(url=url, public_url=None).page).raw
    assert (raw["url"], raw["public_url"]) == ("0abc000100004000800000000000abcd", None)
    source = {"object": "data_source", "id": "s", "url": url, "properties": {}}
    kept_ = StoredDatabase("d", {"object": "database", "id": "d", "url": url}, (source,))
    assert b"Plan" not in store.dumps(kept_)


def test_properties_may_be_called_as_what_is_left_out() -> None:
    names = ("url", "expiry_time", "request_id", "object", "type", "file", "avatar_url", "person")
    made = {name: {"id": name, "type": "url", "url": "https://e.co/?a=1"} for name in names}
    raw = {**PAGE, "properties": made}
    assert store.clean(Page("x", raw)).raw == raw


def test_the_schema_is_not_the_pages() -> None:
    assert store.clean(Page("x", PAGE, (), {"Name": {}})).schema == {}


def test_cleaning_twice_changes_nothing() -> None:
    for recorded in every_recorded():
        with case(recorded.id):
            assert store.clean(store.clean(recorded)) == store.clean(recorded)
            clean = StoredPage(store.clean(recorded))
            assert store.dumps(clean) == store.dumps(StoredPage(recorded))


@pytest.mark.parametrize(
    "odd",
    [
        {"object": "user", "id": "1", "avatar_url": None},
        {"object": "user", "id": "1", "person": {"email": "ada@example.com"}},
        {"object": "user", "id": "1", "bot": {"owner": 1}},
        {"object": "error", "request_id": "1"},
        {"object": "page", "public_url": "plan"},
        {"type": "file", "file": {"url": "plan?X-Amz-Date=1", "expiry_time": "1"}},
        "https://a.example/?X-Amz-Signature=5ec2e7",
    ],
)
def test_a_block_that_has_what_is_left_out_is_never_taken_for_one_that_has_not(odd: Any) -> None:
    raw = block(1, odd=odd)
    assert kept(raw) != raw["paragraph"]
    clean = StoredPage(store.clean(one(raw).page))
    assert store.dumps(one(raw)) == store.dumps(clean)


def test_no_recorded_signature_or_address_of_a_person_is_in_a_store() -> None:
    for recorded in every_recorded():
        with case(recorded.id):
            written = store.dumps(StoredPage(recorded)).decode()
            assert "X-Amz-" not in written
            assert '"avatar_url"' not in written
            assert not [mail for mail in mails(recorded.raw) if mail in written]
            for each in recorded.walk():
                assert not [mail for mail in mails(each.raw) if mail in written]


def every_recorded() -> Iterator[Page]:
    yield from map(page, TREES)
    for path in QUERIES:
        yield from rows(path)


def mails(value: Any) -> Iterator[str]:
    """The e-mail addresses of people in an answer, but for those that are also a value of it."""
    if isinstance(value, dict):
        address = value.get("person", {}).get("email") if "avatar_url" in value else None
        yield from [address] if address else []
        for each in value.values():
            yield from mails(each)
    for each in value if isinstance(value, list) else ():
        yield from mails(each)
