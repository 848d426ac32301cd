"""What is finished is published while other pages are still being read: a killed job keeps it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from backup import services
from backup.model import bare_id
from backup.publish import publisher
from fakenotion import blocks, build
from fakenotion.faults import Fault
from fakenotion.server import Asked
from tests.support.backups import Backup, Ticking
from tests.support.kitchen import PNG
from tests.support.publishing import (
    PAGES,
    all_remote_files,
    at_remote,
    begin,
    check_consistent,
    clone,
    later,
    page,
    published_to,
    push,
    remote_commits,
    remote_files,
    remote_text,
    state_of,
    write,
)

PATIENCE = 60  # seconds until a test gives up


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Backup]:
    with published_to(tmp_path, "Tea", "Milk", "Slow") as target:
        later(target)
        yield target


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that must happen."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def stall(target: Backup, id_: str, holds: Callable[[], bool]) -> None:
    """Notion does not answer for the blocks of a page until something has happened."""

    def plan(asked: Asked) -> Fault | None:
        if f"/blocks/{id_}/children" in asked.path:
            until(holds)
        return None

    target.server.plan = plan


def kill_once_published(target: Backup, name: str) -> None:
    """A job that waits for the slow page is killed as soon as the remote has this file of the two others."""
    files = {f"wiki/{folder}/{name}" for folder in ("tea", "milk")}
    gone: list[bool] = []
    stall(target, page(target, "Slow"), lambda: bool(gone))
    job = begin(target, PUBLISH_EVERY="1")
    until(lambda: files <= set(all_remote_files(target)))
    job.kill()
    job.communicate()
    gone.append(True)
    target.heal()


def both_written(target: Backup) -> bool:
    return all((target.folder / path).exists() for path in PAGES if path.endswith("/index.md"))


@pytest.fixture
def ticking(target: Backup) -> None:
    """A second passes when Tea and Milk have been written."""
    target.stop = Ticking(lambda: float(both_written(target)))


@pytest.fixture
def racing(target: Backup) -> None:
    """Seconds are short."""
    target.stop = Ticking(lambda: 50 * time.monotonic())


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A push may hold no more than a few bytes."""
    monkeypatch.setattr(services, "Publisher", partial(publisher.Publisher, most=10))


def titles(target: Backup) -> set[str]:
    """The pages that the state on the remote knows."""
    return {record["title"] for record in state_of(target).values()}


@pytest.mark.usefixtures("ticking")
def test_finished_pages_are_published_while_a_slow_one_is_being_read(target: Backup) -> None:
    seen: list[tuple[set[str], list[str]]] = []

    def published() -> bool:
        if remote_commits(target) < 2:
            return False
        seen.append((titles(target), remote_files(target)))
        return True

    stall(target, page(target, "Slow"), published)
    ran = target.run(PUBLISH_EVERY="1")
    assert ran.code == 0, ran.log
    pages = [path for path in PAGES if not path.endswith(".csv")]  # the table comes at the end
    assert seen == [({"Tea", "Milk"}, [".notion-sync.json", "code.py", *pages])]
    assert titles(target) == {"Tea", "Milk", "Slow"}
    assert all(f"new: {title} → " in ran.log for title in titles(target)), "of both publications"
    assert remote_commits(target) == 3
    assert target.git("status", "--porcelain") == ""


@pytest.mark.usefixtures("ticking")
def test_a_page_whose_folder_was_taken_is_published_once_it_is_free(
    target: Backup, tmp_path: Path
) -> None:
    person = clone(target, tmp_path / "person")
    mine = person.folder / "wiki/milk/index.md"
    mine.parent.mkdir(parents=True)
    mine.write_text("my own notes")
    push(person, "wiki")
    before = remote_commits(target)

    def published() -> bool:
        if remote_commits(target) == before:
            return False
        if mine.exists():
            assert titles(target) == {"Tea"}
            person.git("pull", "-q", "--rebase", "origin", "main")
            person.git("rm", "-q", "wiki/milk/index.md")
            push(person)
        return True

    stall(target, page(target, "Slow"), published)
    ran = target.run(PUBLISH_EVERY="1")
    assert ran.code == 0, ran.log
    assert titles(target) == {"Tea", "Milk", "Slow"}
    check_consistent(target)


@pytest.mark.usefixtures("racing")
def test_with_0_everything_is_published_at_the_end(target: Backup) -> None:
    asked: list[int] = []

    def seconds_passed() -> bool:
        if both_written(target):
            asked.append(remote_commits(target))
        return len(asked) > 10

    stall(target, page(target, "Slow"), seconds_passed)
    assert target.run(PUBLISH_EVERY="0").code == 0
    assert set(asked) == {1}
    assert remote_commits(target) == 2


def test_a_killed_job_keeps_what_it_finished_and_the_next_one_reads_only_the_rest(
    target: Backup, tmp_path: Path
) -> None:
    kill_once_published(target, "index.md")
    asked = len(target.server.requests)
    ran = clone(target, tmp_path / "next").run()
    assert ran.code == 0, ran.log
    assert "1 to read" in ran.log
    paths = [each.path for each in target.server.requests[asked:]]
    assert not any(page(target, "Tea") in path for path in paths)
    assert titles(target) == {"Tea", "Milk", "Slow"}


