"""The workspace that a stranger sees first, and the morning's work in it."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import imagesize
import pytest

from demo.sample import edit, sample
from fakenotion.server import StandIn
from fakenotion.workspace import Workspace
from tests.fakenotion.client import Client


def rows(workspace: Workspace) -> dict[str, str]:
    """The titles of all rows by their ids."""
    sources = [node for node in workspace.nodes.values() if node.kind == "data_source"]
    return {
        row: workspace.title(workspace.node(row))
        for source in sources
        for row in workspace.listed(source.id)
    }


def walk(client: Client, id_: str) -> Iterator[Any]:
    for block in client.children(id_):
        yield block
        if block["has_children"] and block["type"] != "child_page":
            yield from walk(client, block["id"])


def everything(workspace: Workspace) -> dict[str, Any]:
    """All pages with their blocks as a client reads them, without what differs in each answer."""
    with StandIn(workspace).serving() as url:
        client, found = Client(url), {}
        for id_ in (node.id for node in list(workspace.nodes.values()) if node.kind == "page"):
            page = client.get(f"pages/{id_}")
            found[id_] = [page.json(), *walk(client, id_)]
        client.close()
    text = re.sub(r'\?X-Amz[^"]*|http://127.0.0.1:\d+', "", json.dumps(found))
    text = re.sub(r'"(expiry_time|request_id)": "[^"]*"', r'"\1": ""', text)
    return json.loads(text)


@pytest.fixture(scope="module")
def read() -> dict[str, Any]:
    return everything(sample())


def test_there_are_pages_in_pages_a_database_in_one_a_linked_view_and_comments() -> None:
    workspace = sample()
    deep = next(
        node
        for node in workspace.nodes.values()
        if node.kind == "page" and workspace.title(node) == "Photos to ask for"
    )
    above = [workspace.title(one) for one in workspace.upwards(deep) if one.kind == "page"]
    assert above == ["Photos to ask for", "Yearbook checklist", "Put the yearbook together"]
    databases = [node for node in workspace.nodes.values() if node.kind == "database"]
    assert {workspace.title(node) for node in databases if node.parent} == {
        "Chapters",
        "On the table",
    }
    linked = next(node for node in databases if not node.children)
    [view] = workspace.views_of(linked.id)
    shown = workspace.views[view.replace("-", "")]["data_source_id"]
    assert workspace.title(workspace.node(shown)) == "Reading list"
    assert len(workspace.comments) == 4


def test_the_titles_are_those_that_give_trouble() -> None:
    titles = Counter(rows(sample()).values())
    assert titles["Weekly notes"] == 2
    assert "潮位計の校正手順" in titles
    assert any("/" in title and "🧰" in title for title in titles)


def test_two_runs_see_the_same(read: dict[str, Any]) -> None:
    assert everything(sample()) == read


def test_all_times_are_past_and_fixed(read: dict[str, Any]) -> None:
    times = re.findall(r'"last_edited_time": "([^"]*)"', json.dumps(read))
    assert min(times) > "2026-09"
    assert max(times) < "2026-10-20"


def test_nothing_that_is_shown_or_downloaded_needs_the_network(read: dict[str, Any]) -> None:
    text = json.dumps(read)
    outside = re.findall(r'"external": \{"url": "([^"]*)"', text)
    assert {urlsplit(url).netloc for url in outside} == {
        "",
        "www.youtube.com",
    }  # a video stays a link


def test_every_file_is_what_it_says() -> None:
    workspace = sample()
    sizes, starts = {}, {}
    for path, content in workspace.files.contents.items():
        name = path.rpartition("/")[2]
        starts[name] = content.body[:5]
        if content.type == "image/png":
            sizes[name] = imagesize.get(io.BytesIO(content.body))
    assert sizes["network.png"] == (1200, 420)
    assert sizes["two-days.png"] == (720, 320)
    assert starts["yearbook draft (1).pdf"] == b"%PDF-"
    assert starts["bell.wav"][:4] == b"RIFF"
    assert starts["sample-readings.csv"] == b"time,"


def test_the_table_in_the_pdf_points_at_its_objects() -> None:
    bodies = sample().files.contents.items()
    pdf = next(content.body for path, content in bodies if path.endswith("plan.pdf"))
    start = int(re.search(rb"startxref\n(\d+)", pdf)[1])
    assert pdf[start:].startswith(b"xref")
    places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n", pdf)]
    assert [pdf[place : place + 7] for place in places] == [
        b"%d 0 obj" % number for number in range(1, 6)
    ]


def test_one_image_has_a_caption_and_pages_link_to_pages_and_blocks(read: dict[str, Any]) -> None:
    text = json.dumps(read)
    assert re.search(r'"image": \{"caption": \[\{', text)
    links = re.findall(r'"link": \{"url": "https://app.notion.com/p/([0-9a-f]{32})(#?)', text)
    ids = {id_.replace("-", "") for id_ in read}
    assert {id_ for id_, _ in links} <= ids
    assert {mark for _, mark in links} == {"", "#"}


def test_a_morning_edits_one_page_renames_one_and_throws_one_away() -> None:
    workspace = sample()
    before = {id_: (workspace.node(id_).edited, title) for id_, title in rows(workspace).items()}
    said = edit(workspace)
    after = {id_: (workspace.node(id_).edited, title) for id_, title in rows(workspace).items()}
    gone = {before[id_][1] for id_ in before.keys() - after.keys()}
    touched = {
        title: before[id_][1] for id_, (time, title) in after.items() if time != before[id_][0]
    }
    assert gone == {"Notes on mud"}
    assert touched == {
        "Harmonics in ten minutes": "Harmonics in ten minutes",
        "When a gateway stops answering": "When a gateway goes silent",
    }
    assert all(f"“{title}”" in " ".join(said) for title in (*gone, *touched))


def test_a_morning_is_later_than_all_that_was_there_and_the_same_each_time() -> None:
    first, second = sample(), sample()
    newest = max(node.edited for node in first.nodes.values())
    edit(first)
    edit(second)
    changed = [node.edited for node in first.nodes.values() if node.edited > newest]
    assert len(changed) >= 3
    assert [node.edited for node in first.nodes.values()] == [
        node.edited for node in second.nodes.values()
    ]


def test_a_change_in_one_sample_does_not_reach_another() -> None:
    first, second = sample(), sample()
    source = next(
        node.id
        for node in first.nodes.values()
        if node.kind == "data_source" and first.title(node) == "Reading list"
    )
    for workspace in (first, second):
        assert "Podcast" in json.dumps(workspace.node(source).data)
    first.rename_option(source, "Kind", "Podcast", "Radio")
    first.rename_property(source, "Author", "By")
    assert "Podcast" not in json.dumps(first.node(source).data)
    assert "Podcast" in json.dumps(second.node(source).data)
    assert "Author" in sample().node(source).data["properties"]


def test_a_page_links_to_the_one_that_gets_another_name(read: dict[str, Any]) -> None:
    workspace = sample()
    silent = next(id_ for id_, title in rows(workspace).items() if "silent" in title)
    mentions = re.findall(r'"mention": \{"page": \{"id": "([^"]*)"', json.dumps(read))
    assert silent in mentions
