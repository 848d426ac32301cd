"""What must hold of a backup after a run, as functions of what can be seen from outside.

Each says in its first word what is wrong, so that a soak's counts and a failing history tell the kind.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Mapping

from backup.model import bare_id
from tests.sync.comparison import STATE, Copy, dead_links, page_id, unexplained_names, whole_pages
from tests.sync.land import Shown
from tests.sync.life import Life
from tests.sync.owner import FORGED, TOUCHED
from tests.sync.runs import Ended

_NOT_OURS = re.compile(
    r"(?P<folder>.+?)/(?:index\.md|assets/.*|attachments/.*) exists and is not part"
)
_FEW, _SHARE = 5, 0.20  # what the README says of ALLOW_MASS_DELETE


def removable(life: Life, shown: Shown) -> set[str]:
    """The pages that a run may remove: those in the trash, and those that moved out of what is named.
    Pages of a database that the settings do not name any more are left alone."""
    alone = left_alone(life, shown.databases())
    found = set()
    for node in map(life.notion.node, life.known):
        home = next((each.id for each in life.notion.upwards(node) if each.kind == "database"), "")
        if life.notion.in_trash(node) or home not in life.named:
            found.add(bare_id(node.id))
    return found - alone


def left_alone(life: Life, databases: Mapping[str, str]) -> set[str]:
    """The pages of databases that the settings do not name (page → database, as a state has it)."""
    named = {bare_id(each) for each in life.named}
    return {id_ for id_, database in databases.items() if database not in named}


def owners_files(before: Shown, after: Shown, log: str) -> None:
    """Nothing of the owner's is ever changed or removed."""
    changed = {path for path, each in before.owned.items() if after.files.get(path) != each}
    assert not changed, f"owner: changed or removed: {sorted(changed)}\n{log}"


def lost(before: Shown, after: Shown, may_go: Collection[str], log: str) -> None:
    """No page goes but those that may."""
    gone = whole_pages(before.ours) - whole_pages(after.ours) - set(may_go)
    assert not gone, f"lost: no whole copy any more of {sorted(gone)}\n{log}"


def mass(life: Life, before: Shown, after: Shown, log: str) -> None:
    """The mass guard: never many of a database at once, and none of one that looks empty."""
    databases = before.databases()
    gone = whole_pages(before.ours) - whole_pages(after.ours)
    removed = Counter(databases[id_] for id_ in gone if id_ in databases)
    for database, count in removed.items():
        all_ = sum(each == database for each in databases.values())
        is_mass = count >= _FEW and count > all_ * _SHARE
        assert not is_mass and life.listed(database), f"mass: {count} of {all_} gone\n{log}"


def present(wanted: Collection[str], after: Shown, log: str) -> None:
    """Every page that Notion has is there, whole."""
    absent = set(wanted) - whole_pages(after.ours)
    assert not absent, f"absent: {sorted(absent)}\n{log}"


def tidy(
    life: Life, after: Shown, relics: Collection[str], others: Collection[str], log: str
) -> None:
    """Every file is somebody's, and everybody's files are there: but for those of pages and databases
    that are left alone, which may be deleted by hand, and of `others`, whose turn it is not."""
    ours = Copy.of(after.ours)
    owners = ours.owners()
    waiting = tuple(f"{ours.pages[id_]['folder']}/" for id_ in others if id_ in ours.pages)
    extra = ours.files.keys() - owners.keys() - {STATE} - set(relics)
    missing = owners.keys() - ours.files.keys() - _alone(life, after, ours)
    missing = {path for path in missing if not path.startswith(waiting)}
    assert not extra and not missing, f"untidy: {sorted(extra)} {sorted(missing)}\n{log}"


def _alone(life: Life, shown: Shown, ours: Copy) -> set[str]:
    """The paths of what is left alone: also of pages that Notion does not show any more, and that are
    kept as they are."""
    databases = ours.databases
    pages = left_alone(life, shown.databases()) | (ours.pages.keys() - life.there())
    named = {bare_id(each) for each in life.named}
    folders = [ours.pages[id_]["folder"] for id_ in pages if id_ in ours.pages]
    indexes = {
        posixpath.join(databases[id_]["folder"], name)
        for id_ in databases.keys() - named
        for name in ("README.md", *databases[id_].get("lists", ()))
    }
    inside = (path for path in ours.owners() if any(path.startswith(f"{at}/") for at in folders))
    return {*inside, *map(posixpath.normpath, indexes)}


