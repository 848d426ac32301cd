"""The write side as one thing: who may write, what was written, and what goes wrong on the way.

writes = stand_in.writes
writes.allow("ntn_write")                      # a token that may write
writes.spoil(trouble.conflict(), every=10)     # each tenth write answers 409
writes.spoil(trouble.lost(), at=7)             # the seventh is done, its answer is lost
writes.spoil(trouble.unavailable(keep=3), at=2, path="/children")
writes.knobs.block_limit = 300                 # see call.WriteKnobs
writes.uploads.fail_first = True               # the first send of each file answers 400
[one.path for one in writes.log if one.committed]
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from backup.model import Json, dashed_id
from fakenotion import validation
from fakenotion.refusal import Refusal, bad_id
from fakenotion.routes import UUID, Api, Request
from fakenotion.workspace import Workspace
from fakenotion.writing import children, databases, files, limits, pages, talk, views
from fakenotion.writing.call import Call, Token, WriteKnobs
from fakenotion.writing.trouble import Trouble
from fakenotion.writing.uploads import Uploads

Endpoint = Callable[..., Json]
ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("POST", r"/v1/pages", pages.create),
    ("PATCH", r"/v1/pages/(?P<page_id>[^/]+)", pages.update),
    ("PATCH", r"/v1/blocks/(?P<block_id>[^/]+)/children", children.append),
    ("PATCH", r"/v1/blocks/(?P<block_id>[^/]+)", children.update),
    ("DELETE", r"/v1/blocks/(?P<block_id>[^/]+)", children.delete),
    ("POST", r"/v1/databases", databases.create),
    ("PATCH", r"/v1/databases/(?P<database_id>[^/]+)", databases.update),
    ("POST", r"/v1/data_sources", databases.create_source),
    ("PATCH", r"/v1/data_sources/(?P<data_source_id>[^/]+)", databases.update_source),
    ("POST", r"/v1/views", views.create),
    ("PATCH", r"/v1/views/(?P<view_id>[^/]+)", views.update),
    ("DELETE", r"/v1/views/(?P<view_id>[^/]+)", views.delete),
    ("POST", r"/v1/comments", talk.create),
    ("POST", r"/v1/file_uploads", files.create),
    ("POST", r"/v1/file_uploads/(?P<file_upload_id>[^/]+)/send", files.send),
    ("POST", r"/v1/file_uploads/(?P<file_upload_id>[^/]+)/complete", files.complete),
)
_SHOWN = r"/v1/file_uploads/(?P<file_upload_id>[^/]+)"


@dataclass
class Write:
    """One request that writes. `text` is its body, '' for the bytes of a file; `status` is what it
    was answered with (0: the connection was closed), `committed` whether it was done."""

    number: int
    method: str
    path: str
    size: int
    text: str
    body: Json
    token: str
    status: int = 0
    committed: bool = False


@dataclass(frozen=True)
class _Spoiled:
    trouble: Trouble
    at: int
    every: int
    path: str


@dataclass
class Writes:
    """All about writing to one stand-in: `log`, `knobs`, `uploads`, the tokens and what is spoiled.

    A token that was not allowed here may only read. Writes are counted from 1, whatever they are
    answered with; what is refused for its token is not one.
    """

    content: Any  # the workspace of the stand-in
    knobs: WriteKnobs = field(default_factory=WriteKnobs)
    log: list[Write] = field(default_factory=list)
    tokens: dict[str, Token] = field(default_factory=dict)
    plan: Callable[[Write], Trouble | None] | None = (
        None  # asked about each write before it is done
    )
    made: int = 0  # blocks that were made
    _spoiled: list[_Spoiled] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.uploads = Uploads(lambda: self.content.now())

    # -- what tests set --------------------------------------------------------------------------

    def allow(
        self, value: str, name: str = "Restorer", *, personal: bool = False, reads: bool = True
    ) -> Token:
        """A token that may write, of a bot of its own; a `personal` one of its person."""
        return self._token(value, name, self.content, personal=personal, reads=reads)

    def forbid(self, value: str) -> None:
        """The token reads from now on, and no more."""
        self.tokens[value].writes = False

    def stranger(self, value: str) -> Workspace:
        """A token that may write, of another workspace: nothing of ours is there. That one."""
        self._token(value, "Stranger", Workspace("Elsewhere", lambda: self.content.now()))
        return self.tokens[value].content

    def _token(self, value: str, name: str, content: Workspace, **marks: bool) -> Token:
        bot = copy.deepcopy(content.add_bot(name))
        if marks.get("personal"):
            bot["bot"]["owner"] = {"type": "user", "user": content.person}
        self.tokens[value] = Token(value, content, bot, **marks)
        return self.tokens[value]

    def allow_size(self, most: int) -> None:
        """Files may have so many bytes, as `users/me` says; more than 5 MiB is a paid workspace."""
        for token in self.tokens.values():
            token.bot["bot"]["workspace_limits"]["max_file_upload_size_in_bytes"] = most

    def spoil(self, trouble: Trouble, *, at: int = 0, every: int = 0, path: str = "") -> None:
        """Lets the write of a number go wrong, or every so many, or (neither) the next one; counted
        among those whose path contains `path`."""
        at = at or (0 if every else self._count(path) + 1)
        self._spoiled.append(_Spoiled(trouble, at, every, path))

    def mend(self) -> None:
        """Nothing goes wrong any more, but for what the knobs say."""
        self._spoiled.clear()

    def signed(self) -> list[Write]:
        """The writes that sent an address of Notion's own files, which they never should."""
        return [one for one in self.log if "X-Amz-" in one.text or "hosted://" in one.text]

    # -- what the server asks --------------------------------------------------------------------

    def holder(self, value: str) -> Token:
        """The token of a request; one that is not known here reads as the workspace's first bot."""
        known = self.tokens.get(value)
        return known or Token(value, self.content, self.content.bot, writes=False)

    def answer(self, api: Api, request: Request, value: str, raw: bytes, header: str) -> Json:
        """The JSON of a good answer, of reading and writing; raises Refusal and Lost."""
        token = self.holder(value)
        if token.content is not api.content:
            api = Api(token.content, api.cap, api.most, api.copies)
        call = Call(api, request, token, self.knobs, self.uploads, raw, header, self.made)
        if (shown := re.fullmatch(_SHOWN, request.path)) and request.method == "GET":
            return files.show(call, shown["file_upload_id"])
        for method, pattern, endpoint in ROUTES:
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                return self._write(call, endpoint, found.groupdict())
        if not token.reads:
            raise Refusal(403, "Insufficient permissions for this endpoint.")
        me = request.path == "/v1/users/me" and request.method == "GET"
        return token.bot if me and not request.query else api.answer(request)

    def _write(self, call: Call, endpoint: Endpoint, ids: dict[str, str]) -> Json:
        if not call.token.writes:
            raise Refusal(403, "Insufficient permissions for this endpoint.")
        entry = self._logged(call)
        trouble = self._trouble(entry)
        try:
            made = self._done(call, endpoint, ids, entry, trouble)
        except Refusal as refused:
            entry.status = refused.status
            raise
        entry.status = 200
        return made

    def _done(
        self, call: Call, endpoint: Endpoint, ids: dict[str, str], entry: Write, trouble: Any
    ) -> Json:
        if trouble and not trouble.commits:
            raise trouble.answer()
        for name, sent in ids.items():
            if not UUID.fullmatch(sent.replace("-", "")):
                raise bad_id("path", name, sent)
        validation.check("write", {}, call.request.query)
        if not call.header.startswith("multipart/"):
            limits.check_size(call.raw)
        call.keep = trouble.keep if trouble else None
        with _acting(call):
            made = endpoint(call, **{name: dashed_id(sent) for name, sent in ids.items()})
        self.made += call.charged
        entry.committed = True
        if trouble:
            raise trouble.answer(*call.committed)
        return made

    def _logged(self, call: Call) -> Write:
        sent, is_file = call.request, call.header.startswith("multipart/")
        text = "" if is_file else call.raw.decode("utf-8", "replace")
        number, size = len(self.log) + 1, len(call.raw)
        entry = Write(number, sent.method, sent.path, size, text, sent.body, call.token.value)
        self.log.append(entry)
        return entry

    def _count(self, path: str) -> int:
        return sum(path in one.path for one in self.log)

    def _trouble(self, entry: Write) -> Trouble | None:
        for one in self._spoiled:
            if one.path in entry.path:
                number = self._count(one.path)
                if number == one.at or (one.every and number % one.every == 0):
                    return one.trouble
        if self.plan and (planned := self.plan(entry)):
            return planned
        most = self.knobs.slow_above
        if most is not None and _longest(entry.body) > most:
            return Trouble(504, self.knobs.slow_commits)
        return None


@contextmanager
def _acting(call: Call) -> Iterator[None]:
    """What is made and edited meanwhile is the bot's."""
    content = call.content
    before, content.person = content.person, call.token.bot
    try:
        yield
    finally:
        content.person = before


def _longest(value: Any) -> int:
    """The most characters that one block of a request has in its own text."""
    if isinstance(value, list):
        return max(map(_longest, value), default=0)
    if not isinstance(value, dict):
        return 0
    runs = value.get("rich_text")
    texts = [run.get("text") for run in runs if isinstance(run, dict)] if runs else []
    said = [str(text.get("content", "")) for text in texts if isinstance(text, dict)]
    return max(sum(map(limits.units, said)), *map(_longest, value.values()), 0)
