"""Comments and who made them, and the Markdown that tells where they are."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

from fakenotion import blocks, build, faults
from fakenotion.branches import Branch
from fakenotion.nodes import Clock
from fakenotion.server import StandIn
from fakenotion.workspace import Workspace
from tests.fakenotion.client import Client


@pytest.fixture
def page(workspace: Workspace) -> Branch:
    return Branch.root(workspace, "Home", "First [words]", "Second words")


@pytest.fixture
def first(page: Branch) -> Branch:
    """The first paragraph."""
    return Branch(page.workspace, page.workspace.listed(page.id)[0])


def said(client: Client, on: Branch) -> list[str]:
    found = client.json("comments", block_id=on.id)["results"]
    return [one["rich_text"][0]["plain_text"] for one in found]


def test_each_id_has_its_own_comments_in_one_flat_list(
    page: Branch, first: Branch, client: Client
) -> None:
    one = page.comment("On the page")
    page.workspace.reply(one, "An answer")
    first.comment("On the words")
    assert (said(client, page), said(client, first)) == (
        ["On the page", "An answer"],
        ["On the words"],
    )
    found = client.json("comments", block_id=page.id)["results"]
    assert found[0]["discussion_id"] == found[1]["discussion_id"]
    assert found[0]["parent"] == {"type": "page_id", "page_id": page.id}
    assert "attachments" not in found[0]


def test_what_is_resolved_is_listed_no_more(page: Branch, client: Client) -> None:
    one = page.comment("Done?")
    page.workspace.reply(one, "Done.")
    other = page.comment("Open")
    page.workspace.resolve(one)
    assert said(client, page) == ["Open"]
    page.workspace.reopen(one)
    page.workspace.edit_comment(other, "Still open")
    assert said(client, page) == ["Done?", "Done.", "Still open"]
    page.workspace.remove_comment(one)
    assert said(client, page) == ["Done.", "Still open"]


def test_no_time_moves_by_a_comment(
    page: Branch, first: Branch, clock: Clock, client: Client
) -> None:
    before = client.json(f"pages/{page.id}"), client.children(page.id)
    clock.forward(minutes=5)
    page.workspace.resolve(first.comment("Words"))
    page.comment("Words")
    after = client.json(f"pages/{page.id}"), client.children(page.id)
    assert [{**one[0], "request_id": ""} for one in (before, after)] == [
        {**before[0], "request_id": ""}
    ] * 2
    assert before[1] == after[1]


def test_without_the_capability_every_comment_is_refused(
    page: Branch, stand_in: StandIn, client: Client
) -> None:
    one = page.comment("Words")
    stand_in.knobs.comments_readable = False
    for path in (f"comments?block_id={page.id}", f"comments/{one}"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "restricted_resource")
    assert stand_in.spent() == {"comments": 2}


def test_comments_of_what_cannot_be_seen_are_not_there(page: Branch, client: Client) -> None:
    child = page.page("Child")
    one = child.comment("Words")
    page.workspace.unshare(child.id)
    paths = (f"comments?block_id={child.id}", f"comments/{one}")
    assert [client.get(path).status_code for path in paths] == [404, 404]


def test_attachments_are_signed_and_names_may_be_of_any_kind(page: Branch, client: Client) -> None:
    address = page.workspace.files.keep("plan.png", b"\x89PNG")
    page.comment("See", files=[("image", address)])
    page.comment("As somebody else", shown_as="Robot")
    page.comment("By a bot", by=page.workspace.bot)
    page.comment("By nobody", shown_as=None)
    found = client.json("comments", block_id=page.id)["results"]
    (attached,) = found[0]["attachments"]
    assert attached["category"] == "image"
    assert requests.get(attached["file"]["url"], timeout=20).content == b"\x89PNG"
    assert [one["display_name"] for one in found] == [
        {"type": "user", "resolved_name": "Ada Lindqvist"},
        {"type": "custom", "resolved_name": "Robot"},
        {"type": "integration", "resolved_name": "Backup"},
        {"type": "user", "resolved_name": None},
    ]


@pytest.mark.parametrize(
    ("readable", "statuses"), [("all", [200, 200]), ("one", [403, 200]), ("none", [403, 403])]
)
def test_users_are_listed_and_got_as_the_token_may(
    readable: str, statuses: list[int], workspace: Workspace, stand_in: StandIn, client: Client
) -> None:
    guest = workspace.add_guest("Cleo Duarte")
    stand_in.knobs.users_readable = readable
    answers = [client.get("users"), client.get(f"users/{guest['id']}")]
    assert [answer.status_code for answer in answers] == statuses
    if readable == "all":
        assert guest["id"] not in [one["id"] for one in answers[0].json()["results"]]
    assert client.get("users/me").status_code == 200


def markdown(client: Client, page: Branch, **asked: str) -> Any:
    return client.json(f"pages/{page.id}/markdown", **asked)


def discussed(client: Client, page: Branch) -> list[str]:
    shown = markdown(client, page, markdown_version="v2")["markdown"]
    return re.findall(r'discussion-urls="([^"]*)"', shown)


def test_markdown_shows_the_words_and_the_blocks_below(page: Branch, client: Client) -> None:
    child, table = page.page("Child", at="toggle"), page.database("Table", inline=True)
    page.block(build.block("bookmark", url="https://e.org/"))
    shown = markdown(client, page)
    lines = shown["markdown"].splitlines()
    assert lines[:2] == [r"First \[words\]", "Second words"]
    assert f"{child.id.replace('-', '')}" in lines[3]
    assert lines[3].startswith("\t<page url=")
    assert 'inline="true">Table</database>' in shown["markdown"]
    bookmark = page.workspace.listed(page.id)[-1]
    assert (shown["unknown_block_ids"], shown["truncated"]) == ([bookmark], False)
    assert (shown["object"], shown["id"]) == ("page_markdown", page.id)
    assert table.id.replace("-", "") in shown["markdown"]


def test_the_newer_markdown_names_the_blocks_of_a_discussion(
    page: Branch, first: Branch, client: Client
) -> None:
    one = page.workspace.comment(first.comment("Here"))["discussion_id"]
    page.workspace.resolve(first.comment("Done"))
    address = f"?d={one.replace('-', '')}#{first.id.replace('-', '')}"
    (found,) = discussed(client, page)
    assert found.endswith(address)
    assert "discussion-urls" not in markdown(client, page)["markdown"]


@pytest.mark.parametrize(
    ("spans", "shown"),
    [
        ("path", "discussion://{page}/{block}/{discussion}"),
        ("bare", "discussion://{discussion}"),
        ("none", None),
    ],
)
def test_reports_differ_in_how_a_discussion_is_shown(
    spans: str,
    shown: str | None,
    page: Branch,
    first: Branch,
    stand_in: StandIn,
    client: Client,
) -> None:
    one = page.workspace.comment(first.comment("Here"))["discussion_id"]
    stand_in.knobs.spans = spans
    expected = [shown.format(page=page.id, block=first.id, discussion=one)] if shown else []
    assert discussed(client, page) == expected


def test_discussions_on_blocks_without_words_may_be_left_out(
    page: Branch, stand_in: StandIn, client: Client
) -> None:
    picture = page.block(blocks.media("image", build.external("https://e.org/a.png")))
    picture.comment("Too dark")
    assert len(discussed(client, page)) == 1
    stand_in.knobs.wordless = False
    assert discussed(client, page) == []
    assert said(client, picture) == ["Too dark"]


def test_a_folder_is_read_through_the_markdown_alone(page: Branch, client: Client) -> None:
    folder = Branch(page.workspace, page.workspace.add_folder(page.id))
    inside = folder.page("Inside")
    assert (
        f'<folder url="https://app.notion.com/p/{folder.id.replace("-", "")}"/>'
        in (markdown(client, page)["markdown"])
    )
    assert inside.id.replace("-", "") in markdown(client, folder)["markdown"]


def test_the_markdown_endpoint_refuses(page: Branch, stand_in: StandIn, client: Client) -> None:
    assert client.get(f"pages/{page.id}/markdown?markdown_version=v3").status_code == 400
    stand_in.fail_next(faults.too_large(), path="/markdown")
    answer = client.get(f"pages/{page.id}/markdown")
    assert answer.status_code == 400
    assert answer.json()["additional_data"] == {"limit_kind": "page_record_count"}
    page.workspace.unshare(page.id)
    assert client.get(f"pages/{page.id}/markdown").status_code == 404
