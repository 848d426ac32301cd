"""Which losses may explain a difference: a plan cannot excuse what it could have made. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from backup import urls
from backup.files.find import MEDIA
from backup.json_values import as_list, as_object, mapping, word
from backup.model import Block
from backup.restore import limits
from backup.restore.losses import Loss, Lost

_FILES = (Loss.FILE_MISSING, Loss.FILE_TOO_LARGE, Loss.FILE_TYPE)
_IN_TEXT = (Loss.PEOPLE, Loss.CUSTOM_EMOJI, Loss.ADDRESS, Loss.TOO_DEEP)
_MADE = frozenset(
    (
        *("paragraph", "heading_1", "heading_2", "heading_3", "heading_4", "bulleted_list_item"),
        *("numbered_list_item", "to_do", "toggle", "quote", "callout", "code", "divider"),
        *("table", "column_list", "tab", "breadcrumb", "template"),
        *("table_of_contents", "synced_block", *MEDIA),
    )
)
_LINES = ("paragraph", "link_to_page")  # what may stand where something could not be made
# What a line may stand for, beside blocks that nobody can make.
_REPLACED = {
    "child_page": (Loss.UNREAD,),
    "child_database": (Loss.LINKED_VIEW, Loss.UNREAD),
    "bookmark": (Loss.ADDRESS, Loss.EMPTY),
    "equation": (Loss.TOO_DEEP,),
    "link_to_page": (Loss.NOT_CREATABLE,),
    "link_preview": (Loss.NOT_CREATABLE,),
}
_Check: TypeAlias = Callable[[Any, Any, Sequence[Lost]], list[Lost]]
_ANYBODY = r"[^\0]{0,500}?"  # the name of somebody, as a text


def replaceable(old: Block, new: Block, is_link: bool, foreseen: Sequence[Lost]) -> list[Lost]:
    """The losses that explain why a line stands where `old` stood; none when it had to be made."""
    if is_link:
        kinds: tuple[Loss, ...] = (
            (Loss.PAGE_MOVED if old.type == "child_page" else Loss.DATABASE_MOVED),
        )
        return _of(kinds, foreseen) if new.type == "link_to_page" else []
    kinds = _kinds(old)
    if new.type not in _LINES or not _of(kinds, foreseen):
        return []
    return _of((*kinds, *_IN_TEXT), foreseen)  # the line has the text of what it stands for


def _kinds(old: Block) -> tuple[Loss, ...]:
    if old.type in MEDIA or old.type == "embed":
        is_hosted = "external" not in old.data and (
            old.type != "embed" or urls.is_hosted(word(old.data, "url"))
        )
        return _FILES if is_hosted else (Loss.ADDRESS, Loss.EMPTY)
    if old.type in _MADE:
        return ()
    return _REPLACED.get(old.type, (Loss.UNSUPPORTED, Loss.NOT_CREATABLE))


def _of(kinds: Sequence[Loss], foreseen: Sequence[Lost]) -> list[Lost]:
    return [each for each in foreseen if each.kind in kinds]


def excused(name: str, old: Any, new: Any, foreseen: Sequence[Lost]) -> list[Lost]:
    """The losses that explain why a part of something is another one; none when it should be the same.
    `name` says which part, `old` and `new` are its canonical values."""
    check = _PARTS.get(name, _text)
    return check(old, new, foreseen)


def _icon(old: Any, new: Any, foreseen: Sequence[Lost]) -> list[Lost]:
    if old is None:
        return _of((Loss.DEFAULT_ICON,), foreseen)
    kinds: tuple[Loss, ...] = (Loss.DEFAULT_ICON, Loss.ADDRESS)
    if isinstance(old, list):
        kinds += (Loss.CUSTOM_EMOJI,) if old[0] == "emoji" else _FILES
    return _of(kinds, foreseen)


def _text(old: Any, new: Any, foreseen: Sequence[Lost]) -> list[Lost]:
    """Texts, and lists of them (the cells of a table)."""
    found = _of(_IN_TEXT, foreseen)
    kinds = {each.kind for each in found}
    if found and _fits(old, new, kinds):
        return found
    return []


def _fits(old: Any, new: Any, kinds: set[Loss]) -> bool:
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(
            _fits(*each, kinds) for each in zip(old, new, strict=True)
        )
    if not isinstance(old, tuple) or not isinstance(new, tuple | None):
        return False
    if Loss.TOO_DEEP in kinds:
        return True
    return bool(re.fullmatch(_pattern(old, kinds), _words(new or ()), re.DOTALL))


def _pattern(runs: Sequence[Any], kinds: set[Loss]) -> str:
    """What the text of the copy must be, where somebody or something may stand as a text, or not at all."""
    parts = []
    for run in runs:
        free = (run.get("mention") == "user" and Loss.PEOPLE in kinds) or (
            run.get("mention") == "custom_emoji" and Loss.CUSTOM_EMOJI in kinds
        )
        if free:
            parts.append(f"(?:{re.escape(_sign(run))}|{_ANYBODY})")
        else:
            parts.append(re.escape(run["text"] if "text" in run else _sign(run)))
    return "".join(parts)


def _words(runs: Sequence[Any]) -> str:
    return "".join(run["text"] if "text" in run else _sign(run) for run in runs)


def _sign(run: Any) -> str:
    """What stands for a mention or an equation."""
    return f"\0{run.get('mention')}{run.get('of')}{run.get('equation')}\0"


def _value(old: Any, new: Any, foreseen: Sequence[Lost]) -> list[Lost]:
    """The value of a row."""
    if isinstance(old, tuple):
        lost = () if new else _of((Loss.PROPERTY,), foreseen)
        return [*lost] or _text(old, new, foreseen)
    kinds = (
        *(Loss.PEOPLE, Loss.RELATION_OUTSIDE, Loss.RELATION_CUT, Loss.PROPERTY, Loss.TOO_DEEP),
        *(Loss.ADDRESS, *_FILES),
    )
    if own := _of((Loss.DEFAULT_STATUS,), foreseen):
        return own
    is_less = new is None or (isinstance(new, list) and all(_is_of(each, old) for each in new))
    return _of(kinds, foreseen) if is_less else []


def _is_of(one: Any, old: Any) -> bool:
    """Whether something in a list was in the old one; a file also with what of its name was sent."""
    sent = ([_cut(each[0], limits.NAME), each[1]] for each in as_list(old) if type(each) is list)
    return one in as_list(old) or one in sent


def _name(old: Any, new: Any, foreseen: Sequence[Lost]) -> list[Lost]:
    """The name of a file, of which no more may have been sent."""
    is_sent = isinstance(old, str) and new == _cut(old, limits.FILE_NAME)
    return _of((Loss.TOO_DEEP,), foreseen) if is_sent else []


def _cut(name: str, most: int) -> str:
    return next(limits.pieces(name, most), "")


def _property(old: Any, new: Any, foreseen: Sequence[Lost]) -> list[Lost]:
    """A column of a database."""
    if new is None:
        return _of((Loss.PROPERTY, Loss.RELATION_OUTSIDE, Loss.TOO_DEEP), foreseen)
    is_one_way = not as_object(new).get("two_way") and mapping({"": old}, "").get("two_way")
    kinds = (Loss.ONE_WAY,) if is_one_way else (Loss.DATABASE_EXTRAS, Loss.RELATION_OUTSIDE)
    return _of(kinds, foreseen)


def _attached(old: Any, new: Any, foreseen: Sequence[Lost]) -> list[Lost]:
    """The files of a comment."""
    return _of(_FILES, foreseen) if all(each in as_list(old) for each in as_list(new)) else []


def _if_gone(kind: Loss) -> _Check:
    """What is not in the copy at all."""
    return lambda old, new, foreseen: [] if new else _of((kind,), foreseen)


_PARTS: Mapping[str, _Check] = {
    "archived": _if_gone(Loss.DATABASE_EXTRAS),
    "filter": _if_gone(Loss.VIEW_EXTRAS),
    "sorts": _if_gone(Loss.VIEW_EXTRAS),
    "files": _attached,
    "name": _name,
    "synced_from": _if_gone(Loss.SYNCED_OUTSIDE),
    "icon": _icon,
    "cover": _icon,
    "value": _value,
    "property": _property,
}
