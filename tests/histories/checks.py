"""What must hold of a backup after a run, as functions of what can be seen from outside.

Each says in its first word what is wrong, so that a soak's counts and a failing history tell the kind.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from backup.model import bare_id
from fakenotion.nodes import minute_time
from tests.histories.comparison import (
    STATE,
    Copy,
    dead_links,
    page_id,
    unexplained_names,
    whole_pages,
)
from tests.histories.land import Shown
from tests.histories.life import Life
from tests.histories.owner import FORGED, TOUCHED
from tests.histories.runs import Ended

_NOT_OURS = re.compile(
    r"(?P<folder>.+?)/(?:index\.md|\.notion\.json|assets/.*|attachments/.*) "
    r"(?:exists and is not part|was not published: another file)"
)
_FEW, _SHARE = 5, 0.20  # what the README says of ALLOW_MASS_DELETE


def removable(life: Life, shown: Shown) -> set[str]:
    """The pages that a run may remove: those that Notion shows in the trash, or out of what is named.
    Pages of roots that the settings do not name any more are left alone."""
    found = {
        bare_id(each)
        for each in life.known
        if life.notion.visible(each) and each not in life.named
        if life.notion.in_trash(life.notion.node(each)) or not life.is_inside(each)
    }
    return found - left_alone(life, shown)


def left_alone(life: Life, shown: Shown) -> set[str]:
    """The pages and databases of roots that the settings do not name, as the state has it. What lay in
    something that another shard has removed meanwhile is not in such a root; what lies in a page that
    the state lost is."""
    lines = shown.lines()
    tops = {id_: line[-1] if line[-1] in lines else life.top(id_) for id_, line in lines.items()}
    return {id_ for id_, line in lines.items() if life.are_alone(line) and tops[id_] in lines}


def with_inside(ids: Collection[str], shown: Shown) -> set[str]:
    """These, and all that lies in them."""
    return {id_ for id_, line in shown.lines().items() if not set(ids).isdisjoint(line)} | {*ids}


def owners_files(before: Shown, after: Shown, log: str) -> None:
    """Nothing of the owner's is ever changed or removed."""
    changed = {path for path, each in before.owned.items() if after.files.get(path) != each}
    assert not changed, f"owner: changed or removed: {sorted(changed)}\n{log}"


def lost(before: Shown, after: Shown, may_go: Collection[str], log: str) -> None:
    """No page goes but those that may."""
    gone = whole_pages(before.ours) - whole_pages(after.ours) - set(may_go)
    assert not gone, f"lost: no whole copy any more of {sorted(gone)}\n{log}"


def mass(life: Life, before: Shown, after: Shown, log: str, *, still: bool) -> None:
    """The mass guard: never many of a root at once, and none of one that looks empty, if Notion is `still`
    as the run has seen it. It does not when one of its pages is to be seen elsewhere by now."""
    tops = {id_: _top(life, line) for id_, line in before.lines().items() if id_ in before.pages()}
    gone = whole_pages(before.ours) - whole_pages(after.ours)
    removed = Counter(tops[id_] for id_ in gone if id_ in tops)
    for top, count in removed.items():
        all_ = sum(each == top for each in tops.values())
        is_mass = count >= _FEW and count > all_ * _SHARE
        is_seen = any(_is_live(life, id_) for id_, each in tops.items() if each == top)
        is_right = not is_mass and (is_seen or not (still and life.looks_empty(top)))
        assert is_right, f"mass: {count} of {all_} gone\n{log}"


def _is_live(life: Life, id_: str) -> bool:
    node = life.notion.visible(id_)
    return bool(node) and not life.notion.in_trash(node)


def _top(life: Life, line: list[str]) -> str:
    """The root in which something lies; '' for the workspace."""
    found = life.roots == "workspace" and line[-1] not in map(bare_id, life.named)
    return "" if found else line[-1]


