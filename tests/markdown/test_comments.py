"""Comments as a section at the end of a page: what is odd in them spoils nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backup import store
from backup.markdown.context import Context
from backup.markdown.page import references, render
from backup.model import Target
from backup.store import StoredPage
from tests.oracles import gitea, github, select
from tests.support.notion_shapes import block, page, text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def comment(words: str = "Said", **more: Any) -> dict[str, Any]:
    return {
        "object": "comment",
        "id": "c0",
        "parent": {"type": "page_id", "page_id": "x"},
        "discussion_id": "d0",
        "created_time": "2026-06-25T16:55:00.000Z",
        "created_by": {"object": "user", "id": "u0"},
        "rich_text": [text(words)],
        "display_name": {"type": "user", "resolved_name": "Ada"},
        **more,
    }


def shown(*comments: Any) -> str:
    return render(replace(page("T", block("paragraph", "Body.")), comments=comments), Context())


def test_each_discussion_is_one_quote_on_both_hosts() -> None:
    markdown = shown(comment("One"), comment("Other", discussion_id="d1"), comment("Two"))
    for host in (github, gitea):
        first, second = select(host(markdown), "blockquote")
        assert [each.get_text() for each in first.select("p")][1::2] == ["One", "Two"]
        assert "Other" in second.get_text()


@pytest.mark.parametrize("name", ["Note", "[!NOTE]", "*x*", "a | b", "<b>", "# x", "1. x"])
def test_a_name_is_a_name(name: str) -> None:
    display = {"type": "custom", "resolved_name": name}
    for host in (github, gitea):
        (quote,) = select(host(shown(comment(display_name=display))), "blockquote")
        assert quote.select_one("strong").get_text() == name


@pytest.mark.parametrize(
    ("display", "by", "name"),
    [
        ({"resolved_name": None}, {"id": "u0", "name": "Ada"}, "Ada"),
        (None, {"id": "u0"}, "u0"),
        ([], 7, "Unknown"),
    ],
)
def test_who_said_it_is_the_best_that_is_known(display: Any, by: Any, name: str) -> None:
    assert f"> **{name}** · " in shown(comment(display_name=display, created_by=by))


def test_a_page_that_is_mentioned_in_a_comment_is_linked() -> None:
    id_ = "ab" * 16
    mention = {
        "type": "mention",
        "mention": {"type": "page", "page": {"id": id_}},
        "plain_text": "Tea",
        "href": f"https://www.notion.so/{id_}",
    }
    there = replace(page("T"), comments=(comment(rich_text=[mention]),))
    assert references(there).page_ids == {id_}
    targets = {id_: Target("tea/index.md", "Green tea")}
    assert "[Green tea](tea/index.md)" in render(there, Context(targets=targets))


@given(JSON, st.sampled_from([*comment(), "attachments"]))
def test_nothing_odd_spoils_a_page_or_its_store(odd: Any, key: str) -> None:
    comments = (comment(**{key: odd}), comment("Last", discussion_id="d9"))
    assert "> Last\n" in shown(*comments)
    there = store.clean(replace(page("T"), comments=comments))
    again = store.loads(store.dumps(StoredPage(there)))
    assert isinstance(again, StoredPage) and again.page.comments == there.comments


def test_a_store_without_comments_is_as_it_was() -> None:
    assert b"comments" not in store.dumps(StoredPage(page("T")))
    with pytest.raises(store.StoreError):
        store.loads(b'{"comments":7,"files":[],"page":{"id":"x"},"pending":[],"version":1}\n')
