"""Decides about pages that Notion no longer lists: a listing without a page proves nothing.

Only what Notion says of the page itself counts (Notion API reference, "Trash" and error 404): the
trash and another parent are proof, a 404 is none, because a page that was deleted for good and one
that is no longer shared look the same. Nothing is inherited: what lies below a deleted page is
asked for itself. Many at once are treated as a mistake. What somebody deleted here, to the last file, is only
forgotten, once Notion does not show it or no setting leads there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from backup.model import Problem
from backup.sync.family import TOP, Family, parents
from backup.sync.state import Record, State
from backup.sync.steps import Action, Listed, Listing, Rules, Step, Verdict
from backup.words import UNTITLED, first_few

_SHARE = 0.20  # of a root's pages: more than this at once is taken for a mistake …
_FEW = 5  # … from this many pages on
PROOF = (Verdict.TRASHED, Verdict.MOVED)
_ABSENT = (*PROOF, Verdict.UNREACHABLE)
_FORGOTTEN = "neither Notion nor this folder has it any more"
_LEFT = "no setting leads there any more, and its files were deleted here"
_NAMED = 3  # pages in a sentence


def candidates(
    lists: Collection[Listed],
    state: State,
    verdicts: Mapping[str, Verdict] | None = None,
    roots: Collection[str] = (),
) -> tuple[str, ...]:
    """Pages and databases that no list shows where they were: to be asked for, one by one. With the
    `verdicts` on some of them, also what lies below those that are deleted."""
    said = verdicts or {}
    proven = {id_ for id_ in said if said[id_] in PROOF}
    live = [each for each in lists if each.id not in proven]
    shown = {id_ for each in live for id_ in (*each.databases, *(row.id for row in each.rows))}
    # A page may go on showing a database that does not answer any more.
    shown -= {id_ for id_ in state.databases if said.get(id_) is Verdict.UNREACHABLE}
    shown.update(roots)
    complete = {each.id for each in live if each.complete} | proven
    seen = {*shown, *(each.id for each in lists)}
    above = parents(state, seen)
    if TOP in complete:  # what lay in something deleted for good lies in the workspace alone
        complete |= set(above.values()) - seen - state.nodes.keys()
    return tuple(id_ for id_ in state.nodes if above[id_] in complete and id_ not in shown)


@dataclass(frozen=True, slots=True)
class Removals:
    """A step for each of the candidates, and what somebody must look at; `databases` are those of
    which nothing needs to stay."""

    steps: tuple[Step, ...] = ()
    problems: tuple[Problem, ...] = ()
    databases: frozenset[str] = frozenset()

    @property
    def removed(self) -> set[str]:
        """The ids of the pages that are removed."""
        return {step.page_id for step in self.steps if step.action is Action.REMOVE}


@dataclass
class _Root:
    """What is known of one root: its name, how many of its pages are recorded and whether any is shown,
    what Notion says of the candidates, and which pages lie below those that it does not show."""

    title: str
    recorded: int = 0
    is_shown: bool = False
    pages: dict[str, Verdict] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    below: set[str] = field(default_factory=set)
    top: list[str] = field(default_factory=list)

    def count(self, *wanted: Verdict) -> int:
        """How many of the candidates are of these verdicts."""
        return sum(said in wanted for id_, said in self.pages.items() if id_ not in self.forgotten)


def removals(listing: Listing, state: State, rules: Rules) -> Removals:
    """What becomes of the candidates."""
    family = Family(state)
    missing = candidates(listing.lists, state, listing.verdicts, listing.roots)
    roots = _roots(listing, state, rules, missing, family) if missing else {}
    steps: list[Step] = []
    problems: list[Problem] = []
    refusals = {id_: _refusal(root, rules) for id_, root in roots.items()}
    for id_, root in roots.items():
        sentences = (refusals[id_], _alarm(root))
        problems += [Problem(root.title, sentence) for sentence in sentences if sentence]
        for page_id, said in root.pages.items():
            step = _step(page_id, state.pages[page_id], said, rules, refusals[id_])
            if page_id in root.forgotten:
                step = replace(step, action=Action.REMOVE, reason=_FORGOTTEN)
            steps.append(step)
    deleted = _deleted(listing, state, rules)
    steps += (
        Step(Action.REMOVE, id_, record.folder, record.title, _LEFT)
        for id_, record in state.pages.items()
        if id_ in deleted
    )
    removed = {step.page_id for step in steps if step.action is Action.REMOVE}
    staying = {record.parent for id_, record in state.pages.items() if id_ not in removed}
    of_databases = [
        _step(
            id_,
            Record(place.parent, place.folder, place.title),
            listing.verdicts.get(id_, Verdict.UNKNOWN),
            rules,
            refusals.get(_top(id_, listing, family), ""),
        )
        for id_, place in state.databases.items()
        if id_ in missing
    ]
    dead = {step.page_id for step in of_databases if step.action is Action.REMOVE}
    dead.update(state.databases.keys() & deleted, *(root.forgotten for root in roots.values()))
    empty = (dead & state.databases.keys()) - staying
    steps += [s for s in of_databases if s.action is Action.KEEP and s.page_id not in empty]
    return Removals(tuple(steps), tuple(problems), frozenset(empty))


def _deleted(listing: Listing, state: State, rules: Rules) -> set[str]:
    """What no setting leads to any more, and of which somebody deleted all files."""
    found = {id_ for id_ in rules.left if id_ in rules.lost and rules.mine(id_)}
    shown = {*(each.id for each in listing.databases), *(row.id for row in listing.rows)}
    return (found & state.nodes.keys()) - shown - rules.read


def _roots(
    listing: Listing, state: State, rules: Rules, missing: Iterable[str], family: Family
) -> dict[str, _Root]:
    """The roots in which candidates lie."""
    found: dict[str, _Root] = {}
    asked = {id_: listing.verdicts.get(id_, Verdict.UNKNOWN) for id_ in missing if rules.mine(id_)}
    shown = {row.id: row.parent for row in listing.rows}
    listed = {each.id for each in listing.databases}
    for id_, said in asked.items():
        root = found.setdefault(
            top := _top(id_, listing, family), _Root(_title(top, listing, state))
        )
        if id_ in state.pages:
            root.pages[id_] = said
        if id_ in rules.lost and said in _ABSENT:
            root.forgotten.add(id_)
        if asked.keys().isdisjoint(family.above(id_)):
            root.top.append(state.nodes[id_].title or UNTITLED)
        if said not in PROOF:
            below = set(family.below(id_)) - asked.keys() - shown.keys() - listed
            lost = below.intersection(rules.lost) if id_ in root.forgotten else set()
            root.forgotten |= lost
            root.pages |= dict.fromkeys(filter(rules.mine, lost & state.pages.keys()), said)
            root.below |= (below & state.pages.keys()) - lost
    for id_ in filter(rules.mine, state.pages):
        if root_of := found.get(_top(id_, listing, family)):
            root_of.recorded += 1
    for id_, parent in shown.items():
        if root_of := found.get(_top(id_ if id_ in state.pages else parent, listing, family)):
            root_of.is_shown = True
    return found


def _top(id_: str, listing: Listing, family: Family) -> str:
    """The root in which something lies: what a setting names."""
    root = family.root(id_)
    known = listing.roots.get(root)
    is_whole = any(each.id == TOP and each.complete for each in listing.pages[:1])
    return TOP if (known.is_found if known else is_whole) else root


def _title(root: str, listing: Listing, state: State) -> str:
    if root == TOP:
        return "workspace"
    listed = next((each.title for each in listing.databases if each.id == root), "")
    known = state.pages.get(root) or state.databases.get(root)
    return listed or (known.title if known else "") or UNTITLED


def _step(id_: str, record: Record, said: Verdict, rules: Rules, refusal: str) -> Step:
    if said in PROOF and not refusal and not rules.keep_deleted:
        return Step(Action.REMOVE, id_, record.folder, record.title, said.value)
    why = ("; too many at once" if refusal else "; ON_DELETE=keep") if said in PROOF else ""
    return Step(Action.KEEP, id_, record.folder, record.title, said.value + why)


def _refusal(root: _Root, rules: Rules) -> str:
    """Why nothing of this root is removed, in a sentence; '' when it may be."""
    removable = root.count(*PROOF)
    if rules.allow_mass_delete or rules.keep_deleted or not removable:
        return ""
    if root.is_shown and not _is_mass(removable, root.recorded):
        return ""
    return (
        f"{removable} of {root.recorded} pages would be removed at once, so none was.{_topmost(root)} "
        "If that is intended, run once with ALLOW_MASS_DELETE=true."
    )


def _alarm(root: _Root) -> str:
    """What is wrong when a good part of a root is no longer shown, though nothing says
    that somebody threw it away; '' when it is not that much."""
    unseen = root.count(*(set(Verdict) - set(PROOF)))
    unseen += len(root.below)
    if not unseen or (root.is_shown and not _is_mass(unseen, root.recorded)):
        return ""
    return (
        f"{unseen} of {root.recorded} pages are no longer listed by Notion, but are not in its trash. All "
        f"are kept.{_topmost(root)} Look under ⋯ → Connections whether the integration may still see them. "
        "Those that were deleted for good are forgotten once you delete their folders here."
    )


def _topmost(root: _Root) -> str:
    """Which pages lie above all others; one may explain hundreds."""
    if not root.top:
        return ""
    shown = first_few((f"“{title}”" for title in root.top), _NAMED)
    is_all = len(root.top) >= len(root.pages) + len(root.below)
    return f" {'They are' if is_all else 'All are, or lie in'}: {shown}."


def _is_mass(count: int, recorded: int) -> bool:
    return count >= _FEW and count > recorded * _SHARE
