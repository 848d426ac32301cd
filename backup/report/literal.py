"""Escapes text from Notion for each place that shows it.

A title may contain Markdown, HTML, a mention, a reference that closes an issue, or an address. Escaped, a
reader sees the text and no host acts on it.
"""

from __future__ import annotations

import re
import unicodedata

from backup.markdown.inline.escape import BREAKER

_UNSEEN = {"Cc", "Cf", "Zl", "Zp", "Cs"}
_JOINERS = "\u200c\u200d"  # hold emoji sequences together and Persian words apart; they do no harm
# Characters that begin something in Markdown or HTML, wherever they stand.
_MARKS = re.compile(r"[\\`*_~<>&\[\]{}|^()\"@#:!$]")
# Those on which both hosts also act in finished HTML: mentions, issues, emoji, math, wiki links.
_FILTERED = "@#:!$["
# `www.`, the numbers of foreign trackers (ABC-12), and what could be the hash of a commit.
_JOINTS = re.compile(r"(?i)www(?=\.)|(?<=[a-z])-(?=\d)|[0-9a-f]{6}(?=[0-9a-f])")
_MENTION = re.compile(r"[@<](?=\S)")
_DISCORD = str.maketrans({char: f"\\{char}" for char in r"\*_~`|>#[]()<@:&"})


def one_line(text: str) -> str:
    """`text` with '·' in place of line breaks, control characters and invisible direction marks."""
    if text.isprintable():  # most are, and this is quick
        return text
    return "".join("·" if _is_unseen(char) else char for char in text)


def _is_unseen(char: str) -> bool:
    return char not in _JOINERS and unicodedata.category(char) in _UNSEEN


def markdown(text: str) -> str:
    """Markdown for the inside of a table's cell or of a link that shows just `text` on GitHub, Gitea
    and Forgejo: no mark, mention, reference, emoji name, formula or link of its own."""
    broken = _JOINTS.sub(lambda found: f"{found[0]}\0", one_line(text))
    return _MARKS.sub(lambda found: _entity(found[0]), broken).replace("\0", BREAKER)


def _entity(char: str) -> str:
    # An entity is read after the marks are, and the element keeps the character from its neighbours.
    entity = f"&#{ord(char)};"
    return f"<span>{entity}</span>" if char in _FILTERED else entity


def discord(text: str) -> str:
    """`text` for a Discord message: a backslash before every character that means something there
    (Discord help, "Markdown Text 101")."""
    return one_line(text).translate(_DISCORD)


def quiet(text: str) -> str:
    """`text` for any chat: nobody is mentioned in it, as an unseen mark follows what begins a mention
    (`@all`, `<!channel>`, `<@U1>`)."""
    return _MENTION.sub(lambda found: f"{found[0]}\u2060", one_line(text))
