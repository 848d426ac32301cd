"""What a restore would do, or did, for people and for programs. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from backup.markdown.links import notion_address
from backup.model import Json
from backup.restore.losses import Loss, Lost, counted_by_kind
from backup.restore.saved import Saved
from backup.words import counted, first_few

_MOST = 20  # links that are shown; programs get all
_PLACES = 3  # of one loss


def contents(saved: Saved) -> dict[str, int]:
    """How many of each kind there are to be made."""
    kinds = Counter(node.kind for node in saved.nodes)
    pages = [node.page for node in saved.nodes if node.kind != "database"]
    return {
        "pages": kinds["page"],
        "databases": kinds["database"],
        "rows": kinds["row"],
        "blocks": sum(1 for page in pages for _ in page.walk()),
        "files": sum(len(node.files) for node in saved.nodes),
    }


def words(numbers: Mapping[str, int]) -> str:
    """'2 pages, 1 database, 30 blocks'"""
    return ", ".join(
        counted(each, name.removesuffix("s")) for name, each in numbers.items() if each
    )


def kinds(lost: Sequence[Lost]) -> Iterator[str]:
    """Each kind of loss with its number and places."""
    for kind, number in counted_by_kind(lost):
        yield f"{number} × {kind.code} in {_places(kind, lost)}"


def losses(lost: Sequence[Lost]) -> Iterator[str]:
    """A sentence for each kind of loss, with its number and where it happens."""
    for kind, number in counted_by_kind(lost):
        yield f"Does not come back: {number} × {kind.value}. In {_places(kind, lost)}."


def _places(kind: Loss, lost: Sequence[Lost]) -> str:
    named = (
        f"{each.path} ({each.name})" if each.name else each.path
        for each in lost
        if each.kind is kind
    )
    return first_few(dict.fromkeys(named), _PLACES)


def links(saved: Saved, ids: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Where the first pages and databases are now."""
    made = (node for node in saved.nodes if node.id in ids)
    return tuple((node.path, notion_address(ids[node.id])) for node in islice(made, _MOST))


def data(saved: Saved, lost: Sequence[Lost], ids: Mapping[str, str]) -> Json:
    """The same for programs."""
    return {
        **contents(saved),
        "losses": [
            {
                "code": each.kind.code,
                "path": each.path,
                "where": each.where,
                **({"name": each.name} if each.name else {}),
                "count": each.count,
            }
            for each in lost
        ],
        "links": [
            {"path": node.path, "from": notion_address(node.id), "to": notion_address(ids[node.id])}
            for node in saved.nodes
            if node.id in ids
        ],
    }
