"""How a file of the page looks in its text: an image, a link with its size, or why it is missing."""

from __future__ import annotations

import posixpath
import re

from backup.json_values import mapping, word
from backup.markdown.context import Context, Where
from backup.markdown.inline import inline, seen, side_by_side
from backup.markdown.inline.read import attribute, whole
from backup.markdown.links import percent_encoded
from backup.markdown.runs import foreign, run
from backup.model import SHOWN_BY_BROWSERS, Json, LocalFile, MissingFile
from backup.urls import is_signed, own_name, written

_UNITS = ("kB", "MB", "GB", "TB")
_BLANKS = re.compile(r"\s+")
_ALT_MARKUP = re.compile(r"([\\`*_\[\]<>&~$|!])")


def local_or_missing(key: str, data: Json, name: str, context: Context) -> LocalFile | MissingFile:
    """The file that hangs at `key`. One that nobody asked for is missing: `data` is the API's file
    object, from which it gets its name and address, and `name` its last-resort name."""
    if known := context.files.get(key):
        return known
    urls = (word(mapping(data, kind), "url") for kind in ("file", "external"))
    url = next(filter(None, urls), word(data, "url"))
    named = own_name(word(data, "name"), url).strip() or name
    return MissingFile(named, "not downloaded", external_address(data))


def external_address(data: Json) -> str:
    """The address of a file that is not kept by Notion; '' for one that is."""
    url = word(mapping(data, "external"), "url")
    is_usual = url.startswith(("http://", "https://")) and not is_signed(url)
    return url if is_usual else written(url)


def file_line(
    mark: str, file: LocalFile | MissingFile, context: Context, caption: list[Json]
) -> str:
    """'📎 [name](attachments/x.pdf) (1.2 MB) — caption'; for one that is missing, the line for that."""
    if isinstance(file, MissingFile):
        return _missing_line(file, context, caption)
    return captioned([run(f"{mark} "), *file_link(file)], context, caption)


def file_link(stored: LocalFile) -> list[Json]:
    """The runs of '[name](attachments/x.pdf) (1.2 MB)'."""
    name = stored.name.strip() or posixpath.basename(stored.path)
    return [run(name, percent_encoded(stored.path)), run(f" ({human_size(stored.size)})")]


def _missing_line(missing: MissingFile, context: Context, caption: list[Json]) -> str:
    """'📎 name *(not backed up: reason)* <address> — caption' as a line of its own."""
    return captioned([run("📎 "), *missing_note(missing)], context, caption)


def missing_note(missing: MissingFile) -> list[Json]:
    """The runs of 'name *(not backed up: reason)* <address>'; only an external file has an address."""
    note = run(f"(not backed up: {missing.reason})", mark="italic")
    name = [run(f"{missing.name} ")] if missing.name.strip() else []
    address = [run(" "), foreign(missing.url, missing.url)] if missing.url else []
    return [*name, note, *address]


def captioned(line: list[Json], context: Context, caption: list[Json]) -> str:
    """The line, and what Notion shows below it."""
    return side_by_side((line, caption), " — ", context)


def shown_image(file: LocalFile | MissingFile, context: Context, caption: list[Json]) -> str:
    """An image as a block of its own, as wide as it is, but never wider than the setting.

    For one that is missing, the line that says so; for one that no browser draws, a link.

    Centred in HTML, caption below in the same paragraph; plain Markdown inside a list item, and
    everywhere when the setting says so.
    """
    if isinstance(file, MissingFile):
        return _missing_line(file, context, caption)
    if not is_drawn(file):
        return file_line("🖼️", file, context, caption)
    if context.in_item or context.options.image_style == "markdown":
        words = inline(caption, context, Where.BLOCK, marks="i")
        image = plain_image(file, context, caption)
        return f"{image}\\\n{words}" if words else image
    words = inline(caption, context, Where.SUMMARY)
    below = f"<br><em>{words}</em>" if words else ""
    return f'<p align="center">{_tag(file, context, caption)}{below}</p>'


def is_drawn(stored: LocalFile) -> bool:
    """Whether a browser draws it: of a photo in HEIC, a TIFF or a film it shows a broken image."""
    return posixpath.splitext(stored.path)[1][1:].lower() in SHOWN_BY_BROWSERS


def plain_image(stored: LocalFile, context: Context, caption: list[Json] | None = None) -> str:
    """An image inside a line or a cell: Markdown, or a tag when its width must be limited."""
    wide = _limit(stored, context)
    if wide and context.options.image_style != "markdown":
        return _tag(stored, context, caption or [])
    alt = _ALT_MARKUP.sub(r"\\\1", whole(_alt(stored, context, caption or [])))
    return f"![{alt}]({percent_encoded(stored.path)})"


def _tag(stored: LocalFile, context: Context, caption: list[Json]) -> str:
    source = percent_encoded(stored.path)
    alt = attribute(_alt(stored, context, caption))
    return f'<img src="{source}" alt="{alt}"{_limit(stored, context)}>'


def _limit(stored: LocalFile, context: Context) -> str:
    most = context.options.image_max_width
    return f' width="{most}"' if stored.width and stored.width > most else ""


def _alt(stored: LocalFile, context: Context, caption: list[Json]) -> str:
    """The caption's words, else the description, else the file's name without its extension."""
    name = posixpath.splitext(stored.name.strip() or posixpath.basename(stored.path))[0]
    words = (seen(caption, context), stored.description, name)
    return _BLANKS.sub(" ", next(filter(str.strip, words), "")).strip()


def human_size(size: int) -> str:
    """Bytes in the unit a person would use, counted in thousands: '1.2 MB'."""
    if size < 1000:
        return f"{size} B"
    power = next((n for n in (1, 2, 3) if size < 999_950 * 1000 ** (n - 1)), 4)
    return f"{size / 1000**power:.1f}".removesuffix(".0") + f" {_UNITS[power - 1]}"
