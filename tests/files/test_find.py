"""What a page refers to is found, whatever it hangs on; what is a link stays one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from backup import urls
from backup.files import find, names
from backup.model import Block, File, Json, Page
from tests.support import recordings

S3 = "https://prod-files-secure.s3.us-west-2.amazonaws.com/space/uuid"
SIGNED = "?X-Amz-Expires=3600&X-Amz-Signature=5ec3e7"


def hosted(path: str, /, **more: Any) -> Json:
    return {"type": "file", "file": {"url": f"{S3}/{path}{SIGNED}"}, **more}


def external(url: str, /, **more: Any) -> Json:
    return {"type": "external", "external": {"url": url}, **more}


def text(words: str) -> list[Json]:
    return [{"type": "text", "text": {"content": words}, "plain_text": words}]


def page(*blocks: Block, **raw: Any) -> Page:
    return Page("page", raw, blocks)


def keys(*blocks: Block, **raw: Any) -> list[str]:
    return [file.key for file in find.files(page(*blocks, **raw))]


EMOJI = {"id": "e1", "name": "parrot", "url": "https://s3.example/parrot.gif"}
MENTION = {"type": "mention", "mention": {"type": "custom_emoji", "custom_emoji": EMOJI}}


def test_files_come_in_reading_order_cover_icon_properties_then_blocks() -> None:
    nested = Block("2", "toggle", {}, (Block("3", "image", hosted("b.png")),))
    assert keys(
        Block("1", "image", hosted("a.png")),
        nested,
        Block("4", "pdf", hosted("c.pdf")),
        cover=external("https://cdn.example/cover.jpg"),
        icon=hosted("icon.png"),
        properties={"Attached": {"id": "abc", "type": "files", "files": [hosted("d.zip")]}},
    ) == ["page/cover", "page/icon", "page/abc/0", "1", "3", "4"]


@pytest.mark.parametrize("type_", ["image", "file", "pdf", "video", "audio"])
def test_every_kind_of_media_that_notion_hosts_is_a_file(type_: str) -> None:
    (file,) = find.files(page(Block("1", type_, hosted("x.bin"))))
    assert file.hosted
    assert file.kind == ("image" if type_ == "image" else "attachment")


@pytest.mark.parametrize("type_", ["image", "file", "pdf"])
def test_external_images_files_and_pdfs_come_along(type_: str) -> None:
    (file,) = find.files(page(Block("1", type_, external("https://cdn.example/x?id=7"))))
    assert not file.hosted


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://youtu.be/dQw4w9WgXcQ",
        "https://vimeo.com/5294785",
        "https://soundcloud.com/artist/track.one",
        "https://open.spotify.com/track/1",
    ],
)
def test_video_and_audio_pages_stay_links(url: str) -> None:
    assert keys(Block("1", "video", external(url)), Block("2", "audio", external(url))) == []


def test_video_and_audio_that_are_media_files_come_along() -> None:
    assert keys(
        Block("1", "video", external("https://x.example/clips/demo.MP4?quality=high")),
        Block("2", "audio", external("https://x.example/a.mp3")),
    ) == ["1", "2"]


def test_an_html_block_is_a_file_and_any_other_embed_a_link() -> None:
    (file,) = find.files(
        page(
            Block("1", "embed", {"url": f"{S3}/chart.html{SIGNED}", "caption": []}),
            Block("2", "embed", {"url": "https://maps.example/?X=1", "caption": []}),
            Block("3", "bookmark", {"url": "https://x.example/a.png"}),
        )
    )
    assert (file.key, file.kind, file.name, file.hosted) == ("1", "attachment", "chart.html", True)


def test_icons_of_callouts_and_tabs_are_files_when_they_are_images() -> None:
    assert keys(
        Block("1", "callout", {"rich_text": [], "icon": hosted("i.png")}),
        Block("2", "paragraph", {"rich_text": [], "icon": external("https://x.example/i.svg")}),
        Block("3", "callout", {"rich_text": [], "icon": {"type": "emoji", "emoji": "💡"}}),
        Block("4", "callout", {"icon": {"type": "icon", "icon": {"name": "pizza"}}}),
        Block("5", "callout", {"icon": None}),
    ) == ["1/icon", "2/icon"]


def test_a_custom_emoji_is_one_file_wherever_it_occurs() -> None:
    icon = {"type": "custom_emoji", "custom_emoji": EMOJI}
    for holder in (
        page(icon=icon),
        page(Block("1", "callout", {"icon": icon, "rich_text": [MENTION]})),
        page(Block("1", "table_row", {"cells": [[], text("x"), [MENTION, MENTION]]})),
        page(Block("1", "image", {"caption": [MENTION]})),
        page(properties={"Name": {"id": "title", "type": "title", "title": [MENTION]}}),
    ):
        assert [(file.key, file.name) for file in find.files(holder)] == [("emoji/e1", "parrot")]


def test_files_in_rollups_are_found_at_their_place() -> None:
    inner = [
        {"type": "number", "number": 1},
        {"type": "files", "files": [hosted("a.zip"), hosted("b.zip")]},
    ]
    value = {"id": "r%3A1", "type": "rollup", "rollup": {"type": "array", "array": inner}}
    assert keys(properties={"Up": value}) == ["page/r%3A1/1/0", "page/r%3A1/1/1"]


def test_images_in_a_property_are_images() -> None:
    values = [hosted("x", name="Photo.JPG"), hosted("y", name="notes.txt")]
    found = find.files(page(properties={"F": {"id": "f", "type": "files", "files": values}}))
    assert [file.kind for file in found] == ["image", "attachment"]


def test_comments_have_files_too() -> None:
    comment = {
        "id": "c",
        "attachments": [{"category": "image", **hosted("s.png")}],
        "rich_text": [],
    }
    assert [file.key for file in find.comment_files([comment, {"id": "d"}])] == ["c/0"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (hosted("router.png", caption=text("The  back\nof it")), "The back of it"),
        (hosted("router.png", caption=[]), "router.png"),
        (hosted("IMG_0042.jpg", caption=[]), "Set-up"),
        (external("https://images.example/photo-1593642533144-3d62aa4783ec"), "Set-up"),
    ],
)
def test_words_are_the_caption_else_a_meaningful_name_else_the_heading(
    data: Json, words: str
) -> None:
    heading = Block("h", "heading_2", {"rich_text": text("Set-up")})
    empty = Block("g", "heading_3", {"rich_text": []})
    found = find.files(page(heading, empty, Block("1", "image", data)))
    assert [file.words for file in found] == [words]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (hosted("a%20b.pdf", name="Quarterly report.pdf"), "Quarterly report.pdf"),
        (hosted("a%20b.pdf"), "a b.pdf"),
        (external("https://x.example/d/f.pdf", name="https://x.example/d/f.pdf"), "f.pdf"),
        (external("https://x.example/", name=""), ""),
        (external("data:application/pdf;base64,AAAA"), ""),
    ],
)
def test_the_name_is_notions_else_what_the_url_says(data: Json, name: str) -> None:
    assert [file.name for file in find.files(page(Block("1", "file", data)))] == [name]


def test_a_file_is_found_again_after_it_was_read_again_and_moved_in_its_list() -> None:
    def values(*names_: str, signature: str) -> Page:
        entries = [
            {
                "type": "file",
                "name": name,
                "file": {"url": f"{S3}/{name}?X-Amz-Signature={signature}"},
            }
            for name in names_
        ]
        return page(properties={"F": {"id": "f", "type": "files", "files": entries}})

    old = find.files(values("a.zip", signature="1"))[0]
    fresh = find.known(names.identity(old), values("new.zip", "a.zip", signature="2"))
    assert fresh is not None
    assert fresh.url.endswith("a.zip?X-Amz-Signature=2")
    assert find.known(names.identity(old), values("new.zip", signature="2")) is None


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"type": "file"},
        {"type": "file", "file": None},
        {"type": "file", "file": {"url": None}},
        {"type": "external", "external": {"url": ""}},
        {"type": "file", "file": [], "caption": "no list", "icon": "no object", "name": 7},
        {"url": 3, "icon": {"custom_emoji": None}, "caption": [None, "x"]},
    ],
)
def test_odd_data_is_neither_a_file_nor_an_error(data: Json) -> None:
    blocks = [Block("1", type_, data) for type_ in ("image", "video", "embed", "callout", "x")]
    assert keys(*blocks, cover=data, icon=data, properties={"a": data, "b": None, "c": 1}) == []


@pytest.mark.parametrize("url", ["https://[broken", "http://x:port/", "//nothing", "::", "%%%"])
def test_an_odd_url_is_listed_so_that_its_failure_is_reported(url: str) -> None:
    (file,) = find.files(page(Block("1", "image", external(url))))
    assert names.identity(file).startswith("1 ")
    assert urls.public(url) == ""


def test_half_a_character_anywhere_does_no_harm() -> None:
    half = "\ud83d"
    data = external(f"https://x.example/{half}?a={half}", name=f"{half}.png", caption=text(half))
    (file,) = find.files(page(Block("1", "file", data)))
    for kept in (names.identity(file), urls.public(file.url), file.name, file.words):
        kept.encode()


def hosted_urls(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(file := value.get("file"), dict) and "url" in file:
            yield file["url"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from hosted_urls(item)


def test_in_recorded_pages_every_hosted_file_is_found_and_no_signature_is_kept() -> None:
    found: list[File] = []
    for tree in map(recordings.page, recordings.TREES):
        files = find.files(tree)
        holders = [tree.raw.get(part) for part in ("cover", "icon", "properties")]
        holders += [block.data for block in tree.walk()]
        assert set(hosted_urls(holders)) <= {file.url for file in files}
        found += files
    assert len(found) > (50 if recordings.REAL in recordings.FOLDERS else 2)
    for file in found:
        kept = names.identity(file) + names.display(file) + urls.public(file.url)
        assert "X-Amz" not in kept
