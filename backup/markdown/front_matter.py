"""The YAML head of a page: few fixed keys, one line each, every value a JSON string.

A JSON string is YAML too, and leaves no room for surprises with dates, booleans, ':' or '#'. GitHub
lays the keys out as columns, and Gitea acts on some names (`lang`, `include_toc`), so a row's
properties become keys of their own only if somebody asks for it: Hugo, Obsidian and Docusaurus look
for `tags`, `date` or `draft` there, and nowhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from itertools import chain, count

import yaml

from backup.markdown.inline.read import whole
from backup.markdown.links import notion_address
from backup.model import Json, Page, bare_id, dashed_id
from backup.words import UNTITLED

_NOT_IN_A_KEY = re.compile(r"[\W_]+")
_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def front_matter(
    page: Page, properties: Mapping[str, object] | None = None, *, flat: bool = False
) -> str:
    """The head with its two lines of dashes; `properties` go below a key of that name, or each becomes
    a key of its own behind the fixed ones."""
    keys = dict(_keys(page))
    own = dict(properties or {})
    own = _flat(own, keys) if flat else ({"properties": own} if own else {})
    lines = [f"{key}: {_string(value)}\n" for key, value in keys.items() if value]
    lines += [_native(key, value) for key, value in own.items()]
    return "".join(["---\n", *lines, "---"])


def _flat(properties: Mapping[str, object], taken: Collection[str]) -> dict[str, object]:
    """The properties by keys as programs write them: 'Due date' is `due_date`. A key that is taken,
    by one of the fixed ones or by another property, gets a number."""
    found: dict[str, object] = {}
    for name, value in properties.items():
        key = _NOT_IN_A_KEY.sub("_", name.lower()).strip("_") or "property"
        numbered = (f"{key}_{number}" for number in count(2))
        free = (each for each in chain([key], numbered) if each not in taken and each not in found)
        found[next(free)] = value
    return found


def _keys(page: Page) -> Iterator[tuple[str, str]]:
    raw: Json = page.raw
    yield "title", " ".join(whole(page.title).split()) or UNTITLED
    yield "notion_id", dashed_id(page.id)
    yield "notion_url", notion_address(bare_id(page.id))
    yield "created", str(raw.get("created_time") or "")
    yield "edited", page.edited
    yield "archived", "true" if raw.get("is_archived") is True else ""


def _string(text: str) -> str:
    quoted = json.dumps(whole(text), ensure_ascii=False)
    return _NOT_IN_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


class _Dumper(yaml.SafeDumper):
    """YAML with every string in double quotes, and without references between equal values."""

    def ignore_aliases(self, data: object) -> bool:
        return True


_Dumper.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", whole(text), '"')
)


def _native(key: str, value: object) -> str:
    """Built-in types only come in here, so that the safe loader can read all of it."""
    text: str = yaml.dump(
        {key: value},
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=float("inf"),
    )
    is_plain = len(key) > 1 and key.isidentifier() and yaml.safe_load(key) == key
    return text.replace(f'"{key}":', f"{key}:", 1) if is_plain else text


def is_sound(text: str) -> bool:
    """Whether a file's head, if it has one, is a YAML mapping; a broken one is shown as an error."""
    if not text.startswith("---\n"):
        return True
    try:
        return isinstance(yaml.safe_load(text[4 : text.find("\n---\n", 3) + 1]), dict)
    except yaml.YAMLError:
        return False
