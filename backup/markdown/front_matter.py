"""The YAML head of a page: few fixed keys, one line each, every value a JSON string.

A JSON string is YAML too, and leaves no room for surprises with dates, booleans, ':' or '#'. GitHub
lays the keys out as columns, and Gitea acts on some names (`lang`, `include_toc`), so a row's
properties never become keys of their own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

import yaml

from backup.markdown.inline.read import whole
from backup.markdown.links import notion_address
from backup.model import Json, Page, bare_id, dashed_id

_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def front_matter(page: Page, properties: Mapping[str, object] | None = None) -> str:
    """The head with its two lines of dashes; `properties` go below a key of that name."""
    lines = [f"{key}: {_string(value)}" for key, value in _keys(page) if value]
    body = "\n".join(lines) + "\n" + (_native(properties) if properties else "")
    return f"---\n{body}---"


def _keys(page: Page) -> Iterator[tuple[str, str]]:
    raw: Json = page.raw
    yield "title", " ".join(whole(page.title).split()) or "Untitled"
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


def _native(properties: Mapping[str, object]) -> str:
    """Built-in types only come in here, so that the safe loader can read all of it."""
    text: str = yaml.dump(
        dict(properties),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=float("inf"),
    )
    return "properties:\n" + "".join(f"  {line}\n" for line in text.rstrip("\n").split("\n"))


def is_sound(text: str) -> bool:
    """Whether a file's head, if it has one, is a YAML mapping; a broken one is shown as an error."""
    if not text.startswith("---\n"):
        return True
    try:
        return isinstance(yaml.safe_load(text[4 : text.find("\n---\n", 3) + 1]), dict)
    except yaml.YAMLError:
        return False
