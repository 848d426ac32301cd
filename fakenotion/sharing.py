"""What the integration may see, and what is taken from it again. Nobody edits anything by it."""

from __future__ import annotations

from backup.model import bare_id
from fakenotion.content import Content


class Sharing(Content):
    """A workspace whose pages are shared with the integration, or not.

    At first all is. After `only_share` nothing is but what it names, with all below it.
    """

    def only_share(self, *ids: str) -> None:
        """These alone are shared directly from now on."""
        with self.lock:
            self.whole = False
            self.granted = set()
            for id_ in ids:
                self.grant(id_)

    def grant(self, id_: str) -> None:
        """Shares something directly, also below what is not shared."""
        with self.lock:
            self.granted.add(bare_id(id_))
            self._mark(id_, shared=True)

    def unshare(self, id_: str) -> None:
        """Takes the integration's access to it and to all below it that is not shared directly."""
        self.granted.discard(bare_id(id_))
        self._mark(id_, shared=False)

    def share(self, id_: str) -> None:
        """Gives the access back, as far as what stands above is shared."""
        self._mark(id_, shared=True)

    def unshare_sources(self, database: str) -> None:
        """The other way to lose access: the database is still there, but `data_sources: []`."""
        for source in self.node(database).children:
            self.unshare(source)

    def share_sources(self, database: str) -> None:
        """Gives the access to the data sources of a database back."""
        for source in self.node(database).children:
            self.share(source)

    def restrict(self, id_: str) -> None:
        """Lists go on showing it, but whatever asks for it is answered with 403
        restricted_resource: a page, a block's children, a database, a data source."""
        self._mark(id_, restricted=True)

    def unrestrict(self, id_: str) -> None:
        """It answers again."""
        self._mark(id_, restricted=False)

    def _mark(self, id_: str, **marks: bool) -> None:
        with self.lock:
            self.revision += 1
            for name, value in marks.items():
                setattr(self.node(id_), name, value)

    def make_partial(self, id_: str) -> None:
        """Lets a page or block be served as {object, id} alone, as when a capability is missing."""
        node = self.node(id_)
        kinds = ("block", "page") if node.kind == "page" else (node.kind,)
        node.recorded = {kind: {"object": kind, "id": node.id} for kind in kinds}
