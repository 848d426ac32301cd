"""What a commit says, whose it is, and one commit for each page."""

from __future__ import annotations

import pytest

from fakenotion import blocks, build
from fakenotion.storage import PNG
from tests.support.backups import Backup
from tests.support.publishing import (
    at_remote,
    later,
    page,
    remote_commits,
    remote_files,
    write,
)

FORMAT = "%an <%ae> %aI|%cn|%s"


def log(target: Backup, count: int = 1, format_: str = FORMAT) -> list[str]:
    """The newest commits of the remote, oldest first."""
    return at_remote(
        target, "log", "--reverse", f"-{count}", f"--format={format_}", "main"
    ).splitlines()


def changed(target: Backup, commit: str) -> list[str]:
    """What a commit did to which files but stores, renames taken apart."""
    listed = at_remote(target, "show", "--no-renames", "--name-status", "--format=", commit)
    return [line for line in listed.replace("\t", " ").splitlines() if not line.endswith(".json")]


def test_a_commit_has_the_counts_in_its_subject_and_the_titles_in_its_body(target: Backup) -> None:
    target.run()
    target.notion.rename(page(target, "Tea"), "Green tea")
    target.notion.trash(page(target, "Milk"))
    target.notion.add_page(target.notion.databases()[0], "Cocoa @all [skip ci] closes #12")
    later(target)
    target.run()
    assert at_remote(target, "log", "-1", "--format=%B", "main") == (
        "Back up Notion: 1 new, 1 renamed, 1 removed\n\n"
        "- new: Cocoa @ all (skip ci) closes # 12\n- renamed: Green tea\n- removed: Milk"
    )


def test_the_message_and_the_author_can_be_chosen(target: Backup) -> None:
    given = {
        "COMMIT_MESSAGE": "docs(notion): {new} new of {title} [ci skip]\n\n{titles}\n\nReviewed-by: Ada",
        "COMMIT_AUTHOR": "Ada Lindqvist <ada@example.com>",
        "SKIP_CI": "true",
    }
    target.run(**given)
    assert at_remote(target, "log", "-1", "--format=%an <%ae>%n%B", "main") == (
        "Ada Lindqvist <ada@example.com>\ndocs(notion): 2 new of 2 pages [ci skip] [skip ci]\n\n"
        "- new: Milk\n- new: Tea\n\nReviewed-by: Ada"
    )


@pytest.mark.parametrize(
    "name, value",
    [
        ("COMMIT", "sometimes"),
        ("COMMIT_MESSAGE", "{pages} changed"),
        ("COMMIT_AUTHOR", "Ada"),
        ("BRANCH", "no branch"),
        ("BRANCH", "a..b"),
        ("PUBLISH_EVERY", "soon"),
        ("PULL_REQUEST_BRANCH", "-x"),
    ],
)
def test_a_mistake_in_a_setting_is_reported_by_its_name(
    target: Backup, name: str, value: str
) -> None:
    ran = target.run(**{name: value})
    assert ran.code == 2 and f"{name}: " in ran.log


def test_each_page_gets_a_commit_of_the_person_who_edited_it_at_the_time_of_the_edit(
    target: Backup,
) -> None:
    notion = target.notion
    ada, bob = notion.person, notion.add_user("Bob <Bobson>")
    notion.person = bob
    write(target, "Milk", "By Bob.")
    notion.person = ada
    write(target, "Tea", "By Ada.")
    ran = target.run(COMMIT="page", GITEA_ACTIONS="true")
    assert ran.code == 0, ran.log
    nobody = f"{bob['id']}@users.notion.invalid"
    assert log(target, 3) == [
        f"Bob Bobson <{nobody}> 2026-09-01T08:10:00+00:00|gitea-actions|Add “Milk”",
        "Ada Lindqvist <ada@example.com> 2026-09-01T08:20:00+00:00|gitea-actions|Add “Tea”",
        log(target)[0],
    ]
    assert log(target)[0].endswith("|gitea-actions|Back up Notion: 2 new")
    assert log(target)[0].startswith("gitea-actions <teabot@gitea.io>")
    assert changed(target, "main~1") == ["A wiki/tea/index.md"]
    assert changed(target, "main") == ["A wiki/README.md", "A wiki/database.csv"]
    assert target.git("status", "--porcelain") == ""
    asked = [each for each in target.server.requests if "/users/" in each.path]
    assert len(asked) == 2, "each person is asked for once"


