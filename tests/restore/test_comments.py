"""Comments come back with their words and who said them, where they were, each once."""

from __future__ import annotations

from pathlib import Path

import pytest

from backup.model import Json, bare_id, plain_text
from backup.restore.losses import Loss, counted_by_kind
from backup.restore.steps import Say
from fakenotion import blocks, build
from fakenotion.branches import Branch
from fakenotion.writing import trouble
from tests.support.backups import backing_up
from tests.support.copying import Copying, copying, ground
from tests.support.kitchen import PNG
from tests.support.restoring import restore


def talked_about() -> Branch:
    """A page with a discussion of its own, one about a block in a block, and a row with another."""
    notion = ground()
    top = Branch.root(notion, "Top", "Words")
    inner = build.block("toggle", "Deep", children=[build.block("paragraph", "Inner")])
    holder = top.block(build.block("quote", "More", children=[inner]))
    picture = notion.files.keep("cup.png", PNG)
    first = top.comment("On the page", files=[("image", picture)])
    notion.reply(first, ["An ", build.text("answer", italic=True)])
    block = Branch(notion, notion.listed(notion.listed(holder.id)[0])[0])
    said = block.comment("On a word")
    block.comment("Another")
    notion.reply(said, "Yes")
    row = top.database("Things").row("Cup")
    row.comment("On a row")
    return top


def said(copy: Copying, id_: str) -> list[str]:
    """What is said about a page or block, without the lines that say who said it."""
    found = copy.notion.open_comments(copy.notion.node(id_))
    return [plain_text(one["rich_text"]).partition("\n")[2] for one in found]


def discussions(copy: Copying, id_: str) -> list[str]:
    return [one["discussion_id"] for one in copy.notion.open_comments(copy.notion.node(id_))]


def copied(copy: Copying, key: str, ids: dict[str, str]) -> str:
    return copy.notion.node(ids[bare_id(key)]).id


def blocks_below(copy: Copying, id_: str, *places: int) -> str:
    for place in places:
        id_ = copy.notion.listed(id_)[place]
    return id_


def test_comments_come_back_where_they_were(tmp_path: Path) -> None:
    with copying(tmp_path / "repository", talked_about()) as copy:
        sent = copy.send()
        assert sent.finished, sent.problem
        assert copy.proof(sent).differences == ()
        assert copy.requests == copy.plan.requests
        assert dict(counted_by_kind(copy.plan.losses)) == {Loss.COMMENT_FORM: 6}
        (made,) = copy.notion.listed(copy.goal.id)
        assert said(copy, made) == ["On the page", "An answer"]
        first = copy.notion.open_comments(copy.notion.node(made))[0]
        assert plain_text(first["rich_text"]).startswith("Ada Lindqvist · 2026-09-01 ")
        assert len(first["attachments"]) == 1
        inner = blocks_below(copy, made, 1, 0, 0)
        assert said(copy, inner) == ["On a word", "Another", "Yes"]
        one, other, again = discussions(copy, inner)
        assert one == again != other
        assert copy.touched() == set()


def test_a_run_that_dies_at_any_comment_says_none_twice(tmp_path: Path) -> None:
    with copying(tmp_path / "repository", talked_about()) as copy:
        writes = copy.writes
        number = sum(isinstance(step, Say) for step in copy.plan.steps)
        for at in range(writes - number - 1, writes):
            copy.begin_anew()
            assert copy.killed(at)
            sent = copy.send()
            assert copy.proof(sent).differences == (), at


@pytest.mark.parametrize("wrong", [trouble.lost(), trouble.unavailable(commits=False)])
def test_an_answer_that_is_lost_says_nothing_twice(wrong: trouble.Trouble, tmp_path: Path) -> None:
    with copying(tmp_path / "repository", talked_about()) as copy:
        copy.backup.server.writes.spoil(wrong, every=2, path="/comments")
        assert copy.proof(copy.send()).differences == ()


def test_the_second_time_a_comment_stays_as_it_is(tmp_path: Path) -> None:
    with copying(tmp_path / "repository", talked_about()) as copy:
        copy.send()
        notion, attic = copy.notion, Branch.root(copy.notion, "Attic")
        with backing_up(tmp_path / "second", notion, git=False) as again:
            assert again.run(DATABASES=copy.goal.id, COMMENTS="true").code == 0
            shown = restore(again, bare_id(copy.goal.id), "--json", RESTORE_INTO=attic.id)
        assert (shown.code, shown.json["losses"]) == (0, []), shown.out


def test_a_token_that_may_not_comment_brings_back_all_else(tmp_path: Path) -> None:
    with copying(tmp_path / "repository", talked_about()) as copy:
        copy.backup.server.writes.knobs.comments_writable = False
        shown = restore(copy.backup, "top", RESTORE_INTO=copy.goal.id)
        assert shown.code == 1
        assert shown.out.count("tick “Insert comments” under Capabilities") == 1
        assert "is another one in the copy" not in shown.out
        assert copy.copies == ["Top"]


def test_a_comment_on_what_cannot_be_made_is_about_the_page(tmp_path: Path) -> None:
    notion = ground()
    top = Branch.root(notion, "Top", "Words")
    alone: Json = blocks.columns([build.block("paragraph", "L")])
    frame = top.block(alone)
    frame.comment("On one column")
    with copying(tmp_path / "repository", top) as copy:
        sent = copy.send()
        assert copy.proof(sent).differences == ()
        (made,) = notion.listed(copy.goal.id)
        assert said(copy, made) == ["On one column"]
