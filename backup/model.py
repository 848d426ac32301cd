"""The values that travel between the rooms: frozen, with the API's own JSON untouched inside."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any, TypeAlias

from backup import exact_json
from backup.json_values import as_object, mapping, objects, word

Json: TypeAlias = dict[str, Any]
TEXT = "index.md"  # in the folder of a page: what people read
README = "README.md"  # in the folder of a database, or of pages: the list of them
STORE = ".notion.json"  # in the folder of a page or database: what Notion said, without loss
CSV = "database.csv"  # in the folder of a database: its rows
IMAGES, ATTACHMENTS = "assets", "attachments"  # in the folder of a page
FILE_FOLDERS = (IMAGES, ATTACHMENTS)
NODE_FILES = (TEXT, README, STORE)  # the folder of each page and database has one of them
OWN = ".notion-sync."  # begins every name that this program keeps for itself
CHILD_BLOCKS = (
    "child_page",
    "child_database",
)  # what is in one is not part of the page that it lies in
PEOPLE = ("created_by", "last_edited_by")  # keys, and types of property, with one user each
STREAMED = ("video", "audio")  # blocks whose address may be that of a page that plays them
WITHHELD = "Notion does not show its content to this integration"  # why a block is `unread`: a 404

# Images that browsers show, by the extension that their files have in a backup.
SHOWN_BY_BROWSERS = frozenset(("png", "jpg", "gif", "webp", "avif", "svg", "bmp", "ico"))

# An id in lower case: 32 hex digits, and that or with dashes, as addresses have it.
BARE_ID = "[0-9a-f]{32}"
ID = rf"(?:{BARE_ID}|[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})"
ID_ALONE = re.compile(rf"(?<![0-9a-f]){ID}(?![0-9a-f])")  # not in a longer row of digits
ID_IN_ANY_CASE = re.compile(ID, re.IGNORECASE)
_BARE_ID = re.compile(BARE_ID)
_HALF = re.compile(r"[\ud800-\udfff]")


def as_written(path: str, content: bytes) -> bytes:
    """The content of a file of the backup, also in a clone that converts line ends (core.autocrlf): no text
    that this program writes has a carriage return. Images and attachments are as they are."""
    return content if is_in_file_folder(path) else content.replace(b"\r\n", b"\n")


def is_in_file_folder(path: str) -> bool:
    """Whether a file of the backup lies where the images and attachments of a page do."""
    return path.rpartition("/")[0].rpartition("/")[2] in FILE_FOLDERS


def bare_id(id_: str) -> str:
    """An id as 32 lower-case hex digits: the form in which ids are compared and looked up."""
    return id_.replace("-", "").lower()


def moment(text: str) -> datetime | None:
    """The time that a text of Notion names; None when it names none.

    Assumed: one without a zone means UTC, as all others of Notion do.
    """
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def is_bare_id(text: str) -> bool:
    """Whether it is an id of that form."""
    return bool(_BARE_ID.fullmatch(text))


def dashed_id(id_: str) -> str:
    """An id as Notion returns it (8-4-4-4-12); text that is not an id comes back unchanged."""
    hex_ = bare_id(id_)
    if not _BARE_ID.fullmatch(hex_):
        return id_
    return f"{hex_[:8]}-{hex_[8:12]}-{hex_[12:16]}-{hex_[16:20]}-{hex_[20:]}"


def encodable(text: str) -> str:
    """The text, its halves of surrogate pairs joined or replaced: JSON can hold them, and nothing can
    encode them."""
    if _HALF.search(text):
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def plain_text(runs: Any) -> str:
    """The text of a rich-text array without its marks, encodable; '' for whatever is none, or is empty."""
    runs = runs if isinstance(runs, list | tuple) else ()
    return encodable("".join(_run_text(run) for run in runs if isinstance(run, dict)))


def _run_text(run: Json) -> str:
    if (text := run.get("plain_text")) is not None:
        return str(text)
    return str(mapping(run, "text").get("content", ""))


def emoji(icon: Any) -> str:
    """The character of an icon object that is an emoji; '' for every other icon."""
    found = as_object(icon)
    return str(found.get("emoji") or "") if found.get("type") == "emoji" else ""


WORKSPACE = "workspace"  # the id of a root that is everything the integration may see


@dataclass(frozen=True, slots=True)
class NamedRoot:
    """A root as the settings name it, a database or a page: `id` is 32 hex digits, or WORKSPACE;
    `label` and `path` may be ''.

    `setting` is where it was named ('DB2_NOTION_ID', 'DATABASES line 3'), for messages.
    """

    id: str
    label: str = ""
    path: str = ""
    setting: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One block and everything below it.

    `data` is the API's own object under the type's key ({} when the API gave none). `unread` says
    why children that Notion announced are not here, and is '' when all of them were read. `lacking`
    says that they may be read another time. `raw` is the whole block object, with its times, its
    colour and what nobody here knows; {} for a block that did not come from the API.
    """

    id: str
    type: str
    data: Json
    children: tuple[Block, ...] = ()
    unread: str = ""
    lacking: bool = False
    raw: Json = field(default_factory=dict)

    @classmethod
    def from_api(
        cls,
        raw: Json,
        children: tuple[Block, ...] = (),
        unread: str = "",
        lacking: bool = False,
    ) -> Block:
        """The block object of GET /v1/blocks; a partial one ({object, id}) gets the type ''."""
        type_ = word(raw, "type")
        return cls(str(raw["id"]), type_, mapping(raw, type_), children, unread, lacking, raw)

    def walk(self) -> Iterator[Block]:
        """This block, then all below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Row:
    """A page as a list shows it; all ids are 32 hex digits.

    `parent` is the id of its database, or of the page that it lies in; '' for a root. `source` is its
    data source, '' for a page that is not a row. `edited` is `last_edited_time`; `icon` only when it is
    an emoji. `packed` holds the page object, its property values possibly truncated: a listing keeps all
    of them in memory, so it is the text in which it came with others, small; there it begins at `start`. A
    list of blocks shows no page objects: then it is empty, and so is `icon`. `relations_digest` is another one when the page shows something else, though nobody edited
    it.
    """

    id: str
    parent: str
    source: str
    title: str
    icon: str
    edited: str
    packed: bytes
    relations_digest: str = ""
    start: int = 0

    @property
    def raw(self) -> Json:
        """The page object, unpacked each time."""
        found: Json = exact_json.load_at(_unpacked(self.packed), self.start)
        return found


def packed(raw: Json | str) -> bytes:
    """A page object, or a text with some, as rows keep it."""
    text = raw if isinstance(raw, str) else exact_json.dumps(raw, is_sorted=False)
    return zlib.compress(text.encode(), 1)


@lru_cache(2)  # pages are read in the order in which they were listed
def _unpacked(packed: bytes) -> str:
    return zlib.decompress(packed).decode()


@dataclass(frozen=True, slots=True)
class Page:
    """One page, read whole: `raw` is the page object with every property value complete.

    `schema` is the `properties` object of its data source, in the order Notion gave; {} for a page
    that is not a row. `comments` are the open ones, those about the page itself first.
    """

    id: str
    raw: Json
    blocks: tuple[Block, ...] = ()
    schema: Json = field(default_factory=dict)
    comments: tuple[Json, ...] = ()

    @property
    def title(self) -> str:
        """The plain text of the title; '' when the page has none."""
        return page_title(self.raw)

    @property
    def edited(self) -> str:
        """`last_edited_time`: ISO 8601, rounded down to the minute by Notion."""
        return str(self.raw.get("last_edited_time", ""))

    def walk(self) -> Iterator[Block]:
        """Every block of the page, in reading order."""
        for block in self.blocks:
            yield from block.walk()


def title_runs(raw: Json) -> list[Json]:
    """The rich text of a page object's title; [] when it has none or is partial."""
    values = map(as_object, mapping(raw, "properties").values())
    return next((objects(each.get("title")) for each in values if each.get("type") == "title"), [])


