"""What can go wrong with a single write, as values: before it is done, or after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fakenotion.refusal import Refusal

_MESSAGES = {
    409: "Conflict occurred while saving. Please try again.",
    503: "Notion is temporarily unavailable.",
    504: "The request took too long.",
}
_GUIDANCE = "Part of this request may have been saved: look before you send it again."


class Lost(Exception):
    """The connection is closed instead of an answer."""


@dataclass(frozen=True)
class Trouble:
    """How a write is answered instead: with a `status`, or not at all (0). `commits`: it was done
    all the same, of a request's children only so many as `keep` says (None: all)."""

    status: int
    commits: bool = False
    keep: int | None = None

    def answer(self, resource: str = "", children: Sequence[str] = ()) -> Exception:
        """What to raise; a 503 says what was saved (Notion's reference, 2026-09)."""
        if not self.status:
            return Lost()
        if self.status == 503 and self.commits:
            details = {"retry_guidance": _GUIDANCE, "committed_resource_id": resource}
            if children:
                return Refusal(503, _MESSAGES[503], **details, committed_child_ids=list(children))
            return Refusal(503, _MESSAGES[503], **details)
        return Refusal(self.status, _MESSAGES.get(self.status, "Something went wrong."))


def conflict() -> Trouble:
    """409: nothing was done, and the same request is welcome again."""
    return Trouble(409)


def unavailable(keep: int | None = None, *, commits: bool = True) -> Trouble:
    """503, though it was done, with as many of the children as `keep` says."""
    return Trouble(503, commits, keep)


def timed_out(*, commits: bool = True) -> Trouble:
    """504, which says nothing about what was done."""
    return Trouble(504, commits)


def lost(*, commits: bool = True) -> Trouble:
    """No answer at all: the connection is closed, by default after the write was done."""
    return Trouble(0, commits)
