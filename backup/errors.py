"""Errors that end a run, or one page of it: a sentence, a hint, an exit code.

BackupError
├── ConfigError            2  the author of the workflow can fix it
├── NotionError            1  Notion refused, or never answered
│   ├── NotFound              deleted, or not shared with the integration
│   ├── Unauthorized       2  the token is wrong or revoked, or opens nothing at all
│   ├── Forbidden             not for this integration; another object may be
│   └── Busy                  throttled or broken just now; the client has tried again
├── FileError              1  a file could not be downloaded
│   ├── TooLarge              left out on purpose
│   └── Passing               another try may help
├── WorkspaceError         1  something lies where a page should go
├── StateError             1  .notion-sync.json cannot be used by this program
│   └── BrokenState           it is damaged, and is rebuilt
├── StoreError             1  a .notion.json cannot be used: its page is read from Notion again
├── Unfinished             3  a restore that can go on when it is run again
└── GitError               1  git failed
Anything else is a bug: it costs the page or database in whose work it shows, else the run (exit
code 1).
"""

import errno
import traceback

_BUSY = (408, 425, 429)  # RFC 9110, 8470 and 6585: the same request may succeed later
_FULL = (errno.ENOSPC, errno.EDQUOT)


class BackupError(Exception):
    """`message` says what happened and where, `hint` what to do; neither ever holds a secret."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        if not self.hint:
            return self.message
        stop = "" if self.message.endswith((".", "!", "?", ":", "…")) else "."
        return f"{self.message}{stop} {self.hint}"


class ConfigError(BackupError):
    """A setting is missing or cannot be understood."""

    exit_code = 2


class NotionError(BackupError):
    """Notion refused a request, or its answer made no sense."""

    def __init__(self, message: str, *, hint: str = "", status: int = 0, code: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.code = code

    @property
    def is_refusal(self) -> bool:
        """Whether it is about what was asked for alone: other answers may come."""
        return self.status in (400, 403, 404)


class NotFound(NotionError):
    """404: absent, deleted for good, or not shared with the integration; Notion does not say which."""


class Unauthorized(NotionError):
    """401, or 403 for everything: no page can be read, so nothing may be concluded from it."""

    exit_code = 2


class Forbidden(NotionError):
    """403 about one object: it may not be read; nothing is said of any other."""


class Busy(NotionError):
    """Throttled (429, 529) or broken (5xx, cut connection) for longer than the client waits."""


class FileError(BackupError):
    """A file that a page refers to could not be stored."""


class TooLarge(FileError):
    """The file is larger than the user allows (`limit`, in bytes): left out on purpose, no failure."""

    def __init__(self, message: str, *, hint: str = "", limit: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.limit = limit


class Passing(FileError):
    """Trying again may help; `after` is how many seconds the server asked to wait, 0 for none."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        super().__init__(message)
        self.after = after


class WorkspaceError(BackupError):
    """The folder below the workspace is not ours to write, or cannot be written."""


class StateError(BackupError):
    """The sync state is not for this program; never a reason to delete anything."""


class BrokenState(StateError):
    """The sync state is damaged: cut off, edited by hand, or left in a merge conflict."""


class StoreError(BackupError):
    """A .notion.json is damaged, was changed by somebody, or has the form of another version."""


class Unfinished(BackupError):
    """A restore was not finished; the next one continues it."""

    exit_code = 3


class GitError(BackupError):
    """git refused, or could not be run."""


def sentence(error: Exception) -> str:
    """An error in words. A bug is named by its kind and place ('backup.pipeline.page:120'): its own words
    may hold what nobody should read. A refusal by the disk is not one."""
    if isinstance(error, BackupError):
        return str(error)
    frames = traceback.walk_tb(error.__traceback__)
    places = [f"{frame.f_globals.get('__name__')}:{line}" for frame, line in frames]
    place = next((each for each in reversed(places) if each.startswith("backup.")), "")
    place = place or "unknown code"
    if isinstance(error, OSError) and error.strerror:
        return f"A file could not be read or written here: {error.strerror} (in {place})."
    return f"This is a bug: {type(error).__name__} in {place}. Please report it."


def is_disk_full(error: BaseException | None) -> bool:
    """Whether there is no room left on the disk, behind whatever was raised for it."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        error = error.__cause__ or error.__context__
    return False


def may_pass(status: int) -> bool:
    """Whether a server that answered so is busy or out of order for a moment, so that another try may help."""
    return status in _BUSY or status >= 500
