"""Renders every page and every list of pages again from what the stores say Notion said, and compares that
with their texts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from backup import store
from backup.files.records import remembered
from backup.folder.tables import Holdings, Sheet
from backup.json_values import mapping, word
from backup.markdown import page as document
from backup.markdown.context import Context, Options, render_key
from backup.model import CSV, STORE, Json, Page, Problem, Target, bare_id, row_source
from backup.settings import Rendering
from backup.settings.setting import declared
from backup.store import StoredDatabase, StoredPage, StoreError
from backup.sync import state
from backup.sync.state import Place, Record, State, join
from backup.sync.targets import known_targets, links_digest
from backup.words import counted

AGAIN = "restore it from git, or delete it (and commit that): the next backup writes it again."
_SHAPING = ", ".join(setting.name for setting in declared(Rendering))


@dataclass
class Comparison:
    """Compares the stores and texts of the state `now`: `content` gives the stores that are
    among the files `there`. Afterwards `wrong_stores`, `wrong_texts` (of pages), `wrong_lists` (of README.md) and
    `wrong_sheets` (of database.csv) have what is wrong with them."""

    now: State
    texts: Mapping[str, bytes]
    content: Callable[[str], bytes]
    there: Collection[str]
    options: Options
    wrong_stores: list[Problem] = field(default_factory=list)
    wrong_texts: list[Problem] = field(default_factory=list)
    wrong_lists: list[Problem] = field(default_factory=list)
    wrong_sheets: list[Problem] = field(default_factory=list)
    _without: int = 0  # pages without a store
    _unsound: int = 0  # pages whose store is missing or damaged
    _fitting: int = 0  # pages that were written with these settings
    _otherwise: int = 0  # pages that were written with others
    _waiting: int = 0  # pages that the next run writes again
    _alone: int = 0  # pages whose database has no sound store
    _old: int = 0  # databases whose lists of pages the next run writes again
    _partial: set[str] = field(default_factory=set)  # databases that lack a sound store
    _schemas: dict[str, Json] = field(default_factory=dict)
    _sheets: dict[str, Sheet] = field(default_factory=dict)

    def run(self) -> None:
        """Look at every store and every text."""
        holdings = Holdings(self.now)
        for id_, place in self.now.databases.items():
            self._begin(id_, place, holdings)
        for id_, record in self.now.pages.items():
            if record.store:
                self._compare(id_, record)
            else:
                self._without += 1
        for id_, sheet in self._sheets.items():
            self._compare_lists(self.now.databases[id_], sheet)
        if self._otherwise and not self._fitting:
            what = (
                f"{self._told_otherwise()}, and could not be compared; give the settings of the backup, "
                "or run a backup first."
            )
            self.wrong_texts.append(Problem(state.NAME, what))

    def _told_otherwise(self) -> str:
        return (
            f"{self._otherwise} of {counted(len(self.now.pages), 'page')} were written with other settings "
            f"than those given here ({_SHAPING}), or by another version of the program"
        )

    def notes(self) -> Iterator[str]:
        """What could not be compared, and is not an error."""
        if self._without:
            yield (
                f"{counted(self._without, 'page')} without a {STORE}: their Markdown could not be "
                "compared with what Notion said."
            )
        if self._otherwise and self._fitting:
            yield (
                f"{self._told_otherwise()}, and not compared: the next backup writes those again that "
                "Notion still shows."
            )
        of_pages = (
            (
                self._waiting,
                "the next backup writes them again, because of a page that they link to",
            ),
            (self._alone, f"the {STORE} of their database cannot be used"),
            (self._unsound, f"their own {STORE} is missing or damaged"),
        )
        of_databases = (
            (self._old, "the next backup writes them again"),
            (
                len(self._partial),
                f"the {STORE} of one, or of a page in it, is missing or damaged",
            ),
        )
        for number, why in of_pages:
            if number:
                yield f"{counted(number, 'page')} not compared: {why}."
        for number, why in of_databases:
            if number:
                which = counted(number, "database")
                yield f"The lists of pages of {which} not compared: {why}."

    @cached_property
    def _targets(self) -> Mapping[str, Target]:
        return known_targets(self.now)

    def _begin(self, id_: str, place: Place, holdings: Holdings) -> None:
        """Read the store of a database, and begin its lists of pages, if they should show what there is."""
        stored = self._read(id_, place.folder, place.store) if place.store else None
        about = stored if isinstance(stored, StoredDatabase) else None
        for source in about.sources if about else ():
            self._schemas[bare_id(word(source, "id"))] = mapping(source, "properties")
        if not (place.index or place.lists):
            return
        if place.index_digest != holdings.digest(id_):
            self._old += 1
        elif about or not place.store:
            self._sheets[id_] = Sheet(id_, holdings, about)
        else:
            self._partial.add(id_)

    def _compare_lists(self, place: Place, sheet: Sheet) -> None:
        ours = place.paths()
        for name, text in sheet.texts().items():
            path = join(place.folder, name)
            found, wanted = self.texts.get(path), text.encode()
            if path in ours and found is not None and found != wanted:
                wrong = self.wrong_sheets if name == CSV else self.wrong_lists
                wrong.append(Problem(path, differs(found, wanted)))

    def _compare(self, id_: str, record: Record) -> None:
        stored = self._read(id_, record.folder, record.store)
        if not isinstance(stored, StoredPage):
            self._unsound += 1
            if self._sheets.pop(record.parent, None):
                self._partial.add(record.parent)
            return
        if sheet := self._sheets.get(record.parent):
            sheet.add(id_, stored.page.raw)
        schema = self._schema(stored.page, record)
        if schema is None:
            self._alone += 1
        elif record.render_key != render_key(schema, self.options):
            self._otherwise += 1
        else:
            self._fitting += 1
            if record.links_digest != links_digest(record.links, record.folder, self._targets):
                self._waiting += 1
            else:
                self._compare_text(stored, record, schema)

    def _schema(self, page: Page, record: Record) -> Json | None:
        """The schema of the page's data source, by which it is shown; None when no store has it."""
        source = row_source(page.raw)
        place = self.now.databases.get(record.parent)
        if not source and place and len(place.sources) == 1:
            (source,) = place.sources
        return self._schemas.get(source) if source else {}

    def _compare_text(self, stored: StoredPage, record: Record, schema: Json) -> None:
        wanted = rendered(stored, record, schema, self._targets, self.options)
        path = record.text_path
        found = self.texts.get(path)
        if found is not None and found != wanted:
            self.wrong_texts.append(Problem(path, differs(found, wanted)))

    def _read(self, id_: str, folder: str, digest: str) -> StoredPage | StoredDatabase | None:
        path = join(folder, STORE)
        if path not in self.there:
            return None
        content = self.content(path)
        wrong = "" if store.digest(content) == digest else f"is not what the backup wrote; {AGAIN}"
        try:
            found = store.loads(content)
        except StoreError as error:
            self.wrong_stores.append(Problem(path, wrong or str(error)))
            return None
        own = found.page.id if isinstance(found, StoredPage) else found.id
        wrong = wrong or ("" if own == id_ else f"is that of another page or database; {AGAIN}")
        if wrong:
            self.wrong_stores.append(Problem(path, wrong))
        return None if wrong else found


