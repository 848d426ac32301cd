"""A process that is killed or stopped while Notion answers slowly: what is there afterwards, and
what the next run has to do."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backup.stop import Stop
from fakenotion import blocks
from fakenotion.faults import Fault
from fakenotion.server import Asked
from tests.support.backups import TOKEN, Backup, backing_up
from tests.support.kitchen import dead_links, later, read_since, row, rows, stocked

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 50  # seconds until a test gives up; the program waits a minute for an answer
QUICK = 2  # pages whose blocks come at once
SLOW = 0.5  # seconds that those of any other page take, once they may come


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Backup]:
    """A wiki of nine pages."""
    notion = stocked()
    for number in range(6):
        notion.add_page(notion.databases()[0], f"Note {number}", blocks=[blocks.paragraph("…")])
    later(notion)
    with backing_up(tmp_path / "repository", notion) as backup:
        yield backup


def hold(backup: Backup) -> threading.Event:
    """The blocks of all pages but two do not come before the event that is returned."""
    quick, free = iter(range(QUICK)), threading.Event()

    def plan(asked: Asked) -> Fault | None:
        if not asked.path.endswith("/children") or next(quick, None) is not None:
            return None
        free.wait(PATIENCE)
        return Fault(wait=SLOW)

    backup.server.plan = plan
    return free


@contextmanager
def running(backup: Backup) -> Iterator[subprocess.Popen[str]]:
    """The program as a process of its own, one request at a time."""
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(backup.folder.parent),
        "GITHUB_WORKSPACE": str(backup.folder),
        "NOTION_TOKEN": TOKEN,
        "NOTION_API_URL": backup.url,
        "DATABASES": "\n".join(backup.notion.databases()),
        "CONCURRENCY": "1",
    }
    command = [sys.executable, "-m", "backup"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(backup: Backup, pages: int) -> None:
    """Until so many pages lie on the disk."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if len(list(backup.folder.glob("wiki/*/index.md"))) >= pages:
            return
        time.sleep(0.05)
    raise AssertionError("too little was written")


def test_a_run_that_is_killed_is_completed_by_the_next_one(slow: Backup) -> None:
    free = hold(slow)
    with running(slow) as process:
        wait_for(slow, QUICK)
        process.kill()
        assert process.wait(PATIENCE) == -signal.SIGKILL
    free.set()
    finished = {path for path in slow.files() if path.endswith("/index.md")}
    assert (slow.folder / ".notion-sync.journal").exists()
    slow.heal()
    asked = len(slow.server.requests)
    ran = slow.run()
    assert ran.code == 0, ran.log
    assert "lost or damaged" not in ran.log
    assert len(read_since(slow, asked)) == len(rows(slow.notion)) - len(finished)
    assert len(slow.pages()) == 9
    assert dead_links(slow) == []
    assert slow.git("status", "--porcelain") == ""
    left = {path.name for path in slow.folder.iterdir()}
    assert left == {".git", "wiki", ".notion-sync.json"}


@pytest.mark.parametrize(("number", "comes"), [(signal.SIGINT, True), (signal.SIGTERM, False)])
def test_a_run_that_is_stopped_publishes_what_it_has_and_ends_in_time(
    slow: Backup, number: signal.Signals, comes: bool
) -> None:
    """What is under way may end within a few seconds, and is not waited for when it does not come; nothing is
    begun."""
    free = hold(slow)
    with running(slow) as process:
        wait_for(slow, QUICK)
        process.send_signal(number)
        if comes:
            free.set()
        said, _ = process.communicate(timeout=PATIENCE)
    free.set()
    assert process.returncode == 128 + number, said
    assert "pages were not read; everything finished is saved, and the next run continues" in said
    committed = slow.git("ls-tree", "-r", "--name-only", "HEAD").splitlines()
    finished = [path for path in committed if path.endswith("/index.md")]
    assert QUICK <= len(finished) <= QUICK + 3
    assert ".notion-sync.json" in committed
    assert slow.git("status", "--porcelain") == ""
    slow.heal()
    asked = len(slow.server.requests)
    assert slow.run().code == 0
    assert len(read_since(slow, asked)) == 9 - len(finished)
    assert len(slow.pages()) == 9


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_before_it_has_changed_anything_says_so(
    kitchen: Backup, number: signal.Signals
) -> None:
    kitchen.init()
    begun, ended = threading.Event(), threading.Event()

    def plan(asked: Asked) -> None:
        begun.set()
        ended.wait(PATIENCE)

    kitchen.server.plan = plan
    with running(kitchen) as process:
        assert begun.wait(PATIENCE)
        process.send_signal(number)
        said, _ = process.communicate(timeout=PATIENCE)
    ended.set()
    assert process.returncode == 128 + number, said
    assert "stopped before it changed anything" in said
    assert kitchen.files() == {}


def interrupt(backup: Backup, page: str, record: dict[str, object], text: bytes) -> None:
    """Leaves a journal as if a run had been killed after it had written this of a page."""
    line = {"page": page, "record": record, "text": hashlib.sha256(text).hexdigest()}
    (backup.folder / ".notion-sync.journal").write_text("\n" + json.dumps(line))


@pytest.mark.parametrize("missing", ["text", "picture"])
def test_a_page_of_which_a_killed_run_has_written_only_a_part_is_read_again(
    kitchen: Backup, missing: str
) -> None:
    """Its record was about to be another one: the disk tells that it is not."""
    kitchen.run()
    cups = row(kitchen, "Cups").replace("-", "")
    record = json.loads(kitchen.text(".notion-sync.json"))["pages"][cups]
    kitchen.notion.append(row(kitchen, "Cups"), [blocks.paragraph("Washed.")])
    edited = kitchen.notion.now().strftime("%Y-%m-%dT%H:%M:00.000Z")
    later(kitchen.notion)
    text = kitchen.files()["wiki/cups/index.md"]
    if missing == "picture":
        (kitchen.folder / "wiki/cups/assets/1-a-cup.png").write_bytes(b"half")
    else:
        text += b"\n\nWashed.\n"
    interrupt(kitchen, cups, {**record, "edited": edited}, text)
    assert kitchen.run().code == 0
    assert "Washed." in kitchen.text("wiki/cups/index.md")
    assert (kitchen.folder / "wiki/cups/assets/1-a-cup.png").read_bytes() != b"half"


def test_what_a_killed_run_began_to_write_and_nobody_needs_goes(kitchen: Backup) -> None:
    kitchen.run()
    before = kitchen.files()
    cups = row(kitchen, "Cups").replace("-", "")
    record = json.loads(kitchen.text(".notion-sync.json"))["pages"][cups]
    half = kitchen.folder / "wiki/mugs/assets/1-a-cup.png"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half")
    staged = kitchen.folder / ".notion-sync.tmp/abc.part"
    staged.parent.mkdir()
    staged.write_bytes(b"half")
    interrupt(kitchen, cups, {**record, "folder": "wiki/mugs"}, b"a text that is not there")
    assert kitchen.run().code == 0
    assert kitchen.files() == before
    assert not (kitchen.folder / "wiki/mugs").exists()


def test_what_an_interrupted_run_finished_is_not_read_again(kitchen: Backup) -> None:
    kitchen.run(COMMIT="false")
    finished = {"page": row(kitchen, "Tea").replace("-", "")}
    state = json.loads(kitchen.text(".notion-sync.json"))
    finished["record"] = state["pages"].pop(finished["page"])
    finished["store"] = finished["record"]["store"]
    finished["text"] = hashlib.sha256(kitchen.files()["wiki/tea/index.md"]).hexdigest()
    (kitchen.folder / ".notion-sync.json").write_text(json.dumps(state))
    orphan = kitchen.folder / "wiki/tea/assets/1-half.png"
    orphan.parent.mkdir()
    orphan.write_bytes(b"half")
    lines = [finished, {"claim": ["wiki/tea/assets/1-half.png"]}]
    journal = "".join("\n" + json.dumps(line) for line in lines) + '\n{"page": "cut'
    (kitchen.folder / ".notion-sync.journal").write_text(journal)
    asked = len(kitchen.server.requests)
    kitchen.init()
    assert kitchen.run().code == 0
    assert len(kitchen.server.requests) - asked == 4
    assert not orphan.exists()
    assert kitchen.git("status", "--porcelain") == ""


class Impatient(Stop):
    """Waits for nothing that is under way once it was asked to stop."""

    @property
    def overdue(self) -> bool:
        return self.requested


def test_what_is_read_after_the_end_of_a_run_is_not_written(kitchen: Backup) -> None:
    """Somebody may look at the folder by then, or another run may have begun."""
    kitchen.stop = Impatient()
    ended = threading.Event()

    def plan(asked: Asked) -> Fault | None:
        if not asked.path.endswith("/children"):
            return None
        kitchen.stop.request()
        assert ended.wait(60)
        return None

    def there() -> dict[str, bytes]:
        return {path: text for path, text in kitchen.files().items() if ".tmp/" not in path}

    kitchen.server.plan = plan
    assert kitchen.run().code == 128 + signal.SIGTERM
    before = there()
    ended.set()
    for thread in threading.enumerate():
        if thread.name.startswith("ThreadPoolExecutor"):
            thread.join(60)
    assert kitchen.pages() == [] and there() == before
