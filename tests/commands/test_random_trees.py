"""Random trees that change at random: after a quiet run the files are those of a first backup."""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random

import pytest

from fakenotion.branches import PLACES, Branch
from fakenotion.nodes import Node
from fakenotion.trees import random_tree
from tests.support.groves import Grove, Grown
from tests.support.kitchen import dead_links

HISTORIES = int(os.environ.get("HISTORIES", "6"))
WORDS = ("Tide", "Quay", "Assets", "", "日本", "Rope")


class Hand:
    """Somebody who changes a workspace at random."""

    def __init__(self, grove: Grove, random: Random) -> None:
        self.grove, self.notion, self.random = grove, grove.notion, random
        self.hidden: list[str] = []
        self.thrown: list[str] = []
        self.history: list[str] = []
        self._count = 0
        for node in list(self.notion.nodes.values()):
            if node.kind in ("page", "database") and node.id != grove.roots:
                self.notion.rename(node.id, self.title())

    def title(self) -> str:
        """One that nothing else has: who keeps a suffix depends on what was there before."""
        self._count += 1
        return f"{self.random.choice(WORDS)} {self._count}"

    def some(self, *kinds: str) -> Branch | None:
        """Something that is there and can be seen."""
        found = [node for node in self.notion.nodes.values() if self._is_there(node, kinds)]
        return Branch(self.notion, self.random.choice(found).id) if found else None

    def _is_there(self, node: Node, kinds: tuple[str, ...]) -> bool:
        is_root = node.id == self.grove.roots
        return (
            node.kind in kinds
            and not (is_root and kinds != ("page", "any"))
            and bool(self.notion.visible(node.id))
            and not self.notion.in_trash(node)
            and (node.kind != "database" or bool(node.children))
        )

    def act(self) -> None:
        """One change."""
        name = self.random.choice(
            (
                *("edit", "edit", "rename", "rename", "move", "move", "move", "create", "create"),
                *("trash", "restore", "swap", "database", "linked", "unshare", "share"),
            )
        )
        self.history.append(name)
        getattr(self, name)()

    def edit(self) -> None:
        if page := self.some("page"):
            page.edit(f"Words {self.random.random()}")

    def rename(self) -> None:
        if one := self.some("page", "database"):
            one.rename(self.title())

    def create(self) -> None:
        if (above := self.some("page", "database")) and above.node.kind == "database":
            above.row(self.title(), None, "A row")
        elif above:
            above.page(self.title(), "A page", at=self.random.choice(PLACES))

    def database(self) -> None:
        if page := self.some("page"):
            page.database(self.title(), at=self.random.choice(PLACES)).row(self.title())

    def linked(self) -> None:
        if (page := self.some("page")) and (shown := self.some("database")):
            page.linked(shown, self.title())

    def move(self) -> None:
        one, to = self.some("page", "database"), self.some("page", "database")
        if one and to and not (one.node.kind == to.node.kind == "database"):
            self.history.append(f"{one.title!r} to {to.title!r}")
            self._try(lambda: one.move(to, quiet=self.random.random() < 0.3))

    def swap(self) -> None:
        if one := self.some("page"):
            above = self.notion.node(one.node.parent) if one.node.parent else None
            if above and above.kind == "page" and above.id != self.grove.roots:
                self._try(lambda: self.notion.swap(above.id, one.id))

    def _try(self, change: Callable[[], object]) -> None:
        try:
            change()
        except (ValueError, KeyError):
            self.history.append("not possible")

    def trash(self) -> None:
        if one := self.some("page", "database"):
            self.notion.trash(one.id)
            self.thrown.append(one.id)

    def restore(self) -> None:
        if self.thrown:
            self.notion.restore(self.thrown.pop(self.random.randrange(len(self.thrown))))

    def unshare(self) -> None:
        if one := self.some("page", "database"):
            self.notion.unshare(one.id)
            self.hidden.append(one.id)

    def share(self) -> None:
        while self.hidden:
            self.notion.share(self.hidden.pop())


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_a_history_ends_in_what_a_first_backup_has(seed: int, grown: Grown) -> None:
    tree = random_tree(seed, 18)
    grove = grown(tree)
    grove.backup.server.knobs.copies = "always"
    hand = Hand(grove, Random(seed))
    for _ in range(5):
        for _ in range(hand.random.randrange(6)):
            hand.act()
        hand.history.append("run")
        tree.clock.forward(minutes=hand.random.randrange(4))
        grove.backup.run(DATABASES=grove.roots, ALLOW_MASS_DELETE="true")
        # A page that is not shown is not written again: its links may lead where things were.
        assert hand.hidden or dead_links(grove.backup) == [], hand.history
    hand.share()
    grove.run(ALLOW_MASS_DELETE="true")
    grove.run(FULL_SYNC="true", ALLOW_MASS_DELETE="true")
    assert dead_links(grove.backup) == [], hand.history
    ours, fresh = grove.files, grove.from_scratch()
    assert sorted(ours) == sorted(fresh), hand.history
    assert [path for path in ours if ours[path] != fresh[path]] == [], hand.history
    commits = grove.backup.commits()
    grove.run(ALLOW_MASS_DELETE="true")
    assert grove.backup.commits() == commits, hand.history
