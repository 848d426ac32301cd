"""Asks the stand-in for everything that it has."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import quote

from fakenotion.workspace import Workspace
from tests.fakenotion.client import Client


class Crawl:
    """Collects one answer of every kind about all that a workspace holds."""

    def __init__(self, client: Client, workspace: Workspace) -> None:
        self.client, self.workspace = client, workspace
        self.answers: list[Any] = []
        self.asked: Counter[str] = Counter()

    def all(self) -> list[Any]:
        for path in ("users", "users/me", "custom_emojis"):
            self._get(path)
        for node in list(self.workspace.nodes.values()):
            getattr(self, node.kind)(node.id)
        self._errors()
        self.answers.append(self.client.post("search", {}).json())
        return self.answers

    def _get(self, path: str) -> Any:
        self.answers.append(self.client.get(path).json())
        return self.answers[-1]

    def page(self, id_: str) -> None:
        for value in self._get(f"pages/{id_}")["properties"].values():
            if self._seldom(value["type"], 8):
                self._get(f"pages/{id_}/properties/{quote(value['id'], safe='%')}")
        self._get(f"comments?block_id={id_}")
        self._get(f"blocks/{id_}/children")

    def _seldom(self, kind: str, times: int) -> bool:
        self.asked[kind] += 1
        return self.asked[kind] <= times

    def block(self, id_: str) -> None:
        if self._seldom(f"block {self.workspace.node(id_).data['type']}", 1):
            self._get(f"blocks/{id_}")
        if self.workspace.listed(id_):
            self._get(f"blocks/{id_}/children")

    def database(self, id_: str) -> None:
        self._get(f"databases/{id_}")
        self._get(f"blocks/{id_}")
        for view in self._get(f"views?database_id={id_}")["results"]:
            self._get(f"views/{view['id']}")

    def data_source(self, id_: str) -> None:
        self._get(f"data_sources/{id_}")
        self.answers.append(self.client.rows(id_))
        if len(self.workspace.node(id_).children) > 1:
            self.answers.append(self.client.rows(id_, page_size=1))

    def _errors(self) -> None:
        unknown = "00000000-0000-0000-0000-000000000000"
        for path in ("nothing", f"pages/{unknown}", "pages/AAA", f"blocks/{unknown}"):
            self._get(path)
