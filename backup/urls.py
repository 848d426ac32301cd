"""What of an address may be kept and shown: never a signature, a password or a token."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

# Query parameters that grant access or change with every answer: those of S3, CloudFront, Google
# Cloud Storage, Azure and Akamai, and what others call a key. Compared without case.
_SECRET = re.compile(
    r"(?:x-(?:amz|goog|oss|cos)-.+|.*(?:signature|token|secret|passw|credential|api_?key).*|awsaccesskeyid"
    r"|googleaccessid|ossaccesskeyid|expires?|expiry|expiration|exp|policy|key-pair-id|key|auth|authkey|code"
    r"|se|sig|sign|sp|spr|sv|sr|st|skoid|sktid|skt|ske|sks|skv|hdne[at]s?|hmac|hash|md5|jwt|oh|oe"
    r"|session|sid)",
    re.IGNORECASE,
)
# Notion API reference, 2026-03-11, "Retrieving files", and recorded answers; residency regions
# have buckets of their own (assumed to be named alike).
_NOTION = r"(?:[\w-]*prod-files-secure[\w-]*\.s3[\w.-]*\.amazonaws\.com|file\.notion\.(?:so|com))"
_NOTION_HOST = re.compile(_NOTION)
_NOTION_PATH = re.compile(r"/secure\.notion-static\.com/")
KEPT = "notion-file"  # the scheme of an address of which only the path is kept
# The same anywhere in a text, and how other signatures show (AWS Signature Version 4 and 2).
_SIGNED = re.compile(
    rf"[?&](?:X-Amz-|Signature=|Expires=)|//{_NOTION}(?:[:/?#]|$)|secure\.notion-static\.com",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"[?&](?:X-Amz-[\w-]*|Signature|Expires)=?[^&#\s]*", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"'`]+", re.IGNORECASE)


def split(url: str) -> SplitResult | None:
    """The parts of `url`, None when it is none (an unclosed '[', a port that is not a number)."""
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError:
        return None
    return parts


def host(url: str) -> str:
    """The host in lower case, '' when there is none."""
    parts = split(url)
    return (parts.hostname or "") if parts else ""


def is_data(url: str) -> bool:
    """Whether `url` holds the file itself ('data:image/png;base64,…')."""
    return url.lstrip()[:5].lower() == "data:"


def is_signed(url: str) -> bool:
    """Whether `url` stays out of every text: it opens a file for whoever has it, for an hour, because
    it carries a signature; or Notion hosts the file, and it is useless without one."""
    return is_hosted(url) or bool(_SIGNED.search(url))


def is_hosted(url: str) -> bool:
    """Whether `url` is one of a file that Notion hosts, and signs again in every answer."""
    parts, name = split(url), host(url)
    if parts is None:
        return False
    if re.search(r"[?&]X-Amz-Signature=", f"?{parts.query}", re.IGNORECASE):
        return True
    if parts.scheme == KEPT:
        return True
    on_s3 = name.endswith(".amazonaws.com") and bool(_NOTION_PATH.match(parts.path))
    return on_s3 or bool(_NOTION_HOST.fullmatch(name))


def kept(url: str) -> str:
    """The address of a file that Notion hosts as a store has it: its path, which names the file, without
    host and signature. A data URL is the file itself, and stays."""
    parts = split(url)
    if is_data(url) or parts is None:
        return _SIGNATURE.sub("", url)
    return f"{KEPT}:{'//' if parts.path.startswith('/') else ''}{parts.path}"


def unsigned(text: str) -> str:
    """`text` without the signatures in it: of an address that is the whole text, and of every address in
    it that opens a file of Notion. What else people write about signatures is theirs."""
    if not _SIGNED.search(text):
        return text
    if _ADDRESS.fullmatch(text):
        return unlocked(text)
    return _ADDRESS.sub(lambda found: unlocked(found[0]) if is_hosted(found[0]) else found[0], text)


def unlocked(url: str) -> str:
    """`url` without user, password and signature; the same text where it has none."""
    parts = split(url)
    if parts is None or parts.scheme.lower() not in ("http", "https"):
        return url
    has_secret = len(_harmless(parts)) < len(parse_qsl(parts.query, keep_blank_values=True))
    return _bare(parts) if has_secret or "@" in parts.netloc else url


def public(url: str) -> str:
    """`url` as it may be shown and committed: without user, password, signature and fragment.

    '' for a data URL, and for anything but http and https.
    """
    parts = split(url)
    if parts is None or parts.scheme.lower() not in ("http", "https") or is_hosted(url):
        return ""
    return _bare(parts)


def written(url: str) -> str:
    """As `public`, and the same of an address that nobody can download from, like ftp:// or smb://: a text
    says where a file is. One without a scheme gets https."""
    parts = split(url)
    if parts is None or not parts.netloc or is_data(url) or is_signed(url):
        return ""
    return _bare(parts if parts.scheme else parts._replace(scheme="https"))


def _bare(parts: SplitResult) -> str:
    netloc = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=netloc, query=urlencode(_harmless(parts)), fragment="").geturl()


def address(url: str, hosted: bool) -> str:
    """What stays the same of `url` for as long as it means the same file; never a secret.

    Of a file that Notion hosts it is the path: it holds the file's own id, while signature, host
    and port may change. Of any other it is host and path, and a hash of the query's harmless part,
    because some servers tell their images apart by it ('/render?id=7'). A data URL is its content.
    """
    if is_data(url):
        return f"data:{_short_hash(url)}"
    parts = split(url)
    if parts is None:
        return f"odd:{_short_hash(url)}"
    if hosted:
        return parts.path
    query = urlencode(_harmless(parts))
    return f"{host(url)}{parts.path}" + (f"?{_short_hash(query)}" if query else "")


def shown(url: str) -> str:
    """`url` as a text may show it: a signed one opens nothing after an hour, and says less than the
    name of its file."""
    return (public(url) or last_segment(url)) if is_signed(url) else url


def last_segment(url: str) -> str:
    """What the URL's path calls the file, decoded; '' when it says nothing."""
    parts = split(url)
    if parts is None or is_data(url):
        return ""
    return unquote(parts.path.rstrip("/").rpartition("/")[2])


def own_name(name: str, url: str) -> str:
    """What Notion calls a file, unless that is the address once more, as of a link; else what `url`
    calls it. '' when neither says anything."""
    is_name = bool(name.strip()) and "://" not in name and not is_data(name)
    return name if is_name else last_segment(url)


def _harmless(parts: SplitResult) -> list[tuple[str, str]]:
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    return [(name, value) for name, value in pairs if not _SECRET.fullmatch(name)]


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