def unread(life: Life, shown: Shown, page_ids: Collection[str]) -> set[str]:
    """Those of the pages that the backup does not have as they are now: what is new in them, it cannot
    know."""
    records = Copy.of(shown.files).pages

    def is_read(id_: str) -> bool:
        edited = minute_time(life.notion.node(id_).edited)
        record = records.get(id_, {})
        return record.get("edited") == edited and record.get("stable", True) is True

    return {id_ for id_ in page_ids if not is_read(id_)}


def hidden(
    life: Life, before: Shown, unread_: Collection[str], page_ids: Collection[str]
) -> set[str]:
    """Those of the pages that a run cannot know of, as they lie in `unread` ones of another shard. What
    lies in a page that the state lost, it does not know either."""
    lines = before.lines()
    known = {id_ for id_, line in lines.items() if line[-1] in lines}

    def is_hidden(id_: str) -> bool:
        above = life.notion.upwards(life.notion.node(id_))
        line = [bare_id(each.id) for each in above if each.kind in ("page", "database")]
        first = next((number for number, each in enumerate(line) if each in known), len(line) - 1)
        return not set(line[1 : first + 1]).isdisjoint(unread_)

    return {id_ for id_ in page_ids if is_hidden(id_)}


def outdated(ours: Copy, there: Mapping[str, bytes]) -> set[str]:
    """The pages of a backup without stores that had to be read again for their links: those with blocks
    to which others link, and those that link to something of which no file was `there` before."""
    links = {id_: page.get("links", ()) for id_, page in ours.pages.items()}
    aims = {link.partition("#")[0] for each in links.values() for link in each if "#" in link}
    known = {page_id(text) for path, text in there.items() if path.endswith("/index.md")}
    known |= Copy.of(there).databases.keys()
    return aims | {id_ for id_, each in links.items() if {one[:32] for one in each} - known}


def present(wanted: Collection[str], after: Shown, log: str) -> None:
    """Every page that Notion has is there, whole."""
    absent = set(wanted) - whole_pages(after.ours)
    assert not absent, f"absent: {sorted(absent)}\n{log}"


def broken(before: Shown, after: Shown, kept: Collection[str]) -> set[str]:
    """The pages, and the databases among those that are `kept`, of which a file was not there before."""
    was, now = Copy.of(before.ours), Copy.of(after.ours)
    misfits = {**was.misfits(), **now.misfits()}.items()
    found = after.pages() - whole_pages(before.ours)
    found |= {id_ for path, id_ in misfits if path not in was.files}
    return found | {
        id_ for path, id_ in was.whose().items() if id_ in kept and path not in was.files
    }


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
    missing -= {path for path, id_ in ours.whose().items() if id_ in others}
    missing = {path for path in missing if not path.startswith(waiting)}
    assert not extra and not missing, f"untidy: {sorted(extra)} {sorted(missing)}\n{log}"


