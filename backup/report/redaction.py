"""Masks secrets in every log line, and in the whole report before it is sent.

Hosts mask only the secrets they know, and only in logs; job summaries, notifications and addresses that
contain a key are left to us.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

T = TypeVar("T")
_BLOT = "***"
SHORTEST = 6  # characters: to blot out less would spoil every text
_LONG_ENOUGH = 12  # characters: a path this long, and with a digit, says who may use an address
_KEY = re.compile(r"(?=[^/]*\d)[^/?&=]{16,}")  # a part of it that is not a word of a language
# What signs an address: Amazon S3, CloudFront, Azure and Google.
_SIGNATURE = re.compile(
    r"(?i)([?&](?:X-(?:Amz|Goog)-[\w-]+|Signature|Policy|Key-Pair-Id|sig|token)=)[^&\s\"'<>)\]]+"
)

# Tokens of Notion and of GitHub, wherever they come from: one that stands in the wrong setting is shown by what is said of it.
_TOKEN = re.compile(r"(?<![A-Za-z0-9])(?:ntn|secret|gh[oprsu])_[A-Za-z0-9]{30,}|github_pat_\w{30,}")


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without the secrets, also as parts of an address or percent-encoded, and without the
    signatures of signed addresses and whatever looks like a token. Secrets of fewer than 6 characters stay."""
    for form in _forms(tuple(secrets)):
        text = text.replace(form, _BLOT)
    text = _TOKEN.sub(_BLOT, text) if "_" in text else text
    return _SIGNATURE.sub(rf"\1{_BLOT}", text) if "=" in text else text


def without(value: T, secrets: tuple[str, ...]) -> T:
    """`value` with every text in it redacted, however deep it lies in tuples, lists, objects and dataclasses."""
    new: Any = value
    if isinstance(value, str):
        new = redacted(value, secrets)
    elif isinstance(value, tuple | list):
        new = type(value)(without(each, secrets) for each in value)
    elif isinstance(value, dict):
        new = {without(key, secrets): without(each, secrets) for key, each in value.items()}
    elif is_dataclass(value) and not isinstance(value, type):
        parts = {each.name: without(getattr(value, each.name), secrets) for each in fields(value)}
        new = replace(value, **parts)
    result: T = new
    return result


@lru_cache(maxsize=8)
def _forms(secrets: tuple[str, ...]) -> tuple[str, ...]:
    """Every form of the secrets that may turn up, the longest first: none hides in another."""
    found = {part.strip() for secret in secrets for part in (secret, *secret.splitlines())}
    tails = {tail for secret in found if (tail := _tail(secret))}
    found |= tails | {key for tail in tails for key in _KEY.findall(tail)}
    found |= {part for secret in found for part in _parts(secret)}
    found |= {secret.lower() for secret in found}  # as a folder's name has it
    found |= {quote(secret, safe=safe) for secret in found for safe in ("", "/")}
    return tuple(sorted((each for each in found if len(each) >= SHORTEST), key=len, reverse=True))


def _parts(secret: str) -> list[str]:
    """The keys in an address of a chat, where any part may be one: `tgram://<token>/<chat>`."""
    scheme, is_address, rest = secret.partition("://")
    if not is_address or scheme.lower() in ("http", "https"):
        return []
    parts = re.split(r"[/?&=@#]", rest)
    return [each for each in parts if len(each) >= _LONG_ENOUGH and any(map(str.isdigit, each))]


def _tail(secret: str) -> str:
    """The path and query of an address: errors of an HTTP library show them without the host."""
    try:
        address = urlsplit(secret)
    except ValueError:
        return ""
    tail = secret.partition(address.netloc)[2] if address.scheme and address.netloc else ""
    return tail if len(tail) >= _LONG_ENOUGH and any(map(str.isdigit, tail)) else ""
