"""Copies of trees of pages, made by a restore, and compared with what was backed up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from backup.model import Json, bare_id
from backup.notion.client import Client, Gate
from backup.restore.plan import RestorePlan, plan
from backup.restore.proof import Proof, proof
from backup.restore.read_back import of_backup
from backup.restore.saved import Saved
from backup.restore.send import Sent, send
from backup.restore.steps import Look, MakeSource, MakeViews, Pair, Say, Step
from backup.restore.translation import workspace_of
from backup.restore.writer import NotionWriter
from fakenotion.branches import Branch
from fakenotion.nodes import Clock
from fakenotion.workspace import Workspace
from fakenotion.writing.record import Snapshot
from tests.support.backups import TOKEN, Backup, backing_up, clock
from tests.support.restoring import WRITING, read_back, saved_of


class RestoreKilled(BaseException):
    """The process dies."""


class _Dying(NotionWriter):
    """Dies when so many writes are done."""

    left = 0

    def _once(self, method: str, path: str, kinds: tuple[str, ...], sent: Json) -> Json:
        answer = super()._once(method, path, kinds, sent)
        self.left -= 1
        if not self.left:
            raise RestoreKilled
        return answer


@dataclass
class Copying:
    """A tree that is backed up, and a page of the same workspace that copies of it go to."""

    backup: Backup
    top: Branch
    saved: Saved
    goal: Branch
    plan: RestorePlan
    before: Snapshot
    requests: int = 0  # of the last run, without those that look for an unfinished copy
    lines: list[str] = field(default_factory=list)

    @property
    def notion(self) -> Workspace:
        return self.backup.notion

    def send(self) -> Sent:
        """One run of the restore, by a program that knows of no other."""
        gate = Gate(sleep=lambda seconds: None)
        asked = len(self.backup.server.requests)
        writer = NotionWriter(WRITING, self.backup.url, gate=gate)
        reader = Client(TOKEN, self.backup.url, gate=gate)
        sent = send(self.plan, self.saved, writer, reader, self.lines.append)
        goal = f"/v1/blocks/{self.goal.id}/children"
        self.requests = sum(one.path != goal for one in self.backup.server.requests[asked:])
        return sent

    def killed(self, at: int) -> bool:
        """A run that dies when its write number `at` is done and not yet answered. Whether it came so
        far."""
        writer = _Dying(WRITING, self.backup.url, gate=Gate(sleep=lambda seconds: None))
        writer.left = at
        reader = Client(TOKEN, self.backup.url)
        try:
            send(self.plan, self.saved, writer, reader)
        except RestoreKilled:
            return True
        return False

    def choose(self, title: str) -> None:
        """Restore that page or database alone."""
        self.saved = saved_of(self.backup, title)
        me = NotionWriter(WRITING, self.backup.url).me()
        self.plan = plan(self.saved, bare_id(self.goal.id), workspace_of(me))
        self.top = Branch(self.notion, self.saved.top.id)

    @property
    def writes(self) -> int:
        """How many of the planned requests write."""
        return self.plan.requests - sum(map(_reads, self.plan.steps))

    def begin_anew(self) -> None:
        """The copies go, for good."""
        for id_ in self.notion.listed(self.goal.id):
            self.notion.trash(id_)
            self.notion.purge(id_)

    def proof(self, sent: Sent) -> Proof:
        """The comparison of the copy with the backup."""
        top = self.saved.nodes[0]
        said = {sent.ids[step.on] for step in self.plan.steps if isinstance(step, Say)}
        after = read_back(self.backup, top.kind, sent.ids[top.id], said)
        losses = [*self.plan.losses, *sent.lost]
        return proof(of_backup(self.saved), after, sent.ids, losses)

    def touched(self) -> set[str]:
        """What existed before and is another way now, but for the page of the copies."""
        return self.before.touched(self.notion) - {self.goal.id}

    @property
    def copies(self) -> list[str]:
        """The titles of what lies in the page of the copies."""
        return [
            self.notion.title(self.notion.node(id_)) for id_ in self.notion.listed(self.goal.id)
        ]


def _reads(step: Step) -> int:
    """How many of a step's requests only read."""
    if isinstance(step, MakeViews):
        return step.requests - len(step.views)
    if isinstance(step, Look):
        return step.requests
    return int(isinstance(step, MakeSource | Pair))


def ground() -> Workspace:
    """An empty workspace whose clock stands still."""
    return Workspace("Test", now=Clock(2026, 9, 1))


@contextmanager
def copying(folder: Path, top: Branch, *, most: int = 0) -> Iterator[Copying]:
    """The tree below `top` backed up, and a plan of its copy."""
    notion = top.workspace
    with backing_up(folder, notion, git=False) as backup:
        ran = backup.run(DATABASES=top.id, MAX_FILE_MB="50", COMMENTS="true")
        assert ran.code == 0, ran.log
        saved = saved_of(backup, top.title)
        writes = backup.server.writes
        writes.allow(WRITING)
        if most:
            writes.allow_size(most)
        clock(notion).forward(days=1)
        goal = Branch.root(notion, "Copies")
        clock(notion).forward(days=1)
        me = NotionWriter(WRITING, backup.url).me()
        planned = plan(saved, bare_id(goal.id), workspace_of(me))
        yield Copying(backup, top, saved, goal, planned, Snapshot.of(notion))
