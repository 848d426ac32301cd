"""Open comments: at the end of their page and in its store, for as few requests as it takes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from fakenotion import blocks, build, faults
from fakenotion.branches import Branch
from tests.support.backups import Hasty
from tests.support.groves import Grove, Grown
from tests.support.kitchen import PNG

ON = {"COMMENTS": "true"}


class Wiki:
    """A page with two paragraphs and a child, backed up with comments."""

    def __init__(self, grove: Grove) -> None:
        self.grove, self.notion = grove, grove.notion
        self.home = grove.root("Home", "First words", "Second words")
        self.child = self.home.page("Child", "Inside")
        grove.roots = self.home.id
        ids = self.notion.listed(self.home.id)
        self.first, self.second = (Branch(self.notion, id_) for id_ in ids[:2])

    def run(self, **environ: str) -> str:
        return self.grove.run(**{**ON, **environ}).log

    def spent(self) -> int:
        """How many requests for comments the last run made."""
        return self.grove.endpoints["comments"] + self.grove.endpoints["comment"]

    def text(self, page: str = "home") -> str:
        return self.grove.text(page)

    def stored(self, page: str = "home") -> list[Any]:
        head = self.grove.backup.text(f"{page}/.notion.json").splitlines()[0]
        found: list[Any] = json.loads(head).get("comments", [])
        return found


@pytest.fixture
def wiki(grown: Grown) -> Wiki:
    return Wiki(grown())


def test_without_the_setting_nothing_is_asked_and_nothing_is_shown(wiki: Wiki) -> None:
    wiki.home.comment("On the page")
    wiki.grove.run()
    assert wiki.spent() == 0 and wiki.grove.endpoints["markdown"] == 0
    assert "On the page" not in wiki.text() and wiki.stored() == []


def test_comments_stand_at_the_end_with_author_and_time_and_in_the_store(wiki: Wiki) -> None:
    one = wiki.home.comment("On the page")
    wiki.notion.reply(one, "An answer", by=wiki.notion.add_user("Ben", "ben@example.com"))
    wiki.second.comment("On the words", shown_as="Robot")
    wiki.run()
    body, _, section = wiki.text().partition("\n## Comments\n")
    assert body.rstrip().endswith("Child](child/index.md)")
    assert section.splitlines() == [
        "",
        "> **Ada Lindqvist** · 2026-09-01 08:00 UTC",
        ">",
        "> On the page",
        ">",
        "> **Ben** · 2026-09-01 08:00 UTC",
        ">",
        "> An answer",
        "",
        "On *Second words*:",
        "",
        "> **Robot** · 2026-09-01 08:00 UTC",
        ">",
        "> On the words",
        "",
        section.splitlines()[-1],
    ]
    assert section.splitlines()[-1].startswith("<sub>")
    assert [each["rich_text"][0]["text"] for each in wiki.stored()] == [
        "On the page",
        "An answer",
        "On the words",
    ]
    assert "ben@example.com" not in str(wiki.grove.files)


def test_a_page_takes_two_requests_and_one_more_for_each_block_with_comments(wiki: Wiki) -> None:
    wiki.home.text(*(f"Line {number}" for number in range(30)))
    wiki.second.comment("On the words")
    wiki.run()
    said = wiki.grove.endpoints["markdown"]
    assert (said, wiki.spent()) == (1, 4), "Child has one block: it is asked itself"
    log = wiki.run()
    assert (wiki.grove.endpoints["markdown"], wiki.spent()) == (1, 4)
    assert "4 comments" in log
    assert wiki.grove.changed != [] and wiki.grove.backup.commits() == 1


def test_the_outputs_and_the_log_say_what_comments_took(wiki: Wiki, tmp_path: Any) -> None:
    wiki.first.comment("On the words")
    outputs = tmp_path / "outputs"
    outputs.touch()
    log = wiki.run(GITHUB_OUTPUT=str(outputs), GITHUB_ACTIONS="true")
    (count,) = re.findall(r"requests-comments<<\S+\n(\d+)\n", outputs.read_text())
    assert int(count) == wiki.spent()
    (line,) = [each for each in log.splitlines() if "comments" in each and "##" not in each][-1:]
    assert f"{wiki.spent()} comments" in line


def test_a_comment_on_an_unchanged_page_is_noticed_without_reading_the_page(wiki: Wiki) -> None:
    wiki.run()
    before = wiki.grove.backup.commits()
    wiki.home.comment("New")
    wiki.second.comment("New on the words")
    wiki.run()
    assert "> New\n" in wiki.text() and "> New on the words" in wiki.text()
    # The walk lists Home's blocks, as in each run.
    assert wiki.grove.endpoints["children"] == 1 and wiki.grove.endpoints["page"] <= 2
    assert wiki.grove.backup.commits() == before + 1
    assert wiki.grove.files == wiki.grove.from_scratch(**ON)


@pytest.mark.parametrize("keep_json", ["true", "false"])
def test_what_is_edited_resolved_or_removed_is_noticed(wiki: Wiki, keep_json: str) -> None:
    on = {"KEEP_JSON": keep_json}
    one, two = wiki.home.comment("One"), wiki.second.comment("Two")
    three = wiki.first.comment("Three")
    wiki.run(**on)
    wiki.notion.edit_comment(two, "Two, better")
    wiki.notion.resolve(one)
    wiki.notion.remove_comment(three)
    wiki.run(**on)
    assert "> One" not in wiki.text() and "> Three" not in wiki.text()
    assert "> Two, better" in wiki.text()
    wiki.notion.resolve(two)
    wiki.run(**on)
    assert "## Comments" not in wiki.text()
    before = wiki.grove.backup.commits()
    wiki.run(**on)
    assert wiki.grove.backup.commits() == before


def test_switched_on_later_it_asks_for_comments_and_reads_no_page_again(wiki: Wiki) -> None:
    wiki.first.comment("On the words")
    wiki.grove.run()
    wiki.run()
    assert "> On the words" in wiki.text()
    assert wiki.grove.endpoints["children"] == 1  # the walk's
    commits = wiki.grove.backup.commits()
    wiki.run()
    assert wiki.grove.backup.commits() == commits


def test_switched_off_they_go_and_nothing_is_asked(wiki: Wiki) -> None:
    wiki.first.comment("On the words")
    wiki.run()
    wiki.grove.run()
    assert wiki.spent() == 0 and "On the words" not in wiki.text() and wiki.stored() == []
    commits = wiki.grove.backup.commits()
    wiki.grove.run()
    assert wiki.grove.backup.commits() == commits


def test_without_the_capability_a_handful_is_tried_and_it_is_said_once(wiki: Wiki) -> None:
    pages = [wiki.home.page(f"Page {number}", "Words", "More") for number in range(12)]
    pages[3].comment("Old")
    wiki.run()
    assert "> Old" in wiki.text("home/page-3")
    wiki.grove.backup.server.knobs.comments_readable = False
    pages[3].edit("Edited")
    log = wiki.run()
    assert 1 <= wiki.spent() <= 5
    assert log.count("Read comments") == 1
    assert "> Old" in wiki.text("home/page-3"), "what cannot be read is not gone"
    commits = wiki.grove.backup.commits()
    wiki.run()
    assert wiki.grove.backup.commits() == commits


def test_a_new_backup_without_the_capability_has_all_pages(wiki: Wiki) -> None:
    wiki.grove.backup.server.knobs.comments_readable = False
    wiki.first.comment("On the words")
    log = wiki.run()
    assert wiki.grove.pages == ["home", "home/child"] and "Read comments" in log
    wiki.grove.backup.server.knobs.comments_readable = True
    wiki.run()
    assert "> On the words" in wiki.text()


def refused(wiki: Wiki) -> None:
    wiki.grove.backup.fail("/markdown", faults.too_large())


def unplaced(wiki: Wiki) -> None:
    wiki.grove.backup.server.knobs.spans = "bare"


def untold(wiki: Wiki) -> None:
    wiki.grove.backup.server.knobs.spans = "none"


def as_paths(wiki: Wiki) -> None:
    wiki.grove.backup.server.knobs.spans = "path"


@pytest.mark.parametrize("how", [refused, unplaced, untold, as_paths])
def test_comments_that_the_markdown_leaves_out_are_found_block_by_block(
    wiki: Wiki, how: Any
) -> None:
    how(wiki)
    toggle = wiki.home.place("toggle")
    inside = toggle.block(blocks.paragraph("Deep"))
    inside.comment("Deep down")
    wiki.second.comment("On the words")
    wiki.run()
    assert "> Deep down" in wiki.text() and "> On the words" in wiki.text()
    wiki.first.comment("Another")
    wiki.run()
    assert "> Another" in wiki.text()
    commits = wiki.grove.backup.commits()
    wiki.run()
    assert wiki.grove.backup.commits() == commits


def test_images_show_no_comments_in_markdown_and_are_asked_themselves(wiki: Wiki) -> None:
    wiki.grove.backup.server.knobs.wordless = False
    picture = wiki.home.block(blocks.media("image", build.external("https://e.invalid/a.png")))
    picture.comment("Too dark")
    wiki.run()
    assert "> Too dark" in wiki.text()


def test_attachments_are_files_of_the_page_without_a_signature(wiki: Wiki) -> None:
    wiki.run()
    files = wiki.notion.files
    plan, drawing = files.keep("plan.pdf", b"%PDF-1.4 plan"), files.keep("cup.png", PNG)
    wiki.first.comment("See", files=[("pdf", plan), ("image", drawing)])
    wiki.run()
    found = wiki.grove.files
    assert found["home/attachments/plan.pdf"] == b"%PDF-1.4 plan"
    assert "[plan.pdf](attachments/plan.pdf)" in wiki.text()
    assert PNG in found.values() and "](assets/" in wiki.text()
    assert b"X-Amz" not in b"".join(found.values())
    assert wiki.grove.files == wiki.grove.from_scratch(**ON)


def test_a_long_list_of_comments_is_read_to_its_end(wiki: Wiki) -> None:
    wiki.grove.backup.server.knobs.most = 2
    one = wiki.home.comment("Comment 0.")
    for number in range(1, 5):
        wiki.notion.reply(one, f"Comment {number}.")
    wiki.run()
    assert [f"> Comment {number}." in wiki.text() for number in range(5)] == [True] * 5


def test_a_comment_cannot_be_read_this_time_and_stays(wiki: Wiki) -> None:
    wiki.first.comment("On the words")
    wiki.run()
    wiki.grove.backup.fail("/comments", faults.error(400, "No."))
    wiki.home.edit("Edited words")
    ran = wiki.grove.run(code=1, **ON)
    assert "> On the words" in wiki.text() and "Edited words" in wiki.text()
    assert "No." in ran.log
    wiki.grove.backup.heal()
    wiki.first.comment("New")
    wiki.run()
    assert "> New" in wiki.text()


def test_comments_of_a_block_that_are_not_shown_once_are_there_after_the_next_run(
    wiki: Wiki,
) -> None:
    wiki.second.comment("On the words")
    wiki.grove.backup.server.plan = lambda asked: (
        faults.error(404) if wiki.second.id in asked.query.get("block_id", ()) else None
    )
    ran = wiki.grove.run(code=1, **ON)
    assert "Notion did not show the comments of 1 block" in ran.log
    wiki.grove.backup.heal()
    wiki.run()
    assert "> On the words" in wiki.text()


def test_verify_makes_the_same_text_of_the_store(wiki: Wiki) -> None:
    wiki.first.comment("On [the] *words*")
    log = wiki.run(VERIFY="true")
    assert "> On \\[the\\]" in wiki.text() or "> On [the]" in wiki.text()
    assert "is not what the backup wrote" not in log


def test_many_pages_have_their_turn_within_seven_runs(wiki: Wiki) -> None:
    pages = [wiki.home.page(f"Page {number}") for number in range(400)]
    wiki.run()
    commented = pages[5]
    commented.comment("Seen in time")
    for _ in range(7):
        wiki.run()
        assert wiki.spent() < 120
    # Outside of a workflow the day is the turn: a full sync asks all.
    wiki.run(FULL_SYNC="true")
    assert "> Seen in time" in wiki.text("home/page-5")


def test_requests_that_were_throttled_or_failed_count_as_often_as_they_were_made(
    wiki: Wiki, tmp_path: Any
) -> None:
    wiki.first.comment("On the words")
    wiki.grove.backup.server.fail_next(faults.busy(), path="/comments")
    wiki.grove.backup.server.fail_next(faults.error(500), path="/comments")
    wiki.grove.backup.stop = Hasty()
    outputs = tmp_path / "outputs"
    log = wiki.run(GITHUB_OUTPUT=str(outputs))
    assert "> On the words" in wiki.text()
    (count,) = re.findall(r"requests-comments<<\S+\n(\d+)\n", outputs.read_text())
    assert int(count) == wiki.spent() == 6 and f"{count} comments" in log


def test_an_attachment_whose_address_is_refused_is_asked_for_again(wiki: Wiki) -> None:
    plan = wiki.notion.files.keep("plan.pdf", b"%PDF-1.4 plan")
    wiki.first.comment("See", files=[("pdf", plan)])
    wiki.grove.backup.server.fail_next(faults.error(403), path="plan.pdf")
    wiki.run()
    assert wiki.grove.files["home/attachments/plan.pdf"] == b"%PDF-1.4 plan"
    assert wiki.grove.endpoints["comment"] == 1
