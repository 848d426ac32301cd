"""Finds the setting that was probably meant by a name that is nearly right."""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import get_close_matches

_NUMBERED = re.compile(r"DB(\d+)(?=_|[A-Z])")
_CLOSE = 0.78  # of difflib's ratio: FRONTMATTER and DISCORD_LVL are near, OTHER_KEY is not
# Names of the single script that came before this program, and what became of them.
_FORMER = {
    "GIT_BASE_URL": "The address is the one of the clone's remote.",
    "GIT_OWNER": "The repository is the one that the backup runs in.",
    "TIMEZONE": "Times are those of Notion, and in UTC.",
    "GIT_REPO": "The repository is the one that the backup runs in.",
}


def nearest(name: str, known: Collection[str]) -> str:
    """The setting that was probably meant by `name`, or `name` itself; '' when none is near.

    `known` are the names of all settings; DBn_… stands for every number.
    """
    asked = _NUMBERED.sub("DBn", name.upper().replace("-", "_"))
    match = get_close_matches(asked, known, n=1, cutoff=_CLOSE)
    number = _NUMBERED.search(name.upper())
    return (match[0].replace("DBn", f"DB{number[1]}") if number else match[0]) if match else ""


def former(name: str) -> str:
    """What became of a name of the single script that came before this program; '' for others."""
    return _FORMER.get(name, "")
