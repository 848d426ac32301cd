"""Decides about pages that Notion no longer lists: a listing without a page proves nothing.

Only what Notion says of the page itself counts (Notion API reference, "Trash" and error 404): the
trash and another parent are proof, a 404 is none, because a page that was deleted for good and one
that is no longer shared look the same. Many at once are treated as a mistake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace

from backup.model import Problem
from backup.sync.state import Record, State, join
from backup.sync.steps import Action, Listed, Rules, Step, Verdict

_SHARE = 0.20  # of a database's pages: more than this at once is taken for a mistake …
_FEW = 5  # … from this many pages on
_PROOF = (Verdict.TRASHED, Verdict.MOVED)
_ABSENT = (*_PROOF, Verdict.UNREACHABLE)
_FORGOTTEN = "neither Notion nor this folder has it any more"


def candidates(listed: Collection[Listed], state: State) -> tuple[str, ...]:
    """Pages of the listed databases that no listing shows: to be asked for, one by one."""
    shown = {row.id for database in listed for row in database.rows}
    complete = {database.id for database in listed if database.complete}
    return tuple(
        id_ for id_, record in state.pages.items() if record.parent in complete and id_ not in shown
    )


def gone(
    listed: Collection[Listed], state: State, verdicts: Mapping[str, Verdict], rules: Rules
) -> tuple[list[Step], list[Problem]]:
    """A step for each of the candidates, and what somebody must look at."""
    steps: list[Step] = []
    problems: list[Problem] = []
    missing = [id_ for id_ in candidates(listed, state) if rules.mine(id_)]
    for database in listed:
        pages = {
            id_: verdicts.get(id_, Verdict.UNKNOWN)
            for id_ in missing
            if state.pages[id_].parent == database.id
        }
        forgotten = {id_ for id_, said in pages.items() if id_ in rules.lost and said in _ABSENT}
        doubts = Counter(said for id_, said in pages.items() if id_ not in forgotten)
        recorded = sum(
            record.parent == database.id and rules.mine(id_) for id_, record in state.pages.items()
        )
        refusal = _refusal(database, recorded, doubts, rules)
        sentences = (refusal, _alarm(database, recorded, doubts))
        problems += [Problem(database.title, sentence) for sentence in sentences if sentence]
        for id_, said in pages.items():
            step = _step(id_, state.pages[id_], said, rules, refusal)
            step = (
                replace(step, action=Action.REMOVE, reason=_FORGOTTEN) if id_ in forgotten else step
            )
            steps.append(_followed(step, database, state))
    return steps, problems


def _step(id_: str, record: Record, said: Verdict, rules: Rules, refusal: str) -> Step:
    if said in _PROOF and not refusal and not rules.keep_deleted:
        return Step(Action.REMOVE, id_, record.folder, record.title, said.value)
    why = ("; too many at once" if refusal else "; ON_DELETE=keep") if said in _PROOF else ""
    return Step(Action.KEEP, id_, record.folder, record.title, said.value + why)


def _followed(step: Step, database: Listed, state: State) -> Step:
    """A page that is kept goes where its database goes."""
    before = state.databases.get(database.id)
    folder, _, name = step.folder.rpartition("/")
    if step.action is Action.REMOVE or not before or (folder or ".") != before.folder:
        return step
    new = join(database.folder, name)
    return replace(step, folder=new, old_folder=step.folder) if new != step.folder else step


def _refusal(database: Listed, recorded: int, doubts: Counter[Verdict], rules: Rules) -> str:
    """Why nothing of this database is removed, in a sentence; '' when it may be."""
    removable = sum(doubts[said] for said in _PROOF)
    if rules.allow_mass_delete or rules.keep_deleted or not removable:
        return ""
    if database.rows and not _is_mass(removable, recorded):
        return ""
    return (
        f"{removable} of {recorded} pages would be removed at once, so none was. If that is intended, "
        "run once with ALLOW_MASS_DELETE=true."
    )


def _alarm(database: Listed, recorded: int, doubts: Counter[Verdict]) -> str:
    """What is wrong when a good part of a database is not to be seen any more, though nothing says
    that somebody threw it away; '' when it is not that much."""
    unseen = sum(count for said, count in doubts.items() if said not in _PROOF)
    if not unseen or (database.rows and not _is_mass(unseen, recorded)):
        return ""
    return (
        f"{unseen} of {recorded} pages are no longer listed by Notion, but are not in its trash. All "
        "are kept. Look under ⋯ → Connections whether the integration may still see them. Those that "
        "were deleted for good are forgotten once you delete their folders here."
    )


def _is_mass(count: int, recorded: int) -> bool:
    return count >= _FEW and count > recorded * _SHARE
