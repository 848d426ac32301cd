"""Signs commits if commit.gpgSign is set, which fast-import ignores.

It stands apart because it makes commits in another way than all other code: one by one, from what git has of
each. Once fast-import signs, it goes.
"""

from __future__ import annotations

import re

from backup.errors import GitError
from backup.git import Git

_PERSON = re.compile(r"^(author|committer) (.*) <(.*)> (\d+) (\S+)$", re.MULTILINE)


def signed(git: Git, commit: str, tip: str) -> str:
    """The last of the commits after `tip` up to `commit`, rewritten with signatures; `commit` itself
    where nobody asks for them.

    Raises GitError when one cannot be signed.
    """
    if git.ask("config", "--type=bool", "commit.gpgSign") != "true":
        return commit
    after = (f"^{tip}",) if tip else ()
    last = tip
    for each in git.run("rev-list", "--reverse", commit, *after).split():
        last = _signed(git, each, last)
    return last


def _signed(git: Git, commit: str, parent: str) -> str:
    head, _, message = git.run("cat-file", "commit", commit).partition("\n\n")
    persons: dict[str, str] = {}
    for role, name, email, time, zone in _PERSON.findall(head):
        values = {"NAME": name, "EMAIL": email, "DATE": f"@{time} {zone}"}
        persons |= {f"GIT_{role.upper()}_{part}": value for part, value in values.items()}
    tree = head.partition("\n")[0].removeprefix("tree ")
    command = ("commit-tree", "-S", *(("-p", parent) if parent else ()), tree)
    unmarked = git.using(("i18n.commitEncoding", "UTF-8"))
    try:
        return unmarked.run(*command, given=message.encode(), extra=persons).strip()
    except GitError as error:
        raise GitError(
            f"The commit could not be signed, as commit.gpgsign asks for: {error.message}",
            hint="Give git the key (user.signingkey), or switch signing off in this clone: "
            "git config commit.gpgsign false",
        ) from None