def _alone(life: Life, shown: Shown, ours: Copy) -> set[str]:
    """The paths of what is left alone: also of pages and databases that Notion does not show any more,
    and that are kept as they are."""
    there = life.there() | {bare_id(each) for each in life.databases if life.is_there(each)}
    alone = left_alone(life, shown) | ((ours.pages.keys() | ours.databases.keys()) - there)
    return {path for path, id_ in ours.whose().items() if id_ in alone}


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
    apart: tuple[set[str], set[str]],
    relics: Collection[str],
    log: str,
    *,
    texts: bool,
) -> None:
    """A backup into an empty folder says the same, but for `texts`, where an old state tells that they
    look as settings want that have changed since, and for texts and stores in which the owner wrote.
    `apart` are pages that are kept as they are, and those that it was not the run's turn to remove."""
    kept = apart[0] | apart[1]
    ours = Copy.of(shown.ours)
    alone = left_alone(life, shown)
    more = ours.pages.keys() - fresh.pages.keys() - set(kept) - alone
    more = {id_ for id_ in more if f"{ours.pages[id_]['folder']}/index.md" not in relics}
    assert not more, f"unequal: too many: {sorted(more)}\n{log}"
    fewer = fresh.pages.keys() - ours.pages.keys() - apart[0]
    assert not fewer, f"unequal: too few: {sorted(fewer)}\n{log}"
    common = {*fresh.pages, *fresh.databases}
    aims = ours.aims(common)
    touched = {id_ for path, text in ours.files.items() if (id_ := _touched(path, text))}
    touched |= ours.referrers({id_ for id_ in kept if not ours.has_text(id_)})
    forged = {id_ for path, id_ in ours.misfits().items() if _is_forged(ours.files.get(path, b""))}
    # What was read in the trash says so until it is edited.
    trashed = {id_ for path, id_ in ours.whose().items() if _says_trash(path, ours.files)}
    lone = set(ours.databases.keys() - fresh.databases.keys())
    said, wanted = (each.without_names(common, aims, forged, lone) for each in (ours, fresh))
    for about in said.keys() | wanted.keys():
        if about.startswith("page:") and not texts:
            continue
        if about.partition(":")[2] not in apart[0] and _is_to_compare(
            about, fresh, touched, forged | trashed
        ):
            both = _differences(said.get(about), wanted.get(about))
            assert said.get(about) == wanted.get(about), f"unequal: {about}\n{both}\n{log}"
    assert not (names := unexplained_names(ours, fresh)), f"unequal: names {names}\n{log}"
    others = {*kept, *alone, *touched}
    dead = {each for each in _dead(life, shown, others) if each[0] not in relics}
    assert not dead, f"dead links: {sorted(dead)}\n{log}"


def without_views(ended: Ended) -> set[str]:
    """The databases of which a run said that their views were not to be had."""
    warnings = ended.report.warnings if ended.report else ()
    return {each.page_id for each in warnings if "what views" in each.what}


def misled(ended: Ended) -> bool:
    """Whether a spoiled answer made a run call something not shared: a database that a page shows, or the one
    behind a linked view. It says so and ends well, and the next one asks again."""
    warnings = ended.report.warnings if ended.report else ()
    words = ("A database in it (", "does not show its rows")
    return ended.faults > 0 and any(each in printed.what for printed in warnings for each in words)


def _differences(one: Any, two: Any) -> str:
    """Two values, of lists what only one of them has."""
    if isinstance(one, list) and isinstance(two, list):
        one, two = [each for each in one if each not in two], [e for e in two if e not in one]
    return f"{one}\n-- not --\n{two}"


def _dead(life: Life, shown: Shown, others: Collection[str]) -> set[tuple[str, str]]:
    """The files with links that lead nowhere, each with the link, but for those of `others`, and for
    links to what is left alone, or was deleted here of the others."""
    ours = Copy.of(shown.ours)
    may_be = _alone(life, shown, ours)
    whose = ours.whose().items()
    may_be |= {path for path, id_ in whose if id_ in others and path not in ours.files}
    return {
        (path, target)
        for path, target in dead_links(shown.ours)
        if not {path, target} & may_be and page_id(shown.files[path]) not in others
    }


def _touched(path: str, text: bytes) -> str:
    return page_id(text) if path.endswith("/index.md") and TOUCHED in text else ""


def _is_forged(store: bytes) -> bool:
    return TOUCHED in store or FORGED in store


def _is_to_compare(
    about: str, fresh: Copy, touched: Collection[str], other_stores: Collection[str]
) -> bool:
    kind, _, id_ = about.partition(":")
    if kind in ("database", "table"):
        return id_ in fresh.databases
    return not ((kind == "page" and id_ in touched) or (kind == "store" and id_ in other_stores))


def _says_trash(path: str, files: Mapping[str, bytes]) -> bool:
    return path.endswith("/.notion.json") and b'"in_trash":true' in files.get(path, b"")


def fitting(shown: Shown, others: Collection[str], log: str) -> None:
    """Every store fits its digest, unless the owner wrote in it. A page of the `others` that a killed run
    had begun to write waits for a run of its own part."""
    ours = Copy.of(shown.ours)
    found = (path for path, id_ in ours.misfits().items() if id_ not in others)
    misfits = [path for path in found if not _is_forged(ours.files.get(path, b""))]
    misfits = [path for path in misfits if path in ours.files]
    assert not misfits, f"misfit: {sorted(misfits)}\n{log}"


