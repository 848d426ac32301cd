"""What an answer of Notion means: its JSON, a reason to ask again, or an error for a person.

Pure: the client asks and waits, this decides. What is meant by which status: Notion API reference,
"Status codes" and "Request limits", 2026-08, and answers recorded that summer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backup import exact_json, http
from backup.errors import Forbidden, NotFound, NotionError, Unauthorized, may_pass
from backup.exact_json import HALF
from backup.json_values import as_object, mapping
from backup.model import Json, encodable

_THROTTLED = (429, 529)
CONFLICT = 409  # nothing was done, and the same request is welcome again
_FINAL = ("row_limit_exceeded",)  # 409, but no conflict
_SHORTEST = 1.0  # seconds; Retry-After counts whole ones, and "0" means less than one
_ENDLESS = 1e9  # seconds; nobody means more
_UNSAID = 5.0  # seconds. Assumed: a throttled answer without a usable time means a short wait.
_HALVES = re.compile(HALF.encode() + rb"|\xed[\xa0-\xbf]")  # or in what claims to be UTF-8
_SIGNS = (b"\\ud", b"\\uD", b"\xed")  # one of them is in all of these, and is found in no time
_LONGEST = 300  # characters of Notion's own words in a message
_NO_NOTION = "This does not look like an answer from Notion: check NOTION_API_URL, and any proxy."


class Throttled(Exception):
    """Nobody should ask for the next `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class Broken(Exception):
    """This try failed, the next one may not; `seconds` is what the answer asked to wait, or 0;
    `status` is 0 when no answer came."""

    def __init__(self, what: str, seconds: float = 0.0, status: int = 0) -> None:
        super().__init__(what)
        self.seconds = seconds
        self.status = status


@dataclass(frozen=True, slots=True)
class Body:
    """The JSON `value` of a body, and its `text`; `starts` is where in this the results of a list begin, if
    that is known. The value is None when the body is not JSON."""

    value: object = None
    text: str = ""
    starts: Sequence[int] = ()


class GoodAnswer(dict[str, Any]):
    """The JSON object of a good answer; `size` is how many bytes it took, `body` what it was made of."""

    size = 0
    body = Body()


def parsed(content: bytes) -> Body:
    """The JSON of a body. Nesting beyond what Python can follow is none.

    Halves of surrogate pairs, which JSON can hold and nothing can write down, are joined or replaced.
    """
    try:
        text = exact_json.decoded(content)
        if any(each in content for each in _SIGNS) and _HALVES.search(content):
            text = encodable(exact_json.dumps(exact_json.loads(text)))
        value, starts = exact_json.loads_list(text)
    except (ValueError, RecursionError):
        return Body()
    return Body(value, text, starts)


def judged(
    status: int, headers: Mapping[str, str], body: object, where: str, kinds: Collection[str]
) -> Json:
    """The JSON object of a good answer, one of `kinds` by its `object` key.

    A list has its `results`, anything else its `id`. `where` names the request in messages. Raises
    Throttled or Broken when it should be asked again, NotionError or a child of it when not.
    """
    if status != 200:
        raise _refusal(status, headers, as_object(body), where)
    if not isinstance(body, dict):
        raise Broken("an answer that is not a JSON object")
    if body.get("object") not in kinds:
        raise Broken(f"an answer that is not a {' or '.join(kinds)}")
    needed = (body.get("results"), list) if body["object"] == "list" else (body.get("id"), str)
    if not isinstance(*needed):
        raise Broken(f"a {body['object']} without its {'results' if 'list' in kinds else 'id'}")
    return body


def _refusal(status: int, headers: Mapping[str, str], error: Json, where: str) -> Exception:
    code = str(error.get("code") or "")
    more = mapping(error, "additional_data")
    after = headers.get("Retry-After") or more.get("retry_after")
    wait = _wait(after, headers.get("Date"))
    if status in _THROTTLED and more.get("rate_limit_reason") != "public_api_request_blocked":
        return Throttled(wait)
    is_passing = status == CONFLICT or (may_pass(status) and status not in _THROTTLED)
    if is_passing and code not in _FINAL:
        return Broken(f"status {status}", wait if after else 0.0, status)
    if status == 403 and code != "restricted_resource" and "x-notion-request-id" not in headers:
        return Broken("status 403 from the network in front of Notion")
    return _final(status, code, _said(error), error.get("object") == "error", where)


def _final(status: int, code: str, said: str, from_notion: bool, where: str) -> NotionError:
    """The error of an answer that would be the same the next time."""
    if 300 <= status < 400:
        message = f"{where} was answered with a redirect (status {status}), which is not followed."
        hint = "Write into NOTION_API_URL the address that it leads to."
        return NotionError(message, hint=hint, status=status, code=code)
    said = said or f"status {status}, without a reason."
    if status == 401:
        message = f"Notion does not accept the token: {said}"
        return Unauthorized(message, hint="Check NOTION_TOKEN.", status=status, code=code)
    message = f"Notion refused {where}: {said}"
    if code == "restricted_resource":
        hint = "Check in Notion whether this integration may read it."
        return Forbidden(message, hint=hint, status=status, code=code)
    if not from_notion:
        return NotionError(message, hint=_NO_NOTION, status=status, code=code)
    kind = NotFound if status == 404 else NotionError
    return kind(message, status=status, code=code)


def _said(error: Json) -> str:
    """Notion's own words on one line, not too many of them."""
    words = " ".join(str(error.get("message") or "").split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def _wait(asked: object, date: object) -> float:
    """Seconds to wait when Notion says so."""
    found = http.seconds(asked, date)
    return _UNSAID if found is None or found > _ENDLESS else max(found, _SHORTEST)
