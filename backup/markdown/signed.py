"""Signed addresses open a file for whoever has them, for an hour: they stay out of every text."""

from __future__ import annotations

import re

# Where Notion keeps uploaded files, and how a signature shows (AWS Signature Version 4 and 2).
_SIGNED = re.compile(
    r"[?&](?:X-Amz-|Signature=|Expires=)|//file\.notion\.so/|secure\.notion-static\.com"
    r"|//prod-files-secure\.",
    re.IGNORECASE,
)


def is_signed(url: str) -> bool:
    """Whether the address carries a signature, or is useless without one."""
    return bool(_SIGNED.search(url))


def unsigned(url: str) -> str:
    """The address; '' when it is a signed one."""
    return "" if is_signed(url) else url
