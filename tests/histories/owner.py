"""What the owner of the repository does there, between our runs: as values, like the events in Notion."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.histories.comparison import STATE, STORE, Copy
from tests.histories.land import LOOSE, Branch, Land

TOUCHED = b"\nThe owner was here.\n"
FORGED = b"The owner wrote page "
_PLACES = ("archive", "aaa", "wiki/zz-old", "other/wiki")


@dataclass(frozen=True)
class Act:
    """Something that the owner does. What the numbers choose depends on what is there by then."""

    what: str
    one: int = 0
    two: int = 0


def do(land: Land, act: Act) -> None:
    """Let the owner do it; nothing, when there is nothing to do it to."""
    ACTS[act.what](land, act.one, act.two)


def _folder(land: Land, number: int) -> str:
    """The folder of one of our pages; '' when there is none."""
    folders = land.now().folders()
    return folders[number % len(folders)] if folders else ""


def _of(land: Land, folder: str) -> dict[str, bytes]:
    """Our files in a page's folder: path → content."""
    ours = land.now().ours.items()
    return {path: each for path, each in ours if folder and path.startswith(f"{folder}/")}


# -- the owner's own files -------------------------------------------------------------------------


def _note(land: Land, one: int, two: int) -> None:
    """A file beside ours, also in a page's own folder."""
    folder = _folder(land, two)
    places = ("notes.md", "docs/notes.md", "wiki/notes.md", f"{folder or 'docs'}/mine.txt")
    land.change({places[one % 4]: b"Mine, number %d.\n" % two}, own=True)


def _erase(land: Land, one: int, two: int) -> None:
    owned = sorted(land.now().owned.keys() - {LOOSE})
    if len(owned) > 2:
        land.change({}, [owned[one % len(owned)]])


def _copy(land: Land, one: int, two: int) -> None:
    """A copy of a page, which is the owner's from then on."""
    folder, place = _folder(land, one), _PLACES[two % len(_PLACES)]
    name = folder.rpartition("/")[2]
    copied = _of(land, folder).items()
    land.change({f"{place}/{name}{path[len(folder) :]}": each for path, each in copied}, own=True)


def _copy_all(land: Land, one: int, two: int) -> None:
    """A copy of the whole backup, with its state or without."""
    ours = land.now().ours.items()
    copied = {f"backup-{two}/{path}": each for path, each in ours if one % 2 or path != STATE}
    land.change(copied, own=True)


# -- our files -------------------------------------------------------------------------------------


def _delete(land: Land, one: int, two: int) -> None:
    """A page's folder."""
    land.change({}, list(_of(land, _folder(land, one))))


def _delete_file(land: Land, one: int, two: int) -> None:
    paths = sorted(land.now().ours.keys() - {STATE})
    land.change({}, [paths[(one * 12 + two) % len(paths)]] if paths else [])


def _delete_all(land: Land, one: int, two: int) -> None:
    """Every page, and the state as well or not."""
    land.change({}, [path for path in land.now().ours if one % 2 or path != STATE])


def _touch(land: Land, one: int, two: int) -> None:
    """A line at the end of a page."""
    if folder := _folder(land, one):
        path = f"{folder}/index.md"
        land.change({path: land.now().files[path] + TOUCHED})


def _drop_text(land: Land, one: int, two: int) -> None:
    """Only the text of a page."""
    if folder := _folder(land, one):
        land.change({}, [f"{folder}/index.md"])


def _drop_store(land: Land, one: int, two: int) -> None:
    if path := _store(land, one):
        land.change({}, [path])


def _touch_store(land: Land, one: int, two: int) -> None:
    """A store is damaged, or says something else."""
    if path := _store(land, one):
        content = land.now().files[path]
        forged = content.replace(b"This is page ", FORGED)
        land.change({path: forged if two % 2 else content + TOUCHED})