def row_source(raw: Json) -> str:
    """The id (32 hex digits) of the data source of a page object; '' when it is not a row, or does not say."""
    return bare_id(word(mapping(raw, "parent"), "data_source_id"))


def page_title(raw: Json) -> str:
    """The plain text of a page object's title; '' when it has none or is partial."""
    return plain_text(title_runs(raw))


@dataclass(frozen=True, slots=True)
class File:
    """Something a page refers to by URL and that belongs into the repository.

    `key` is where it hangs, and the same in every run: a media block's id; '<block or page
    id>/icon'; '<page id>/cover'; '<page id>/<property id>/<n>' (n from 0, and one more '/<m>' inside
    a rollup); '<comment id>/<n>'; 'emoji/<id>'. `url` may carry a signature: never log or store it. `name` is what
    Notion or the URL calls it, '' when neither says anything. `words` is the best description at
    hand (caption, else a name that says something, else nearest heading), '' for none.
    """

    key: str
    kind: str  # "image": the page shows it · "attachment": one downloads it
    url: str
    hosted: bool  # by Notion, with a signed URL that expires
    name: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file that lies in the page's folder: `path` is relative to it, not percent-encoded."""

    path: str
    name: str
    size: int  # bytes
    width: int | None = None  # pixels; None when it is not an image, or its size is unknown
    height: int | None = None
    description: str = ""

    @property
    def is_image(self) -> bool:
        """Whether it lies among the images."""
        return self.path.startswith(f"{IMAGES}/")


@dataclass(frozen=True, slots=True)
class MissingFile:
    """A file that could not be downloaded. `url` is empty unless it is external (no signature leaks)."""

    name: str
    reason: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A page or database that is in the backup: where its text lies below the output folder
    ('wiki/how-to/index.md'), its title, its icon when that is an emoji, and the id of what it lies in,
    '' for a root. One that is not in the backup, and whose title is known, has the path ''."""

    path: str
    title: str
    icon: str = ""
    parent: str = ""


Files: TypeAlias = Mapping[str, LocalFile | MissingFile]
Targets: TypeAlias = Mapping[str, Target]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that did not go as it should: `where` it happened, `what` happened and what to do."""

    where: str
    what: str
    page_id: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who commits: the name and e-mail of author and committer."""

    name: str
    email: str
