"""Why a file could not be had: in words for people, and whether the next hour may change it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from backup import http
from backup.errors import BackupError, FileError
from backup.files.received import Passing

_DENIED = (400, 401, 403)  # S3 says 403 of a signature that expired, 400 of a token that did
_LONGEST_WAIT = 60.0


class Denied(FileError):
    """The server does not accept the signature (any more)."""


def accepted(response: http.Response) -> http.Response:
    """The response, when it brings what was asked for; raises the error that fits otherwise."""
    status = response.status_code
    if status in (200, 203):
        return response
    after = http.seconds(response.headers.get("Retry-After"))
    response.close()
    reason = f"the server {http.answered(status)}"
    if http.may_pass(status):
        raise Passing(reason, min(after or 0.0, _LONGEST_WAIT))
    raise Denied(reason) if status in _DENIED else FileError(reason)


@contextmanager
def reasons_for_people() -> Iterator[None]:
    """Errors of the network as FileErrors: their own texts hold whole URLs, signatures included.

    Whatever else a stranger's answer makes a library raise costs this file alone, too.
    """
    try:
        yield
    except BackupError:
        raise
    except Exception as error:  # noqa: BLE001 - what others make of a stranger's bytes has no end
        why = http.no_answer(error)
        raise (Passing if why.passes else FileError)(str(why)) from None
