"""Where a backup is published, and which of the files there are the owner's."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.histories.comparison import STATE, files_of
from tests.histories.repository import Repository
from tests.support.pulls import Pulls

FOREIGN = "foreign.txt"
LOOSE = "loose.txt"  # lies in each work tree, and no commit has it
FIRST = {FOREIGN: b"not ours", "src/main.py": b"print()\n"}  # what the owner begins with
HEAD = "notion-backup"  # the branch of pull requests
_LOOKED_BACK = 15  # commits, of which a run certainly knows


@dataclass(frozen=True)
class Shown:
    """What is published at one moment: every file, those that are the `owned` ones of the owner, and
    the commit ('' for a folder)."""

    files: Mapping[str, bytes]
    owned: Mapping[str, bytes]
    commit: str = ""

    @property
    def ours(self) -> dict[str, bytes]:
        """Every file but the owner's."""
        return {path: each for path, each in self.files.items() if path not in self.owned}

    def folders(self) -> list[str]:
        """The folders of our pages."""
        return [path[:-9] for path in self.ours if path.endswith("/index.md")]

    def pages(self) -> set[str]:
        """The ids of all pages, as far as the state tells."""
        try:
            return {*json.loads(self.files[STATE])["pages"]}
        except (ValueError, KeyError, TypeError):
            return set()

    def listed(self, page_ids: Collection[str]) -> set[str]:
        """The ids of the lists of these pages in which pages and databases lay."""
        return {each["id"] for each in self._lists(page_ids)}

    def inside(self, page_ids: Collection[str]) -> set[str]:
        """The ids of the pages in these lists."""
        return {id_ for each in self._lists(page_ids) for id_ in each.get("pages", ())}

    def _lists(self, page_ids: Collection[str]) -> list[dict[str, Any]]:
        try:
            pages = json.loads(self.files[STATE])["pages"]
            found = [each for id_ in page_ids for each in pages.get(id_, {}).get("lists", ())]
            return [each for each in found if "id" in each]
        except (ValueError, KeyError, TypeError, AttributeError):
            return []

    def lines(self) -> dict[str, list[str]]:
        """For each page and database the ids of itself and of all that it lies in, from the inside out,
        as far as the state tells."""
        try:
            raw = json.loads(self.files[STATE])
            known = {**raw["pages"], **raw["databases"]}
            parents = {id_: str(each.get("parent", "")) for id_, each in known.items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            return {}
        return {id_: _line(id_, parents) for id_ in parents}

    def named(self) -> dict[str, list[str]]:
        """The files of each page, as far as the state tells."""
        try:
            pages: dict[str, dict[str, Any]] = json.loads(self.files[STATE])["pages"]
            return {
                id_: [
                    f"{each['folder']}/{path}"
                    for path in ("index.md", *(file["path"] for file in each.get("files", ())))
                ]
                for id_, each in pages.items()
            }
        except (ValueError, KeyError, TypeError, AttributeError):
            return {}


def _line(id_: str, parents: Mapping[str, str]) -> list[str]:
    found = [id_]
    while (above := parents.get(found[-1], "")) and above not in found:
        found.append(above)
    return found


class Land(ABC):
    """The owner's side of it. `relics` are files of ours of which the owner took the state away: nobody
    can know any more whose they are."""

    def __init__(self) -> None:
        self.relics: set[str] = set()
        self.is_tampered = False

    @abstractmethod
    def now(self) -> Shown:
        """What is published now."""

    @abstractmethod
    def change(
        self, put: Mapping[str, bytes], drop: Collection[str] = (), *, own: bool = False
    ) -> None:
        """The owner changes files; what is put is the owner's `own` from now on, or still ours."""

    @abstractmethod
    def since(self, before: Shown) -> Iterator[tuple[Shown, Shown]]:
        """What our runs have published after `before`, step by step, each with what was there until
        then."""

    def tamper(self, put: Mapping[str, bytes], drop: Collection[str] = ()) -> None:
        """The owner changes the state."""
        self.is_tampered = True
        self.doubt()
        self.change(put, drop)

    def move_away(self, paths: Set[str]) -> None:
        """The owner takes files of ours away, wherever a run sees them."""
        self.change({}, paths & self.now().ours.keys())

    def known(self, page_ids: Collection[str]) -> set[str]:
        """The files of these pages that lie there just as one of our runs published them."""
        return set()

    def in_clones(self) -> list[Shown]:
        """What clones may show that is not what is published."""
        return []

    def doubt(self) -> None:
        """The state may tell less than was published, if it was ever tampered with."""
        if self.is_tampered:
            self.relics |= self.now().ours.keys() - {STATE}


class Folder(Land):
    """A folder that no git knows of."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.owned: dict[str, bytes] = {}
        folder.mkdir()
        self.change(FIRST, own=True)

    def now(self) -> Shown:
        return Shown(files_of(self.folder), dict(self.owned))

    def change(
        self, put: Mapping[str, bytes], drop: Collection[str] = (), *, own: bool = False
    ) -> None:
        write(self.folder, put, drop)
        self.owned = {path: each for path, each in self.owned.items() if path not in drop}
        self.owned.update(put if own else {})

    def since(self, before: Shown) -> Iterator[tuple[Shown, Shown]]:
        yield before, self.now()


@dataclass
class Branch(Land):
    """The branch `name` of a repository; as long as there is none, main. `pulls` are open pull requests
    that would merge it; what is published lies in main once it is merged.

    `follow` is called when the owner has committed, with the commit before.
    """

    repository: Repository
    name: str = "main"
    pulls: Pulls | None = None
    follow: Callable[[str], None] = lambda before: None
    relics: set[str] = field(default_factory=set)
    is_tampered: bool = False
    _owned: dict[str, dict[str, bytes]] = field(default_factory=dict)  # of each commit
    _by_hand: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)  # the commits that `since` has given

    def __post_init__(self) -> None:
        self._owned[self._commit(FIRST, [], "begin")] = dict(FIRST)
        self.repository.point("main", next(iter(self._owned)))

    @property
    def branch(self) -> str:
        """The branch that counts now."""
        counts = self.repository.tip(self.name) and (not self.pulls or self.pulls.open)
        return self.name if counts else "main"

    def now(self) -> Shown:
        return self._at(self.repository.tip(self.branch))

    def _at(self, commit: str) -> Shown:
        return Shown(self.repository.files(commit), self._owned_at(commit), commit)

    def _owned_at(self, commit: str) -> dict[str, bytes]:
        """What of a commit is the owner's: in one of our runs' what it was before."""
        if commit not in self._owned:
            parent = next(iter(self.repository.parents(commit)), "")
            self._owned[commit] = self._owned_at(parent) if parent else {}
        return self._owned[commit]

    def change(
        self, put: Mapping[str, bytes], drop: Collection[str] = (), *, own: bool = False
    ) -> None:
        shown = self.now()
        kept = {path: each for path, each in shown.files.items() if path not in drop}
        owned = {path: each for path, each in shown.owned.items() if path not in drop}
        commit = self._commit({**kept, **put}, [shown.commit], "by hand")
        self._by_hand.add(commit)
        self._owned[commit] = {**owned, **(put if own else {})}
        self.move(commit)

    def move(self, commit: str) -> None:
        """Let the branch have this commit, whatever it had."""
        before = self.repository.tip(self.branch)
        self.repository.point(self.branch, commit)
        self.follow(before)
        self.doubt()

    def in_clones(self) -> list[Shown]:
        if self.name == "main":
            return []
        tips = {self.repository.tip(name) for name in ("main", self.name)} - {""}
        commits = (each for tip in tips for each in self.repository.first_parents(tip))
        return [self._at(each) for each in dict.fromkeys(commits)]

    def history(self) -> list[Shown]:
        """What was published, the latest first."""
        commits = self.repository.first_parents(self.repository.tip(self.branch))
        return [self._at(each) for each in commits]

    def move_away(self, paths: Set[str]) -> None:
        super().move_away(paths)
        if self.branch != "main":
            self.on_main({}, paths - self._owned_at(self.repository.tip("main")).keys())

    def known(self, page_ids: Collection[str]) -> set[str]:
        now, found = self.now().files, set[str]()
        for shown in self.history()[:_LOOKED_BACK]:
            named = {} if shown.commit in self._by_hand else shown.named()
            for paths in (paths for id_, paths in named.items() if id_ in page_ids):
                there = [path for path in paths if path in now]
                if all(shown.files.get(path) == now[path] for path in there):
                    found |= {*there}
        return found

    def since(self, before: Shown) -> Iterator[tuple[Shown, Shown]]:
        new: list[str] = []
        for commit in self.repository.first_parents(self.repository.tip(self.branch)):
            if commit == before.commit or commit in self._seen:
                break
            new.append(commit)
        for commit in reversed(new):
            parent = next(iter(self.repository.parents(commit)), "")
            self._seen.add(commit)
            if parent:
                yield self._at(parent), self._at(commit)

    def replace(self) -> None:
        """The branch gets another history, which begins with what the owner had first."""
        commit = self._commit(FIRST, [], f"begin anew {len(self._owned)}")
        self._owned[commit] = dict(FIRST)
        self.move(commit)

    def on_main(self, put: Mapping[str, bytes], drop: Collection[str] = ()) -> None:
        """The owner adds files to main, wherever the backup is published, or takes some of ours away."""
        tip = self.repository.tip("main")
        kept = {path: each for path, each in self._at(tip).files.items() if path not in drop}
        commit = self._commit({**kept, **put}, [tip], "on main")
        self._owned[commit] = {**self._owned_at(tip), **put}
        self.repository.point("main", commit)
        self.follow(tip)

    def merge(self, *, squash: bool, delete: bool) -> None:
        """The owner merges the open pull request."""
        if not self.pulls or not self.pulls.open:
            return
        base, head = self.repository.tip("main"), self.repository.tip(self.name)
        onto = self._owned[base]
        merged = {**self._at(head).files, **onto}
        commit = self._commit(merged, [base] if squash else [base, head], "merge")
        self._owned[commit] = {**self._owned[head], **onto}
        self.repository.point("main", commit)
        self.close(delete=delete)

    def close(self, *, delete: bool) -> None:
        """The open pull request is closed."""
        if self.pulls and self.pulls.open:
            self.pulls.open.clear()
            self.repository.point(self.name, "" if delete else self.repository.tip(self.name))
            self.doubt()

    def _commit(self, files: Mapping[str, bytes], parents: Collection[str], words: str) -> str:
        return self.repository.commit(files, parents, words)


def write(folder: Path, put: Mapping[str, bytes], drop: Collection[str] = ()) -> None:
    """Change files of a work tree; folders that are empty then go, as git has it."""
    for path in drop:
        (folder / path).unlink(missing_ok=True)
        above = (folder / path).parent
        while above != folder and above.is_dir() and not any(above.iterdir()):
            above.rmdir()
            above = above.parent
    for path, content in put.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
