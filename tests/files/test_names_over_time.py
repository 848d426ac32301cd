"""However a page is edited, a name once given stays, and no two files share one."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from backup.files.names import Claim, assign, identity, stem
from backup.model import IMAGES, File


@dataclass(frozen=True)
class Shown:
    """A file in a page, as a user would point at it."""

    file: File
    content: str


class PageOverTime(RuleBasedStateMachine):
    """Files come, go and move, downloads fail; what has a name keeps it for as long as it stays."""

    made = Bundle("made")

    def __init__(self) -> None:
        super().__init__()
        self.page: list[Shown] = []
        self.known: dict[str, str] = {}
        self.contents: dict[str, str] = {}
        self.count = 0

    @rule(
        target=made,
        kind=st.sampled_from(["image", "attachment"]),
        name=st.sampled_from(
            ["plan.png", "Plan.PNG", "CON.png", "Café", "Cafe\u0301", "", "x-2.png"]
        ),
        content=st.sampled_from("abcdef"),
    )
    def upload(self, kind: str, name: str, content: str) -> Shown:
        self.count += 1
        url = f"https://x.example/{self.count}"
        return Shown(File(f"block{self.count}", kind, url, True, name, name), content)

    @rule(shown=made, place=st.integers(0, 9))
    def insert(self, shown: Shown, place: int) -> None:
        if shown not in self.page:
            self.page.insert(place, shown)

    @rule(place=st.integers(0, 9))
    def remove(self, place: int) -> None:
        del self.page[place : place + 1]

    @rule(data=st.data())
    def reorder(self, data: st.DataObject) -> None:
        self.page = data.draw(st.permutations(self.page))

    @rule(place=st.integers(0, 9), name=st.sampled_from(["renamed.png", "Überschrift"]))
    def recaption(self, place: int, name: str) -> None:
        if place < len(self.page):
            old = self.page[place]
            self.page[place] = replace(old, file=replace(old.file, name=name, words=name))

    @rule(failing=st.sets(st.sampled_from("abcdef"), max_size=3))
    def run(self, failing: set[str]) -> None:
        claims = [self.claim(shown, failing) for shown in self.page]
        paths = assign(claims, self.known)
        had = {claim.identity: paths[claim.identity] for claim in claims if claim.digest}
        for stays in had.keys() & self.known.keys():
            assert had[stays] == self.known[stays]
        event(f"{len(had)} files")
        self.known = had
        self.contents = {identity(shown.file): shown.content for shown in self.page}

    def claim(self, shown: Shown, failing: set[str]) -> Claim:
        name = identity(shown.file)
        is_had = name in self.known or shown.content not in failing
        end = "png" if is_had else ""
        return Claim(
            name, shown.file.kind, stem(shown.file, end), end, shown.content if is_had else ""
        )

    @invariant()
    def no_two_contents_share_a_path_and_no_content_has_two(self) -> None:
        contents: dict[str, set[str]] = {}
        for name, path in self.known.items():
            folded = unicodedata.normalize("NFC", path).casefold()
            contents.setdefault(folded, set()).add(self.contents[name])
        assert all(len(one) == 1 for one in contents.values())
        assert len(contents) == len({self.contents[name] for name in self.known})

    @invariant()
    def every_image_has_a_number_of_its_own(self) -> None:
        images = {path for path in self.known.values() if path.startswith(IMAGES)}
        assert len({path.split("/")[1].partition("-")[0] for path in images}) == len(images)


TestPageOverTime = PageOverTime.TestCase
TestPageOverTime.settings = settings(max_examples=50)
