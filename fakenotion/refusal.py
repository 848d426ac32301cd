"""The errors that Notion answers, in its own words (recorded 2026, and its page of status codes)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from backup.model import Json

VERSIONS = (
    *("2021-05-11", "2021-05-13", "2021-08-16", "2022-02-22", "2022-06-28"),
    *("2025-09-03", "2026-03-11"),
)
CODES: Mapping[int, str] = {
    400: "validation_error",
    401: "unauthorized",
    403: "restricted_resource",
    404: "object_not_found",
    409: "conflict_error",
    429: "rate_limited",
    500: "internal_server_error",
    502: "bad_gateway",
    503: "service_unavailable",
    504: "gateway_timeout",
    529: "service_overload",
}


class Refusal(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str, code: str = "", **additional: Any) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code or CODES.get(status, "internal_server_error")
        self.additional = additional

    def body(self) -> Json:
        """The error object, still without its request id."""
        made = {
            "object": "error",
            "status": self.status,
            "code": self.code,
            "message": self.message,
        }
        return {**made, "additional_data": self.additional} if self.additional else made


def no_version() -> Refusal:
    """The header Notion-Version is missing."""
    return Refusal(
        400,
        "Notion-Version header failed validation: Notion-Version header should be defined, instead"
        " was `undefined`.",
        "missing_version",
    )


def bad_version(sent: str) -> Refusal:
    """The header names a version that does not exist, or one that the stand-in does not speak."""
    known = ", ".join(f'`"{version}"`' for version in VERSIONS)
    return Refusal(
        400,
        f"Notion-Version header failed validation: Notion-Version header should be {known}, instead"
        f' was `"{sent}"`.',
    )


def bad_id(part: str, name: str, sent: str) -> Refusal:
    """An id in the path or in the query string is no UUID."""
    return bad_field(part, name, "a valid uuid", sent)


def not_found(kind: str, id_: str, bot: Json) -> Refusal:
    """Absent or not shared: Notion does not say which."""
    return Refusal(
        404,
        f"Could not find {kind} with ID: {id_}. Make sure the relevant pages and databases are"
        f' shared with your integration "{bot["name"]}".',
        integration_id=bot["id"],
    )


def user_not_found(id_: str) -> Refusal:
    """No such user, or none that the integration may see."""
    return Refusal(
        404,
        f"Could not find user with ID: {id_}. Make sure your integration has capabilities to read"
        " user information, and that the user is a member of the workspace.",
    )


def is_a_page(id_: str) -> Refusal:
    """A page was asked for as a database."""
    return Refusal(
        400,
        f"Provided database_id {id_} is a page, not a database. Use the pages API instead, or pass"
        " the ID of the database itself.",
    )


def is_a_database(id_: str) -> Refusal:
    """A database was asked for as a page."""
    return Refusal(
        400,
        f"Provided ID {id_} is a database, not a page. Use the retrieve database API instead.",
    )


def unknown_path() -> Refusal:
    """The path is none of the API's."""
    return Refusal(400, "Invalid request URL.", "invalid_request_url")


UNDEFINED = object()  # what was not sent at all
_SHOWN = 100  # characters of what was sent that a message repeats


def bad_field(where: str, name: str, should: str, sent: Any) -> Refusal:
    """A field of the body or of the query string is not as it should be: `where` is 'body',
    'query' or a path below them ('body.sorts[0]'), `should` what follows 'should be'."""
    part = where.partition(".")[0].partition("[")[0]
    return bad_body(part, f"{where}.{name}", should, sent)


def bad_body(part: str, path: str, should: str, sent: Any) -> Refusal:
    """The same with the whole path of what is wrong."""
    text = "undefined" if sent is UNDEFINED else json.dumps(sent, ensure_ascii=False)
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    return Refusal(
        400, f"{part} failed validation: {path} should be {should}, instead was `{shown}`."
    )


def restricted() -> Refusal:
    """A single object that the integration may not read, though it may see that it is there."""
    return Refusal(403, "Insufficient permissions for this endpoint.")


def not_supported(type_: str) -> Refusal:
    """The content of a block that the API does not give (reports of 2023 to 2026)."""
    return Refusal(400, f"Block type {type_} is not supported via the API for your bot type.")


def no_such_view(type_: str) -> Refusal:
    """A kind of view that the API lists and does not give. Assumed: the words; it is a 400."""
    return Refusal(400, f"Views of type {type_} are not supported via the API.")


def too_large() -> Refusal:
    """A page with more than the Markdown endpoint can show."""
    return Refusal(
        400,
        "The page is too large to be retrieved as Markdown.",
        limit_kind="page_record_count",
    )


def bad_cursor(sent: str) -> Refusal:
    """The cursor is not one that was given out."""
    return Refusal(400, f"The start_cursor provided is invalid: {sent}")


def throttled(seconds: int) -> Refusal:
    """The budget of the connection is spent."""
    return Refusal(
        429,
        "You have been rate limited. Please try again in a few minutes.",
        rate_limit_reason="public_api_request_rate_limit",
        retry_after=str(seconds),
    )
