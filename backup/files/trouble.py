"""Why a file could not be had: in words for people, and whether the next hour may change it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import requests
from urllib3 import exceptions as wire

from backup.errors import BackupError, FileError
from backup.files.received import Passing

_DENIED = (400, 401, 403)  # S3 says 403 of a signature that expired, 400 of a token that did
_BUSY = (408, 425, 429)
_BAD_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    wire.LocationParseError,
    UnicodeError,
)
_LONGEST_WAIT = 60.0


class Denied(FileError):
    """The server does not accept the signature (any more)."""


def accepted(response: requests.Response) -> requests.Response:
    """The response, when it brings what was asked for; raises the error that fits otherwise."""
    status = response.status_code
    if status in (200, 203):
        return response
    after = response.headers.get("Retry-After", "")
    response.close()
    reason = f"the server answered {status}{_phrase(status)}"
    if status in _BUSY or status >= 500:
        raise Passing(reason, min(float(after), _LONGEST_WAIT) if after.isdecimal() else 0.0)
    raise Denied(reason) if status in _DENIED else FileError(reason)


def _phrase(status: int) -> str:
    try:
        return f" ({HTTPStatus(status).phrase})"
    except ValueError:
        return ""


@contextmanager
def reasons_for_people() -> Iterator[None]:
    """Errors of the network as FileErrors: their own texts hold whole URLs, signatures included.

    Whatever else a stranger's answer makes a library raise costs this file alone, too.
    """
    try:
        yield
    except BackupError:
        raise
    except (requests.Timeout, wire.TimeoutError):
        raise Passing("the server took too long to answer") from None
    except requests.exceptions.SSLError:
        raise FileError("its server's certificate cannot be trusted") from None
    except _BAD_ADDRESS:
        raise FileError("its address is not a valid one") from None
    except requests.exceptions.ConnectionError as error:
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        if not isinstance(reason, wire.NameResolutionError):
            raise Passing("the connection failed") from None
        is_passing = getattr(reason.__cause__, "errno", None) == socket.EAI_AGAIN
        raise (Passing if is_passing else FileError)("its server's name is unknown") from None
    except (requests.exceptions.ChunkedEncodingError, wire.ProtocolError):
        raise Passing("the connection was cut") from None
    except Exception as error:  # noqa: BLE001 - what others make of a stranger's bytes has no end
        is_known = isinstance(error, requests.RequestException | wire.HTTPError)
        kind = "" if is_known else f" ({type(error).__name__})"
        raise FileError(f"the server's answer cannot be read{kind}") from None
