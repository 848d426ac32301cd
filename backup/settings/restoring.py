"""The settings of a restore: what, as of when, and where to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backup.model import WORKSPACE
from backup.settings.databases import database_ids
from backup.settings.parsers import Secret, secret, shown, switch
from backup.settings.setting import SettingReader, setting

ORIGINAL = "original"
_COMMIT = re.compile(r"[^\s:\x00-\x1f\x7f-][^\s:\x00-\x1f\x7f]*")


def _into(text: str) -> str:
    if text.lower() in ("", ORIGINAL):
        return text.lower()
    try:
        ids = database_ids(text)
    except ValueError:
        ids = ()
    if len(ids) != 1 or ids[0] == WORKSPACE:
        raise ValueError(f"write {ORIGINAL}, or the link of one page, not {shown(text)}.")
    return ids[0]


def _commit(text: str) -> str:
    if text and (not _COMMIT.fullmatch(text) or ".." in text):
        raise ValueError(f"write a commit, a tag or a branch, not {shown(text)}.")
    return text


@dataclass(frozen=True, kw_only=True, slots=True)
class Restoring:
    """What to restore. `into` is ORIGINAL, the id of a page, or '' to plan only; `at` is '' for what lies
    in the work tree."""

    path: str = setting(
        "RESTORE_PATH",
        "",
        "For the command `restore`: the folder of a page or database in the backup, its id or link, or "
        "its title.",
        str,
        required="name the page to restore by its folder in the backup, its link, or its title.",
    )
    into: str = setting(
        "RESTORE_INTO",
        "",
        "Where to restore it: `original` takes it out of Notion's trash; the link of a page makes a copy "
        "below that page. Without it, `restore` shows what would be made, and writes nothing.",
        _into,
    )
    at: str = setting(
        "RESTORE_AT",
        "",
        "Restore an older state: a commit or tag of the backup's repository. The clone needs its history "
        "(`fetch-depth: 0`).",
        _commit,
    )
    token: Secret = setting(
        "NOTION_RESTORE_TOKEN",
        "",
        "The secret of an integration that may insert content, for `restore` alone. NOTION_TOKEN only "
        "reads.",
        secret,
        secret=True,
    )
    proof: bool = setting(
        "RESTORE_PROOF",
        "true",
        "Read a restored copy back, and compare it with the backup.",
        switch,
    )


def restoring(reader: SettingReader) -> Restoring:
    """Read them."""
    found = reader.values(Restoring)
    if found.into and not found.token:
        reader.problems.append(
            "NOTION_RESTORE_TOKEN is missing: RESTORE_INTO writes to Notion, and NOTION_TOKEN only reads; "
            "create a second integration that may insert content, and share the target with it."
        )
    if found.into == ORIGINAL and found.at:
        reader.problems.append(
            "RESTORE_AT: a page from Notion's trash comes back as it was there; to restore an older "
            "state, write the link of a page into RESTORE_INTO."
        )
    return found