def rendered(
    stored: StoredPage,
    record: Record,
    schema: Json,
    targets: Mapping[str, Target],
    options: Options,
) -> bytes:
    """The text that a page has by its store; `schema` is that of its data source."""
    page = replace(stored.page, schema=schema)
    context = Context(
        path=record.text_path,
        page_id=page.id,
        targets=targets,
        files=remembered(page, stored.files, stored.pending),
        anchors=frozenset(record.anchors),
        ancestors=tuple(targets[id_] for id_ in ancestry(record.parent, targets)),
        views=dict(record.shows()),
        options=options,
    )
    return document.render(page, context).encode()


def ancestry(id_: str, targets: Mapping[str, Target]) -> tuple[str, ...]:
    """The ids of all that a page of this parent lies in, outermost first."""
    found: dict[str, None] = {}
    while id_ in targets and id_ not in found:
        found[id_] = None
        id_ = targets[id_].parent
    return tuple(reversed(found))


def differs(found: bytes, wanted: bytes) -> str:
    """In which line a text is another one than the backup writes, and what to do."""
    pairs = zip(found.split(b"\n"), wanted.split(b"\n"), strict=False)
    number = next((at for at, (one, two) in enumerate(pairs, 1) if one != two), 0)
    where = f"in line {number}" if number else "at its end"
    return f"is not what the backup wrote: it differs {where}; {AGAIN}"