def to_move_away(ended: Ended, files: Mapping[str, bytes]) -> set[str]:
    """The files of pages that a run left alone because they are not part of the backup. No state and no
    history says whose they are; that they name a page does not tell whether somebody wrote in them."""
    found = set()
    for problem in ended.report.failed if ended.report else ():
        in_the_way = _NOT_OURS.match(problem.what)
        folder = f"{in_the_way['folder']}/" if in_the_way else ""
        if folder:
            found |= {path for path in files if path.startswith(folder)}
    return found


def equal(
    life: Life,
    shown: Shown,
    fresh: Copy,
    kept: Collection[str],
    relics: Collection[str],
    log: str,
) -> None:
    """A backup into an empty folder says the same, but for pages that are `kept`, and for texts and
    stores in which the owner wrote."""
    ours = Copy.of(shown.ours)
    alone = left_alone(life, shown.databases())
    more = ours.pages.keys() - fresh.pages.keys() - set(kept) - alone
    more = {id_ for id_ in more if f"{ours.pages[id_]['folder']}/index.md" not in relics}
    assert not more, f"unequal: too many: {sorted(more)}\n{log}"
    fewer = fresh.pages.keys() - ours.pages.keys()
    assert not fewer, f"unequal: too few: {sorted(fewer)}\n{log}"
    common = {*fresh.pages, *fresh.databases}
    aims = ours.aims(common)
    touched = {id_ for path, text in ours.files.items() if (id_ := _touched(path, text))}
    forged = {id_ for path, id_ in ours.misfits().items() if _is_forged(ours.files.get(path, b""))}
    said, wanted = (each.without_names(common, aims, forged) for each in (ours, fresh))
    for about in said.keys() | wanted.keys():
        if _is_to_compare(about, fresh, touched, forged):
            both = f"{said.get(about)}\n-- not --\n{wanted.get(about)}"
            assert said.get(about) == wanted.get(about), f"unequal: {about}\n{both}\n{log}"
    assert not (names := unexplained_names(ours, fresh)), f"unequal: names {names}\n{log}"
    dead = _dead(life, shown, {*kept, *alone, *touched}) - set(relics)
    assert not dead, f"dead links: {sorted(dead)}\n{log}"


def _dead(life: Life, shown: Shown, others: Collection[str]) -> set[str]:
    """The files with links that lead nowhere, but for those of `others`, and for links to what is left
    alone."""
    may_be = _alone(life, shown, Copy.of(shown.ours))
    dead = {path for path, target in dead_links(shown.ours) if target not in may_be}
    return {path for path in dead - may_be if page_id(shown.files[path]) not in others}


def _touched(path: str, text: bytes) -> str:
    return page_id(text) if path.endswith("/index.md") and TOUCHED in text else ""


def _is_forged(store: bytes) -> bool:
    return TOUCHED in store or FORGED in store


def _is_to_compare(
    about: str, fresh: Copy, touched: Collection[str], forged: Collection[str]
) -> bool:
    kind, _, id_ = about.partition(":")
    if kind in ("database", "table"):
        return id_ in fresh.databases
    return not ((kind == "page" and id_ in touched) or (kind == "store" and id_ in forged))


def fitting(shown: Shown, log: str) -> None:
    """Every store fits its digest, unless the owner wrote in it."""
    ours = Copy.of(shown.ours)
    misfits = [path for path in ours.misfits() if not _is_forged(ours.files.get(path, b""))]
    misfits = [path for path in misfits if path in ours.files]
    assert not misfits, f"misfit: {sorted(misfits)}\n{log}"


def floor(life: Life, shown: Shown, ended: Ended) -> None:
    """A run in which nothing changed asks for its listing alone, and for pages that it keeps."""
    assert ended.code == 0, f"stuck: exit code {ended.code}\n{ended.log}"
    listing = sum(1 + 3 * len(life.sources(each)) for each in life.named)
    kept = len(shown.databases().keys() - life.there())
    read = ended.read()
    assert not read, f"floor: read {sorted(read)}\n{ended.log}"
    assert not ended.downloads, f"floor: {ended.downloads} downloads\n{ended.log}"
    asked = len(ended.asked)
    assert asked <= listing + kept, f"floor: {asked} requests, not {listing} + {kept}\n{ended.log}"
