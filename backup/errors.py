"""The errors that end a run, or one page of it: a sentence for a person, a hint, an exit code.

BackupError
├── ConfigError            2  the person who wrote the workflow can mend it
├── NotionError            1  Notion refused, or never answered
│   ├── NotFound              gone, or not shared with the integration
│   ├── Unauthorized       2  the token is wrong, revoked, or lacks a capability
│   └── Busy                  throttled or broken just now; the client has tried again
├── FileError              1  a file could not be downloaded
├── WorkspaceError         1  something lies where a page should go
├── StateError             1  .notion-sync.json cannot be used by this program
│   └── BrokenState           it is damaged; what it knew is found out anew
└── GitError               1  git said no
Anything else is a bug: exit code 1 with its traceback.
"""


class BackupError(Exception):
    """`message` says what happened and where, `hint` what to do; neither ever holds a secret."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class ConfigError(BackupError):
    """A setting is missing or cannot be understood."""

    exit_code = 2


class NotionError(BackupError):
    """Notion refused a request, or its answer made no sense."""

    def __init__(self, message: str, *, hint: str = "", status: int = 0, code: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.code = code


class NotFound(NotionError):
    """404: absent, deleted for good, or not shared with the integration; Notion does not say which."""


class Unauthorized(NotionError):
    """401 or a missing capability: no page can be read, so nothing may be concluded from it."""

    exit_code = 2


class Busy(NotionError):
    """Throttled (429, 529) or broken (5xx, cut connection) for longer than the client waits."""


class FileError(BackupError):
    """A file that a page refers to could not be stored."""


class WorkspaceError(BackupError):
    """The folder below the workspace is not ours to write, or cannot be written."""


class StateError(BackupError):
    """The sync state is not for this program; never a reason to delete anything."""


class BrokenState(StateError):
    """The sync state is damaged: cut off, edited by hand, or left in a merge conflict."""


class GitError(BackupError):
    """git refused, or could not be run."""