def verified(fresh: Ended) -> None:
    """Each text of a fresh backup is what its store says, written again."""
    lines = [line for line in fresh.log.splitlines() if line.startswith("Verified ")]
    assert all(line.endswith(": 0 problems") for line in lines), f"verified: {fresh.log}"
    assert "not compared" not in fresh.log, f"verified: {fresh.log}"


def floor(life: Life, shown: Shown, ended: Ended, clones: Collection[Shown]) -> None:
    """A run in which nothing changed asks for its listing alone, for pages that it keeps, and for what
    the state in a clone, which may be an older one, says of lists."""
    assert ended.code == 0, f"stuck: exit code {ended.code}\n{ended.log}"
    listing, kept = _listing(life), _asking(life, shown)
    older = {id_ for each in clones for id_ in each.listed(each.pages())}
    waiting = ended.report.waiting if ended.report else 0
    assert not waiting, f"floor: {waiting} pages wait for another shard\n{ended.log}"
    read = ended.read() - lists(life).keys() - shown.listed(absent(life, shown)) - older
    assert not read, f"floor: read {sorted(read)}\n{ended.log}"
    assert not ended.downloads, f"floor: {ended.downloads} downloads\n{ended.log}"
    # No edit time moves by a comment: each page is asked about.
    asked = sum(not re.search(r"/comments|/markdown", each.path) for each in ended.asked)
    printed = "\n".join(f"{each.method} {each.path}" for each in ended.asked)
    kept += sum(len(each.lines()) for each in clones)
    is_right = asked <= listing + kept
    assert is_right, f"floor: {asked} requests, not {listing} + {kept}\n{printed}\n{ended.log}"


def _listing(life: Life) -> int:
    """The most that it takes to see that nothing changed: databases with their rows, lists with pages
    in them, pages that are roots, the search of a workspace, and views of which nobody knows more."""
    notion = life.notion
    databases = [each for each in life.databases if life.is_there(each)]
    found = sum(1 + 3 * len(life.sources(each)) for each in databases)
    found += sum(lists(life).values())
    # A clone without the published state cannot know that a root is a page: it asks for a database first.
    found += 2 * sum(each in life.known for each in life.named)
    found += sum(life.is_there(each) for each in life.views)
    if life.roots == "workspace":
        nodes = [each for each in notion.nodes.values() if each.kind in ("page", "data_source")]
        shown = sum(bool(notion.visible(each.id)) for each in nodes)
        found += math.ceil(shown / 100)
    return found


def lists(life: Life) -> dict[str, int]:
    """The lists that hold pages (bare ids), with the requests that tell whether those changed."""
    found = {}
    for node in list(life.notion.nodes.values()):
        if node.kind in ("page", "block") and node.children and life.is_there(node.id):
            below = life.notion.children(node)
            if pages := sum(each.kind == "page" for each in below):
                found[bare_id(node.id)] = min(math.ceil(len(below) / 100), pages)
    return found


def _asking(life: Life, shown: Shown) -> int:
    """The most that it takes to ask for what the backup has and Notion does not list, and for what lay
    in that, also where another shard was to read it first."""
    nodes, gone = life.notion.nodes, absent(life, shown)
    unread_ = shown.inside(gone) - shown.pages()
    above = (len(list(life.notion.upwards(nodes[id_]))) for id_ in gone if id_ in nodes)
    views = sum(map(life.is_there, life.views)) if gone else 0  # of what is gone, maybe
    sources = sum(len(life.sources(each)) for each in life.databases)
    each = len(life.notion.views)
    lists_ = len(shown.listed(gone)) + len(unread_)
    return len(gone) + sum(above) + lists_ + bool(views) * (sources + each)


def absent(life: Life, shown: Shown) -> set[str]:
    """What the backup has and Notion does not show."""
    nodes = life.notion.nodes
    return {id_ for id_ in shown.lines() if id_ not in nodes or not life.is_there(id_)}
