"""What a run says of itself is what happened: the log, the outputs and the commit agree."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from fakenotion import blocks
from fakenotion.faults import Fault, error
from tests.support.backups import Backup, Ran, backing_up, wiki
from tests.support.kitchen import row
from tests.support.publishing import later, remote_text, write


def outputs(backup: Backup, path: Path, *flags: str, **environ: str) -> tuple[Ran, dict[str, str]]:
    """Run, and give the action's outputs too."""
    path.unlink(missing_ok=True)
    ran = backup.run(*flags, GITHUB_OUTPUT=str(path), **environ)
    found = re.findall(r"^([a-z-]+)<<(?:\S+)\n(.*)\n", path.read_text(), re.MULTILINE)
    return ran, dict(found)


def subject(backup: Backup) -> str:
    return backup.git("log", "-1", "--format=%s")


def test_what_an_earlier_run_had_read_is_reported_when_it_is_published(
    target: Backup, tmp_path: Path
) -> None:
    later(target)
    target.run(COMMIT="false")
    ran, said = outputs(target, tmp_path / "outputs")
    assert subject(target) == "Back up Notion: 2 new"
    assert "\n2 new · 0 unchanged\n" in ran.log and "nothing changed" not in ran.log
    assert "new: Milk → wiki/milk/ (read by an earlier run)" in ran.log
    assert "0 pages read, 0 images and attachments written" in ran.log
    assert (said["pages-written"], said["pages-unchanged"]) == ("2", "0")


def test_a_push_that_was_refused_and_is_made_by_the_next_run_is_reported_by_each_as_it_was(
    target: Backup, tmp_path: Path
) -> None:
    later(target)
    hook = tmp(target) / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    refused, said = outputs(target, tmp_path / "outputs")
    assert (
        refused.code == 1 and "nothing was published, 2 new, 1 error · 0 unchanged" in refused.log
    )
    assert (said["changed"], said["pages-written"], said["commit"]) == ("false", "0", "")
    hook.unlink()
    ran = target.run()
    assert ran.code == 0 and "\n2 new · 0 unchanged\n" in ran.log


def test_a_removal_is_reported_where_another_page_takes_the_folder(
    target: Backup, tmp_path: Path
) -> None:
    target.run()
    later(target)
    target.notion.trash(row(target, "Milk"))
    target.notion.add_page(target.notion.databases()[0], "Milk")
    later(target)
    ran, said = outputs(target, tmp_path / "outputs")
    assert "\n1 new, 1 removed · 1 unchanged\n" in ran.log
    assert (said["pages-removed"], subject(target)) == ("1", "Back up Notion: 1 new, 1 removed")


def test_pages_that_lose_their_stores_were_not_read_by_an_earlier_run(target: Backup) -> None:
    target.run()
    later(target)
    ran = target.run(KEEP_JSON="false")
    assert "\n2 updated · 0 unchanged\n" in ran.log and "earlier run" not in ran.log


def tmp(target: Backup) -> Path:
    return target.folder.parent / "remote.git"


def test_a_page_that_is_read_again_and_is_the_same_is_unchanged(
    target: Backup, tmp_path: Path
) -> None:
    target.run()
    for environ in ({}, {"COMMIT": "false"}):
        ran, said = outputs(target, tmp_path / "outputs", "--full-sync", **environ)
        assert "nothing changed · 2 unchanged" in ran.log
        assert "2 pages read, 0 images and attachments written" in ran.log
        assert (said["changed"], said["pages-written"]) == ("false", "0")
        assert said["pages-unchanged"] == "2"


def test_of_all_pages_that_are_read_again_those_that_differ_are_updated(target: Backup) -> None:
    target.run()
    write(target, "Tea", "New.")
    for environ in ({"COMMIT": "false"}, {}):
        ran = target.run("--full-sync", **environ)
        assert "\n1 updated · 1 unchanged\n" in ran.log and "2 pages read" in ran.log
    assert subject(target) == "Back up Notion: 1 updated"


def test_a_dry_run_has_read_no_page(kitchen: Backup) -> None:
    log = kitchen.run("--dry-run").log
    assert "Dry run: 3 new · 0 unchanged" in log and "0 pages read, 0 images" in log


def test_a_missing_image_that_is_there_now_is_one_updated_page_and_one_file(
    kitchen: Backup,
) -> None:
    kitchen.fail("cup.png", Fault(status=404, body=b""))
    assert "0 images and attachments written" in kitchen.run().log
    kitchen.heal()
    ran = kitchen.run()
    assert "\n1 updated · 2 unchanged\n" in ran.log
    assert "1 page written again without reading, 1 image or attachment written" in ran.log


def test_a_moved_page_is_renamed_and_all_others_are_what_they_were(kitchen: Backup) -> None:
    kitchen.run()
    kitchen.notion.rename(row(kitchen, "Milk"), "Oat milk")
    ran = kitchen.run("--full-sync")
    assert (
        "1 renamed" in ran.log and "renamed: Oat milk → wiki/oat-milk/ (was wiki/milk)" in ran.log
    )


def test_each_number_of_pages_and_files_has_its_word(tmp_path: Path) -> None:
    with backing_up(tmp_path / "one", wiki("Tea"), git=False) as backup:
        log = backup.run("--verify").log
        assert "Wiki: 1 page in wiki/" in log and "1 page read" in log
        assert "Verified 5 files: 0 problems" in log
        assert not re.search(r"\b1 (pages|files|requests|images)\b", log)


def test_titles_are_sorted_as_people_do_it_in_the_log_the_commit_and_the_list(
    tmp_path: Path,
) -> None:
    titles = ["How to 10", "", "How to 2", "how to 1", "How to 09", "About"]
    wanted = ["About", "how to 1", "How to 2", "How to 09", "How to 10", "Untitled"]
    with backing_up(tmp_path / "wiki", wiki(*titles)) as backup:
        log = backup.run().log
        assert re.findall(r"(?m)^  new: (.*) → ", log) == wanted
        shown = backup.git("log", "-1", "--format=%b")
        assert re.findall(r"(?m)^- new: (.*)$", shown) == wanted
        assert re.findall(r"(?m)^\| 📄 \[(.*?)\]", backup.text("wiki/README.md")) == wanted


def test_a_page_that_was_not_published_is_reported_by_its_title_and_its_folder(
    target: Backup,
) -> None:
    other = target.folder.with_name("other")
    target.git("clone", "-q", tmp(target).as_uri(), str(other), folder=target.folder.parent)
    (other / "wiki/tea").mkdir(parents=True)
    (other / "wiki/tea/index.md").write_text("somebody's own\n")
    target.git("add", "-A", folder=other)
    target.git("commit", "-qm", "by hand", folder=other)
    target.git("push", "-q", "origin", "HEAD:main", folder=other)
    shutil.rmtree(other)
    ran = target.run()
    assert ran.code == 1
    assert (
        "error: Tea: wiki/tea/index.md was not published: another file is at this path" in ran.log
    )
    assert "\n1 new, 1 failed · 0 unchanged\n" in ran.log
    assert remote_text(target, "wiki/tea/index.md") == "somebody's own"


def test_a_page_that_failed_is_not_counted_as_unchanged(kitchen: Backup) -> None:
    kitchen.run()
    kitchen.notion.append(row(kitchen, "Milk"), [blocks.paragraph("Cold.")])
    kitchen.fail(f"/blocks/{row(kitchen, 'Milk')}", error(400))
    ran = kitchen.run()
    assert "\n1 failed · 2 unchanged\n" in ran.log