@pytest.mark.parametrize("name", ["Half \ud83d", "\x00\r\n<>", "...", "\u2028 \udfff"])
def test_no_name_of_a_person_keeps_pages_away(target: Backup, name: str) -> None:
    target.notion.person = target.notion.add_user("Bob", "bob@example.com")
    target.notion.users[target.notion.person["id"]] |= {
        "name": name,
        "person": {"email": f"{name}@example.com"},
    }
    write(target, "Tea", "By somebody odd.")
    ran = target.run(COMMIT="page", COMMIT_MESSAGE="{title} \udcff")
    assert ran.code == 0, ran.log
    assert "By somebody odd." in at_remote(target, "show", "main:wiki/tea/index.md")


def test_renames_and_removals_are_commits_of_their_own_too(target: Backup) -> None:
    notion = target.notion
    later(target)
    kept = notion.files.keep("view.png", PNG)
    notion.append(page(target, "Tea"), [blocks.media("image", build.hosted(kept), "A view")])
    later(target)
    target.run(COMMIT="page")
    notion.person = bob = notion.add_user("Bob", "bob@example.com")
    notion.rename(page(target, "Tea"), "Green tea")
    later(target)
    notion.trash(page(target, "Milk"))
    later(target)
    before = remote_commits(target)
    assert target.run(COMMIT="page").code == 0
    assert remote_commits(target) - before == 3
    assert sorted(log(target, 3, "%an %s")) == [
        "Bob Remove “Milk”",
        "Bob Rename “Green tea”",
        log(target, 1, "%an %s")[0],
    ]
    assert sorted(changed(target, "main~1") + changed(target, "main~2")) == [
        "A wiki/green-tea/assets/1-a-view.png",
        "A wiki/green-tea/index.md",
        "D wiki/milk/index.md",
        "D wiki/tea/assets/1-a-view.png",
        "D wiki/tea/index.md",
    ]
    assert bob["id"] and "wiki/milk/index.md" not in remote_files(target)


def test_people_are_asked_for_once(target: Backup) -> None:
    def asked() -> int:
        return len([each for each in target.server.requests if "/users/" in each.path])

    target.run()
    assert asked() == 1
    write(target, "Tea", "By the same.")
    target.run()
    assert asked() == 1
    target.run("--full-sync")
    assert asked() == 2


def test_a_person_that_notion_does_not_name_is_an_author_with_an_id(target: Backup) -> None:
    notion = target.notion
    notion.person = guest = notion.add_user("Guest")
    write(target, "Tea", "By a guest.")
    del notion.users[guest["id"]]
    assert target.run(COMMIT="page").code == 0
    (tea,) = (each for each in log(target, 3, "%an <%ae> %s") if "Tea" in each)
    assert tea == f"Notion user {guest['id'][:8]} <{guest['id']}@users.notion.invalid> Add “Tea”"


def test_a_page_that_notion_does_not_show_any_more_is_nobodys_at_the_time_of_its_edit(
    target: Backup,
) -> None:
    write(target, "Tea", "Read before it was unshared.")
    target.run(COMMIT="false")
    target.notion.unshare(page(target, "Tea"))
    target.run(COMMIT="page")
    (tea,) = (each for each in log(target, 3, "%an <%ae> %aI %s") if "Tea" in each)
    assert tea == "Notion user <nobody@users.notion.invalid> 2026-09-01T08:10:00+00:00 Add “Tea”"


def test_pages_that_exchange_their_folders_each_keep_their_own_text(target: Backup) -> None:
    write(target, "Tea", "I was Tea.")
    write(target, "Milk", "I was Milk.")
    target.run(COMMIT="page")
    tea, milk = page(target, "Tea"), page(target, "Milk")
    target.notion.rename(tea, "Milk")
    later(target)
    target.notion.rename(milk, "Tea")
    later(target)
    assert target.run(COMMIT="page").code == 0
    assert "I was Milk." in at_remote(target, "show", "main:wiki/tea/index.md")
    assert "I was Tea." in at_remote(target, "show", "main:wiki/milk/index.md")
    assert target.git("status", "--porcelain") == ""


def test_the_message_of_single_pages_can_be_chosen_too(target: Backup) -> None:
    target.run(COMMIT="page", COMMIT_MESSAGE="notes: {title} ({counts})")
    assert set(log(target, 3, "%s")) == {
        "notes: Milk (1 new)",
        "notes: Tea (1 new)",
        "Back up Notion: 2 new",
    }
