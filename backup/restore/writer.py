"""Writes to Notion: the only place that does, with a token of its own. Only a restore may use it.

A write has no key by which Notion would know it again, so one whose answer is lost is not sent a second
time from here: `Unsettled` says so, and whoever sent it looks first. What sets a thing to a value may be
sent twice. Nothing is sent to another host than that of the API, and no redirect is followed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from backup import exact_json
from backup.errors import Busy, Forbidden, NotionError, Unauthorized, Unfinished
from backup.http import RequestException, no_answer
from backup.json_values import as_list, as_object, mapping, word
from backup.model import Json
from backup.notion import wire
from backup.notion.client import TIMEOUT, Gate, notion_session, segment, sendable
from backup.notion.responses import CONFLICT, Broken, Throttled, judged, parsed
from backup.notion.wire import Bounds

NAME = "NOTION_RESTORE_TOKEN"
_MAY_NOT = (
    f"Open the integration of {NAME} in Notion, tick “Insert content” and “Update content” under "
    "Capabilities, and see under ⋯ → Connections that the page is shared with it."
)
_TRIES = 6  # of one write whose answers are lost
_REPEATS = 8  # of a request that may be sent twice, or met a conflict
T = TypeVar("T")


class Unsettled(NotionError):
    """Nobody knows whether a write was done. `resource` and `children` are the ids of what was, where
    Notion said so ("Errors", 503, 2026-09)."""

    def __init__(
        self, message: str, status: int = 0, resource: str = "", children: Any = ()
    ) -> None:
        super().__init__(message, hint="Run the restore again: it continues.", status=status)
        self.resource = resource
        self.children = tuple(each for each in as_list(children) if isinstance(each, str))


class BlockLimit(Unfinished):
    """The workspace takes no more blocks."""


class NotionWriter:
    """The writing endpoints of the Notion API, one request at a time. Raises ConfigError for a token
    that cannot be one."""

    def __init__(
        self,
        token: str,
        base_url: str = "https://api.notion.com",
        *,
        gate: Gate | None = None,
    ) -> None:
        self.requests = 0  # made, answered or not, repetitions included
        self.done = 0  # writes that were answered well
        self._token = sendable(token, NAME)
        self._base = base_url.rstrip("/")
        self._gate = gate or Gate()
        self._session = notion_session(token, 1, self._base)

    # -- what may be sent twice ------------------------------------------------------------------

    def me(self) -> Json:
        """GET /v1/users/me: the bot of the token, with the limits of its workspace."""
        return self._set("GET", "users/me", ("user",))

    def page(self, id_: str, body: Json) -> Json:
        """PATCH /v1/pages/{id}."""
        return self._set("PATCH", f"pages/{segment(id_)}", ("page",), body)

    def block(self, id_: str, body: Json) -> Json:
        """PATCH /v1/blocks/{id}, also of a page or database."""
        return self._set("PATCH", f"blocks/{segment(id_)}", ("block", "page", "database"), body)

    def database(self, id_: str, body: Json) -> Json:
        """PATCH /v1/databases/{id}."""
        return self._set("PATCH", f"databases/{segment(id_)}", ("database",), body)

    def view(self, id_: str, body: Json) -> Json:
        """PATCH /v1/views/{id}."""
        return self._set("PATCH", f"views/{segment(id_)}", ("view",), body)

    def data_source(self, id_: str, body: Json) -> Json:
        """PATCH /v1/data_sources/{id}."""
        return self._set("PATCH", f"data_sources/{segment(id_)}", ("data_source",), body)

    # -- what may not ----------------------------------------------------------------------------

    def append(self, id_: str, body: Json) -> list[Json]:
        """PATCH /v1/blocks/{id}/children: the blocks of the answer, those that were sent first."""
        answer = self._send("PATCH", f"blocks/{segment(id_)}/children", ("list",), {"json": body})
        return [as_object(each) for each in as_list(answer.get("results"))]

    def alter(self, id_: str, body: Json) -> Json:
        """PATCH /v1/data_sources/{id} that makes something beside what it sets."""
        path = f"data_sources/{segment(id_)}"
        return self._send("PATCH", path, ("data_source",), {"json": body})

    def remove(self, id_: str) -> None:
        """DELETE /v1/blocks/{id}."""
        self._send("DELETE", f"blocks/{segment(id_)}", ("block",), {})

    def make(self, kind: str, body: Json) -> Json:
        """POST /v1/<kind>: pages, databases, data_sources, views, comments or file_uploads."""
        return self._send("POST", kind, (kind.removesuffix("s"),), {"json": body})

    def send_file(self, id_: str, name: str, type_: str, content: bytes, part: int = 0) -> Json:
        """POST /v1/file_uploads/{id}/send: a file, or one `part` of it, counted from 1."""
        more = {"data": {"part_number": str(part)}} if part else {}
        path, sent = f"file_uploads/{segment(id_)}/send", {"file": (name, content, type_)}
        return self._send("POST", path, ("file_upload",), {"files": sent, **more})

    def complete_file(self, id_: str) -> Json:
        """POST /v1/file_uploads/{id}/complete: all parts were sent."""
        path = f"file_uploads/{segment(id_)}/complete"
        return self._send("POST", path, ("file_upload",), {"json": {}})

    # -- the way ---------------------------------------------------------------------------------

    def _set(
        self, method: str, path: str, kinds: tuple[str, ...], body: Json | None = None
    ) -> Json:
        """What may be sent again until it is answered."""
        sent: Json = {} if body is None else {"json": body}
        try:
            return self.settled(lambda _: self._send(method, path, kinds, sent), _REPEATS)
        except Unsettled as error:
            raise Busy(error.message, hint=error.hint, status=error.status) from None

    def settled(self, attempt: Callable[[bool], T], tries: int = _TRIES) -> T:
        """What `attempt` gives, which is tried again while nobody knows whether its write was done; it is
        given whether there was such a one before, so that it looks. Raises Unsettled in the end."""
        for failed in range(1, tries):
            try:
                return attempt(failed > 1)
            except Unsettled:
                self.pause(failed)
        return attempt(True)

    def pause(self, failed: int) -> None:
        """Wait before the next try; `failed` have failed."""
        self._gate.pause(failed)

    def _send(self, method: str, path: str, kinds: tuple[str, ...], sent: Json) -> Json:
        """The answer of a write that is sent until it was done, refused, or nobody knows."""
        failed = 0
        while True:
            self._gate.wait()
            try:
                answer = self._once(method, path, kinds, sent)
            except Throttled as error:
                self._gate.close(error.seconds)
                continue
            except Broken as error:  # a conflict: all else is unsettled
                failed += 1
                if failed >= _REPEATS:
                    raise Busy(
                        f"{method} /v1/{path} met a conflict {failed} times.",
                        hint="Run the restore again: it continues.",
                        status=error.status,
                    ) from None
                self._gate.pause(failed, error.seconds)
                continue
            self._gate.passed()
            self.done += method != "GET"
            return answer

    def _once(self, method: str, path: str, kinds: tuple[str, ...], sent: Json) -> Json:
        named, url = f"{method} /v1/{path}", f"{self._base}/v1/{path}"
        more: Json = {**sent, "timeout": TIMEOUT, "allow_redirects": False}
        if "json" in more:  # numbers as they came
            more["data"] = exact_json.dumps(more.pop("json"), is_sorted=False).encode()
            more["headers"] = {"Content-Type": "application/json"}
        self.requests += 1
        try:
            answer, content = wire.fetched(self._session, Bounds(), method, url, **more)
        except wire.Overdue:
            raise Unsettled(f"{named} was not answered in time.") from None
        except wire.AnswerTooLarge:
            raise Unsettled(f"{named} was answered with too much.") from None
        except RequestException as error:
            raise Unsettled(f"{named} was not answered: {no_answer(error)}.") from None
        if answer.status_code != 200:
            content = content.replace(self._token, b"***")
        body = parsed(content).value
        _check_limit(answer.status_code, body)
        try:
            return judged(answer.status_code, answer.headers, body, named, kinds)
        except Broken as error:
            if answer.status_code == CONFLICT:
                raise
            raise _unsettled(f"{named} failed: {error}.", answer.status_code, body) from None
        except Unauthorized as error:
            hint = f"Check {NAME}."
            raise Unauthorized(error.message, hint=hint, status=error.status) from None
        except Forbidden as error:
            raise Forbidden(error.message, hint=_MAY_NOT, status=error.status) from None


def _unsettled(message: str, status: int, body: object) -> Unsettled:
    details = mapping(body, "additional_data")
    resource = word(details, "committed_resource_id")
    return Unsettled(message, status, resource, details.get("committed_child_ids"))


def _check_limit(status: int, body: object) -> None:
    """Raises BlockLimit for the answer of a workspace that takes no more blocks (2026-09)."""
    if status == 403 and (limit := mapping(body, "additional_data").get("block_limit")):
        raise BlockLimit(
            f"The workspace takes no more than {limit} blocks from programs.",
            hint="Remove this limit in Notion (a paid plan, or a personal token), then run the restore "
            "again: it continues.",
        )