def test_stores_come_to_an_older_backup_commit_by_commit_and_a_killed_job_keeps_its_own(
    target: Backup, tmp_path: Path
) -> None:
    assert target.run(KEEP_JSON="false").code == 0
    texts = {path: remote_text(target, path) for path in remote_files(target) if ".md" in path}
    kill_once_published(target, ".notion.json")
    published = remote_commits(target)
    stores = {path for path in all_remote_files(target) if path.endswith("/.notion.json")}
    assert stores == {f"wiki/{folder}/.notion.json" for folder in ("tea", "milk")}
    ran = clone(target, tmp_path / "next").run()
    assert ran.code == 0, ran.log
    assert "Without a .notion.json so far: 1 page" in ran.log and "1 to read" in ran.log
    assert (
        "wiki/slow/.notion.json" in all_remote_files(target)
        and remote_commits(target) == published + 1
    )
    pages = [path for path in texts if path.endswith("/index.md")]
    assert [remote_text(target, path) for path in pages] == [texts[path] for path in pages]
    check_consistent(target)


@pytest.mark.usefixtures("racing")
def test_what_is_published_meanwhile_fits_together_also_while_pages_move(target: Backup) -> None:
    """Milk takes over the folder of Slow, which is being read."""
    assert target.run().code == 0
    slow, milk = page(target, "Slow"), page(target, "Milk")
    write(target, "Tea", "News.")
    target.notion.rename(slow, "Fast")
    target.notion.rename(milk, "Slow")
    later(target)
    before = remote_commits(target)
    published: list[bool] = []

    def consistent() -> bool:
        if remote_commits(target) > before:
            check_consistent(target)
            published.append(True)
        return bool(published)

    stall(target, slow, consistent)
    ran = target.run(PUBLISH_EVERY="1")
    assert ran.code == 0, ran.log
    assert published and remote_commits(target) > before + 1
    check_consistent(target)
    folders = {id_: record["folder"] for id_, record in state_of(target).items()}
    assert folders[bare_id(slow)] == "wiki/fast" and folders[bare_id(milk)] == "wiki/slow"
    assert target.git("status", "--porcelain") == ""


def test_a_refusal_meanwhile_is_a_warning_and_the_end_publishes_everything(target: Backup) -> None:
    hook = Path(at_remote(target, "rev-parse", "--absolute-git-dir")) / "hooks/pre-receive"
    hook.write_text(f"#!/bin/sh\ntouch {hook.parent}/asked\nexit 1\n")
    hook.chmod(0o755)

    def seconds() -> float:
        """They pass until the first publication is refused."""
        return 0.0 if (hook.parent / "asked").exists() else 50 * time.monotonic()

    target.stop = Ticking(seconds)

    def refused() -> bool:
        if not (hook.parent / "asked").exists():
            return False
        hook.unlink()
        return True

    stall(target, page(target, "Slow"), refused)
    summary = target.folder.parent / "summary.md"
    ran = target.run(PUBLISH_EVERY="1", GITHUB_STEP_SUMMARY=str(summary))
    assert ran.code == 0, ran.log
    assert "The run tries again." in ran.log and "The run tries again." in summary.read_text()
    assert titles(target) == {"Tea", "Milk", "Slow"}
    assert remote_commits(target) == 2


@pytest.mark.usefixtures("narrow")
def test_what_is_as_large_as_one_push_may_be_is_published_at_once(target: Backup) -> None:
    tea = page(target, "Tea")
    picture = target.notion.files.keep("cup.png", PNG)
    target.notion.append(tea, [blocks.media("image", build.hosted(picture), "A cup")])
    later(target)
    stall(target, page(target, "Slow"), lambda: remote_commits(target) > 1)
    assert target.run(PUBLISH_EVERY="0").code == 0
    assert remote_commits(target) == 3


def test_what_a_refused_run_left_is_published_in_pushes_that_the_host_takes(
    target: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A push may hold 40 kB, and each page has 30."""
    monkeypatch.setattr(services, "Publisher", partial(publisher.Publisher, most=40_000))
    for title in ("Tea", "Milk", "Slow"):
        kept = target.notion.files.keep(f"{title}.bin", random.Random(title).randbytes(30_000))
        target.notion.append(page(target, title), [blocks.media("file", build.hosted(kept), "")])
    later(target)
    hook = target.folder.parent / "remote.git/hooks/pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert target.run(PUBLISH_EVERY="0").code == 1
    hook.unlink()
    at_remote(target, "config", "receive.maxInputSize", "60000")
    ran = target.run(PUBLISH_EVERY="0")
    assert ran.code == 0 and "0 to read" in ran.log, ran.log
    assert titles(target) == {"Tea", "Milk", "Slow"}
    assert all(f"new: {title} → " in ran.log for title in titles(target)), "of all publications"
    check_consistent(target)
    assert all(f"[{title}]" in remote_text(target, "wiki/README.md") for title in titles(target))
    for earlier in ("main~1", "main~2"):
        assert "wiki/README.md" in remote_files(target, earlier)
        assert "database.csv" not in remote_text(target, ".notion-sync.json", earlier)
    assert target.git("status", "--porcelain") == ""


@pytest.mark.usefixtures("ticking")
def test_a_page_that_another_job_removed_since_its_publication_stays_removed(
    target: Backup, tmp_path: Path
) -> None:
    tea, other = page(target, "Tea"), clone(target, tmp_path / "other")
    codes: list[int] = []

    def removed() -> bool:
        if not codes and remote_commits(target) == 2:
            codes.append(0)
            target.notion.trash(tea)
            later(target)
            codes.append(other.run().code)
        return bool(codes)

    stall(target, page(target, "Slow"), removed)
    ran = target.run(PUBLISH_EVERY="1")
    assert ran.code == 0 and codes == [0, 0], ran.log
    assert titles(target) == {"Milk", "Slow"}
    check_consistent(target)