def _store(land: Land, number: int) -> str:
    """The path of one of our stores; '' when there is none."""
    paths = sorted(path for path in land.now().ours if path.endswith(STORE))
    return paths[number % len(paths)] if paths else ""


# -- the state -------------------------------------------------------------------------------------


def _lose(land: Land, one: int, two: int) -> None:
    land.tamper({}, [STATE])


def _conflict(land: Land, one: int, two: int) -> None:
    if text := land.now().files.get(STATE):
        lines = text.splitlines(keepends=True)
        at = one % len(lines)
        marked = [*lines[:at], b"<<<<<<< HEAD\n", b"=======\n", *lines[at : at + 2]]
        land.tamper({STATE: b"".join([*marked, b">>>>>>> theirs\n", *lines[at + 2 :]])})


def _forge(land: Land, one: int, two: int) -> None:
    """Somebody edits a record: it is dropped, or leads elsewhere, or makes no sense."""
    shown = land.now()
    try:
        raw = json.loads(shown.files[STATE])
        id_ = sorted(raw["pages"])[one % len(raw["pages"])]
    except (ValueError, KeyError, TypeError, ZeroDivisionError):
        return
    record: dict[str, Any] = raw["pages"].pop(id_)
    copies = [path[:-9] for path in shown.owned if path.endswith("/index.md")]
    folders = [*copies, _folder(land, two)]
    changes: tuple[dict[str, Any], ...] = (
        {"folder": folders[0]},
        {"folder": _folder(land, two)},
        {"title": "Another"},
        {"files": 7},
    )
    if two % 5:
        raw["pages"][id_] = {**record, **changes[two % 5 - 1]}
    land.tamper({STATE: json.dumps(raw).encode()})


def _revert_state(land: Land, one: int, two: int) -> None:
    """The state as it was some commits ago, beside the pages of today."""
    if isinstance(land, Branch):
        states = [each.files[STATE] for each in land.history() if STATE in each.files]
        if states:
            land.tamper({STATE: states[min(one, len(states) - 1)]})


# -- the branch ------------------------------------------------------------------------------------


def _revert(land: Land, one: int, two: int) -> None:
    """A new commit with the backup as it was some commits ago."""
    if isinstance(land, Branch):
        history = land.history()
        then, now = history[min(one, len(history) - 1)].ours, land.now()
        then = {path: each for path, each in then.items() if path not in now.owned}
        land.change(then, now.ours.keys() - then.keys())
        leave_relics(land)


def _rewind(land: Land, one: int, two: int) -> None:
    """The branch is reset to an earlier commit, and pushed by force."""
    if isinstance(land, Branch):
        history = land.history()
        land.move(history[min(one, len(history) - 1)].commit)
        leave_relics(land)


def leave_relics(land: Land) -> None:
    """In the midst of commits that have a page each, some pages are in no state: with parts, they wait
    for theirs."""
    now = land.now()
    land.relics |= now.ours.keys() - {STATE} - Copy.of(now.ours).owners().keys()


def _replace(land: Land, one: int, two: int) -> None:
    if isinstance(land, Branch):
        land.replace()


def _on_main(land: Land, one: int, two: int) -> None:
    if isinstance(land, Branch):
        land.on_main({f"main-{one}.txt": b"Mine, number %d.\n" % two})


def _merge(land: Land, one: int, two: int) -> None:
    if isinstance(land, Branch):
        land.merge(squash=bool(one % 2), delete=bool(two % 2))


def _close(land: Land, one: int, two: int) -> None:
    if isinstance(land, Branch):
        land.close(delete=bool(two % 2))


ACTS: dict[str, Callable[[Land, int, int], None]] = {
    function.__name__[1:]: function
    for function in (
        *(_note, _erase, _copy, _copy_all, _delete, _delete_file, _delete_all, _touch),
        *(_drop_text, _drop_store, _touch_store),
        *(_lose, _conflict, _forge, _revert_state),
        *(_revert, _rewind, _replace, _on_main, _merge, _close),
    )
}
