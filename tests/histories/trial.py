"""One life and its backup: runs, what comes between them, and what must hold after each."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from fakenotion.faults import Fault
from fakenotion.server import Asked
from tests.histories import checks
from tests.histories.comparison import STATE, Copy, files_of, page_id, stamps, whole_pages
from tests.histories.happenings import Event, happen
from tests.histories.land import HEAD, LOOSE, Branch, Folder, Land, Shown, write
from tests.histories.owner import Act, do, leave_relics
from tests.histories.repository import Repository, ssh
from tests.histories.runs import FAULTS, KILLED, Disturbance, Ended, Runs, but_for_names
from tests.histories.workplaces import Desk, Home, Laptop, Runner, Workplace
from tests.support.death import Death
from tests.support.pulls import Pulls

TALLY: Counter[str] = Counter()  # of everything that was lived, for the end of a soak
CHOICES = (
    ("FRONT_MATTER", ("false", "true", "flat")),
    ("PROPERTIES", ("both", "table", "none", "front-matter")),
    ("IMAGE_STYLE", ("markdown", "html")),
    ("ON_DELETE", ("keep", "remove")),
    ("ALLOW_MASS_DELETE", ("false", "true")),
    ("COMMIT", ("page", "run")),
    ("KEEP_JSON", ("false", "true")),
    ("COMMENTS", ("true", "false")),
)
_FORMS = {"FRONT_MATTER", "PROPERTIES", "IMAGE_STYLE", "KEEP_JSON", "COMMENTS"}  # how it looks


@dataclass(frozen=True)
class Choice:
    """Another value for a setting."""

    one: int = 0
    two: int = 0


@dataclass(frozen=True)
class Way:
    """How a backup is set up.

    `to`: folder (files alone), here (commits), main, branch or pull (pushed there). `at`: who runs it,
    one or two of runner and laptop, by turns; with `shards` 2 each takes its part of the pages.
    `roots` are what the settings name: database, page or workspace (see Life).
    """

    to: str = "folder"
    at: tuple[str, ...] = ("runner",)
    shards: int = 1
    requests: int = 1
    roots: str = "database"


@dataclass(frozen=True)
class Run:
    """A run of ours, and when something comes between. `how`:

    clean; full; slow (time passes with each request); busy (an event happens at a request); between
    (the other one runs at a request); fault (number `which` of FAULTS comes at a request); stop (it is
    told to at a request); killed, and torn (at an operation on the disk, the latter in the middle of a
    write).

    `who` has the turn, `tree` is what the work tree looks like (see workplaces), `every` and `budget`
    are PUBLISH_EVERY and the requests that Notion answers in a minute.
    """

    how: str = "clean"
    at: int = 1
    which: int = 0
    event: Event | None = None
    who: int = 0
    tree: str = "whole"
    every: int = 0
    budget: int = 0


@dataclass
class Trial:
    """A life and its backup, in `folder`. `moved` are files that the owner had to move away."""

    runs: Runs
    folder: Path
    way: Way
    options: dict[str, str] = field(default_factory=dict)
    fresh: tuple[object, Copy | None] | None = None  # and what it was made of
    moved: set[str] = field(default_factory=set)
    was_killed: bool = False
    looks: set[object] = field(default_factory=set)  # of all runs
    left: set[str] = field(default_factory=set)  # alone, as the settings were when the run began

    def __post_init__(self) -> None:
        self.life = self.runs.life
        self.land, self.places = self._settled()

    def _settled(self) -> tuple[Land, list[Workplace]]:
        if self.way.to == "folder":
            folder = Folder(self.folder / "ours")
            return folder, [Desk(folder)]
        if self.way.to == "here":
            home = Home(self.folder / "ours")
            here = Branch(home.repository, follow=home.catch_up)
            home.catch_up()
            return here, [home]
        remote = Repository.create(self.folder / "remote.git", bare=True)
        url = str(remote.folder)
        land = Branch(remote, {"branch": "backup", "pull": HEAD}.get(self.way.to, "main"))
        if self.way.to == "pull":
            land.pulls = self.runs.pulls = Pulls()
            self.runs.ssh = f"sh {ssh(self.folder, remote.folder)}"
            url = "ssh://git.invalid/acme/wiki"
        kinds = {"runner": Runner, "laptop": Laptop}
        places = [
            kinds[kind](self.folder / f"{kind}-{number}", land, url)
            for number, kind in enumerate(self.way.at)
        ]
        return land, list(places)

    @property
    def turns(self) -> int:
        """How many take turns."""
        return max(self.way.shards, len(self.places))

    def happen(self, what: Event | Act | Choice) -> None:
        """Something comes between two runs."""
        if isinstance(what, Event):
            happen(self.life, what)
        elif isinstance(what, Act):
            do(self.land, what)
        else:
            name, values = CHOICES[what.one % len(CHOICES)]
            self.options[name] = values[what.two % len(values)]

    def run(self, run: Run) -> Ended:
        """One run, and what holds after it, however it ended."""
        place = self.places[run.who % len(self.places)]
        place.open(run.tree)
        before, there = self.land.now(), self.life.there()
        may_go, waiting = self._may_go(before), self._waiting(run, before)
        disk = files_of(place.folder)
        self.looks.add(self._look)
        self.left = checks.left_alone(self.life, before)
        ended = self._ended(run, place)
        self.was_killed |= ended.code == KILLED
        self._count(run, ended)
        may_go |= self._may_go(before)  # what happened meanwhile counts, too
        after = self._published(before, may_go, ended, still=run.how != "busy")
        if ended.code == KILLED and self.way.shards > 1:
            leave_relics(self.land)
        now = files_of(place.folder)
        theirs = {path for path in disk if path == LOOSE or path in before.owned}
        changed = {path for path in theirs if now.get(path) != disk[path]}
        assert not changed, f"owner: in the work tree: {sorted(changed)}\n{ended.log}"
        if ended.code == 0:
            waiting |= self._waiting(run, before)
            self._check_whole(run, there & self.life.there(), waiting, before, after, ended)
        if ended.code == KILLED and run.which % 2 and place.kept:
            was = _texts(disk).items() | _texts(before.files).items()  # git may bring some back
            self._check_completed(run, disk, _texts(now).items() - was)
        return ended

    def end(self) -> None:
        """Everything that vanished is shown again, and all is well: runs complete the backup and read
        what was not settled, and then there is nothing to do."""
        self.life.heal()
        self.options["ALLOW_MASS_DELETE"] = "true"
        self.life.clock.forward(minutes=5)
        rounds = 2 if self.way.shards == 1 else self.life.depth() + 1
        for turn in range(rounds * self.way.shards if self.turns > 1 else 2):
            how = "full" if any(map(self.life.is_there, self.life.unseen)) else "clean"
            ended = self._run_to_the_end(Run(how, who=turn % self.turns))
            said = turn == 0 and "Rebuilt from the" in ended.log  # a lost state is a reason to look
            assert ended.code == 0 or said, f"stuck: exit code {ended.code}\n{ended.log}"
        for turn in range(self.turns):
            self.quiet(Run(who=turn))

    def _run_to_the_end(self, run: Run) -> Ended:
        """A run. When files are in its way of which nobody can know whose they are, the owner moves them
        away, as the run says, and lets it run again."""
        ended = self.run(run)
        place = self.places[run.who % len(self.places)]
        shown = self.land.now()
        there = {**shown.files, **files_of(place.folder)}
        named = Copy.of(shown.files).owners().keys() | shown.owned.keys()
        others = {path: each for path, each in there.items() if path not in named}
        if moved := checks.to_move_away(ended, others):
            known = self.land.known(self.life.there()) & moved
            assert not known, f"stuck: {sorted(known)} are known to be ours\n{ended.log}"
            write(place.folder, {}, moved)
            self.land.move_away(moved)
            self.moved |= moved
            TALLY["times that the owner moved files away"] += 1
            ended = self.run(run)
        return ended

    def quiet(self, run: Run) -> None:
        """A run with nothing to do: it costs its floor, and changes nothing."""
        before, place = self.land.now(), self.places[run.who % len(self.places)]
        stamped = stamps(place.folder) if place.kept else {}
        clones = [*self.land.in_clones(), *place.remembers(before)]
        ended, after = self.run(run), self.land.now()
        checks.floor(self.life, before, ended, clones)
        assert after == before, f"floor: published again\n{ended.log}"
        changed = place.kept and self.turns == 1 and stamps(place.folder) != stamped
        assert not changed, f"floor: files were written again\n{ended.log}"
        if self.way.shards > 1:
            self._check_equal(after, ended, run)
        TALLY["quiet runs"] += 1

    # -- the run ---------------------------------------------------------------------------------

    def _ended(self, run: Run, place: Workplace) -> Ended:
        is_deadly = run.how in ("killed", "torn")
        return self.runs.run(
            place.folder,
            self._settings(run),
            death=Death(place.folder, run.at if is_deadly else 0, torn=run.how == "torn"),
            stop_at=run.at if run.how == "stop" else 0,
            disturb=self._disturbance(run),
            budget=run.budget,
        )

    def _settings(self, run: Run) -> dict[str, str]:
        way = self.way
        found = {**self.options, "PUBLISH_EVERY": str(run.every)}
        found["COMMIT"] = "false" if way.to == "folder" else found.get("COMMIT", "run")
        found["FULL_SYNC"] = str(run.how == "full").lower()
        found["BRANCH"] = "backup" if way.to == "branch" else ""
        found["PULL_REQUEST"] = str(way.to == "pull").lower()
        found["SHARD"] = f"{run.who % way.shards + 1}/{way.shards}"
        return found

    def _disturbance(self, run: Run) -> Disturbance | None:
        def slow(count: int, asked: Asked) -> Fault | None:
            self.life.clock.forward(seconds=7)
            return None

        def busy(count: int, asked: Asked) -> Fault | None:
            self.life.clock.forward(seconds=2)
            if count == run.at and run.event:
                self.happen(run.event)
            return None

        def between(count: int, asked: Asked) -> Fault | None:
            if count == run.at:
                self.run(Run(who=run.who + 1, every=run.every))
            return None

        if run.how == "fault":
            kind, fault = FAULTS[run.which]
            return but_for_names(kind(run.at, fault))
        several = self.way.to in ("main", "branch", "pull") and len(self.places) > 1
        kinds: dict[str, Callable[[int, Asked], Fault | None]] = {"slow": slow, "busy": busy}
        kinds |= {"between": between} if several else {}
        return kinds.get(run.how)

    def _count(self, run: Run, ended: Ended) -> None:
        how = "that were killed" if ended.code == KILLED else f"with exit code {ended.code}"
        TALLY["runs"] += 1
        TALLY[f"runs {how}"] += 1
        TALLY["runs inside of another"] += run.how == "between"
        TALLY["answers that were spoiled"] += ended.faults
        TALLY["answers that were too many"] += sum(each.status == 429 for each in ended.asked)

    # -- what must hold --------------------------------------------------------------------------

    def _may_go(self, before: Shown) -> set[str]:
        is_kept = self.options.get("ON_DELETE") == "keep"
        return set() if is_kept else checks.removable(self.life, before)

    def _published(self, before: Shown, may_go: set[str], ended: Ended, *, still: bool) -> Shown:
        """What is published by now, after a look at each step to it."""
        start: Shown | None = None
        for earlier, later in self.land.since(before):
            checks.owners_files(earlier, later, ended.log)
            start = start or earlier
            if earlier.files.get(STATE) == later.files.get(STATE):
                continue  # one of several commits that are pushed at once: two pages may swap in them
            checks.lost(start, later, may_go, ended.log)
            if self.options.get("ALLOW_MASS_DELETE") == "false":
                checks.mass(self.life, start, later, ended.log, still=still)
            TALLY["publications"] += 1
            start = None
        after = self.land.now()
        checks.lost(before, after, may_go, ended.log)
        if isinstance(self.land, Branch) and self.way.to != "branch":
            known = self.land.repository.ancestors(after.commit)
            assert before.commit in known, f"rewound: {before.commit}\n{ended.log}"
        self.land.relics &= after.files.keys()
        return after

    def _waiting(self, run: Run, before: Shown) -> set[str]:
        others = {id_ for id_ in self.life.there() if not self._is_mine(id_, run)}
        return checks.unread(self.life, before, others)

    def _check_whole(
        self,
        run: Run,
        there: set[str],
        waiting: set[str],
        before: Shown,
        after: Shown,
        ended: Ended,
    ) -> None:
        """After a run that says that all is well; what is new in pages that are `waiting` waits, too."""
        known = before.lines().keys() | after.lines().keys()
        missed = self.life.may_miss(known - checks.left_alone(self.life, after))
        if run.how == "busy" and run.event and run.event.what.startswith("move"):
            missed |= there - before.lines().keys()  # new ones may change lists
        mine = {id_ for id_ in there - missed if self._is_mine(id_, run)}
        left = {each.page_id for each in ended.report.warnings} if ended.report else set()
        others = left if run.how == "between" else left - self.life.there()
        apart = self.life.inside_of(others)
        kept = {each.page_id for each in ended.report.kept} if ended.report else set()
        unseen = self.life.inside_of(kept) - kept  # what is new there, nobody sees
        apart |= unseen
        hidden = checks.hidden(self.life, before, waiting, mine - apart)
        # What a kept folder has is known all the same.
        is_told = hidden <= whole_pages(after.ours) or run.how in ("busy", "between")
        is_told |= ended.report is not None and ended.report.waiting > 0
        assert is_told, f"silent: {sorted(hidden)} wait for another shard\n{ended.log}"
        # What the owner deleted of pages of another shard waits for its turn, or until Notion shows them.
        unseen |= hidden | kept
        broken = checks.broken(before, after, kept)
        checks.present(mine - apart - hidden - (broken & kept), after, ended.log)
        others = {id_ for id_ in broken if not self._is_mine(id_, run) or id_ in unseen} | self.left
        checks.tidy(self.life, after, self.land.relics, others, ended.log)
        if not self.land.is_tampered:  # an older state does not fit the stores of today
            others = {id_ for id_ in after.pages() if not self._is_mine(id_, run)}
            checks.fitting(after, others if self.was_killed else (), ended.log)
        if self.way.shards == 1 and run.how not in ("busy", "between") and not missed:
            self._check_equal(after, ended, run)

    def _is_mine(self, page_id: str, run: Run) -> bool:
        """Whether a page belongs to the part that the run reads, as the README describes SHARD."""
        shards = self.way.shards
        return shards == 1 or int(page_id[-8:], 16) % shards == run.who % shards

    def _check_equal(self, after: Shown, ended: Ended, run: Run) -> None:
        if checks.misled(ended):
            return
        kept = {entry.page_id for entry in ended.report.kept} if ended.report else set()
        others = {id_ for id_ in after.pages() if not self._is_mine(id_, run)}
        kept |= others - self.life.there()  # as the run of their part says
        hidden = checks.with_inside(kept, after) | self.life.inside_of(kept)
        hidden |= self.life.showing(kept)  # no time tells what becomes of a copy
        hidden |= checks.without_views(ended)
        if fresh := self._fresh_copy():
            texts = not self.land.is_tampered or len(self.looks) == 1  # else an old look counts
            both, relics = (hidden, others), self.land.relics
            checks.equal(self.life, after, fresh, both, relics, ended.log, texts=texts)
            TALLY["comparisons with a fresh backup"] += 1
        else:
            TALLY["comparisons that could not be made"] += 1

    @property
    def _look(self) -> tuple[tuple[str, str], ...]:
        return tuple(sorted((name, self.options[name]) for name in self.options.keys() & _FORMS))

    def _fresh_copy(self) -> Copy | None:
        """What a backup of now looks like; None when none can be made."""
        of = self.life.changes, self._look
        if not self.fresh or self.fresh[0] != of:
            folder = Path(tempfile.mkdtemp(prefix="fresh-", dir=self.folder))
            made = self.runs.run(folder, {**dict(self._look), "VERIFY": "true"})
            checks.verified(made)
            self.fresh = of, Copy.of(files_of(folder)) if made.code == 0 else None
        return self.fresh[1]

    def _check_completed(
        self, killed: Run, there: Mapping[str, bytes], written: Iterable[tuple[str, bytes]]
    ) -> None:
        """The next run completes a killed one, which found what is `there`, and reads no page again whose
        text was `written` by it: but for those that were edited in this minute, and without stores those
        whose anchors may be others now, or which refer to what was not there yet."""
        began = self.life.clock() - timedelta(seconds=2)  # Notion tells the time in whole seconds
        finished = {id_ for id_, _ in written}
        finished -= self.life.edited_since(began.replace(second=0))
        clone = self.places[killed.who % len(self.places)].checked_out()
        finished -= clone.pages() - self.land.now().pages()  # another run may have removed them
        if (ended := self.run(Run(who=killed.who))).code == 0:
            if self.options.get("KEEP_JSON") == "false":
                finished -= checks.outdated(Copy.of(self.land.now().ours), there)
            again = (finished & ended.read()) - checks.lists(self.life).keys()
            assert not again, f"again: {sorted(again)}\n{ended.log}"
            TALLY["pages of killed runs that were not read again"] += len(finished)


def _texts(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The text of each page by its id."""
    found = (text for path, text in files.items() if path.endswith("/index.md"))
    return {id_: text for text in found if (id_ := page_id(text))}
