"""What requests were for: their endpoints, and the four kinds in which a backup reports them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Protocol

KINDS = ("listing", "reading", "comments", "files", "other")
_ENDPOINTS = {  # the kind of each endpoint, by the names that `routes.Api` gives them
    "search": "listing",
    "database": "listing",
    "data_source": "listing",
    "query": "listing",
    "templates": "listing",
    "views": "listing",
    "view": "listing",
    "children": "reading",  # also what a walk asks for: one request cannot be told from the other
    "page": "reading",
    "block": "reading",
    "property_item": "reading",
    "markdown": "reading",
    "comments": "comments",
    "comment": "comments",
    "file": "files",
}


class Sent(Protocol):
    """A request that was answered."""

    @property
    def method(self) -> str:
        """GET or POST."""

    @property
    def path(self) -> str:
        """The path of its address."""


def kind(endpoint: str) -> str:
    """One of KINDS."""
    return _ENDPOINTS.get(endpoint, "other")


def endpoint(sent: Sent, routes: Iterable[tuple[str, str, object]]) -> str:
    """The name of a request's endpoint in `routes.Api`; 'file' for a download, '' for none."""
    if not sent.path.startswith("/v1/"):
        return "file"
    for method, pattern, route in routes:
        if method == sent.method and re.fullmatch(pattern, sent.path):
            return str(getattr(route, "__name__", ""))
    return ""


def by_kind(endpoints: Counter[str]) -> Counter[str]:
    """The same requests, counted by KINDS."""
    made: Counter[str] = Counter()
    for name, count in endpoints.items():
        made[kind(name)] += count
    return made
