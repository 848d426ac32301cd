"""The state is gone from the branch, is damaged there, or somebody has put an old one back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.publish.clones import (
    costs_its_floor,
    with_picture,
)
from tests.support.backups import Backup
from tests.support.kitchen import read_since
from tests.support.publishing import (
    at_remote,
    check_consistent,
    clone,
    later,
    page,
    push,
    remote_files,
    remote_text,
    state_of,
    write,
)


class TestLostState:
    """The state is gone from the branch, or damaged there."""

    def lose(self, target: Backup, at: Path, text: str | None) -> None:
        person = clone(target, at)
        state = at / ".notion-sync.json"
        state.write_text(text) if text else state.unlink()
        push(person, ".notion-sync.json")

    @pytest.mark.parametrize("text", [None, "<<<<<<< a\n=======\n>>>>>>> b\n"])
    @pytest.mark.parametrize("front_matter", ["true", "false"])
    @pytest.mark.parametrize("depth", [(), ("--depth=1",)])
    def test_every_page_is_found_again(
        self,
        target: Backup,
        tmp_path: Path,
        text: str | None,
        front_matter: str,
        depth: tuple[str, ...],
    ) -> None:
        environ = {"FRONT_MATTER": front_matter, "KEEP_JSON": front_matter}
        later(target)
        assert target.run(**environ).code == 0
        files = remote_files(target)
        write(target, "Tea", "News.")
        self.lose(target, tmp_path / "person", text)
        ran = clone(target, tmp_path / "job", *depth).run(**environ)
        assert ran.code == 1 and "Rebuilt from the 2 pages" in ran.log, ran.log
        assert sorted(remote_files(target)) == sorted(files)
        assert "News." in remote_text(target, "wiki/tea/index.md")
        asked = len(target.server.requests)
        assert clone(target, tmp_path / "next").run(**environ).code == 0
        assert read_since(target, asked) == set()

    def test_a_page_that_the_state_had_lost_before_is_found_too(
        self, target: Backup, tmp_path: Path
    ) -> None:
        environ = {"FRONT_MATTER": "false"}
        assert target.run(**environ).code == 0
        files = remote_files(target)
        state = json.loads(remote_text(target, ".notion-sync.json"))
        del state["pages"][page(target, "Tea").replace("-", "")]
        self.lose(target, tmp_path / "person", json.dumps(state))
        self.lose(target, tmp_path / "again", None)
        write(target, "Tea", "News.")
        ran = clone(target, tmp_path / "job", "--depth=1").run(**environ)
        assert ran.code == 1 and "Rebuilt from the 2 pages" in ran.log, ran.log
        assert "not part of the backup" not in ran.log
        assert sorted(remote_files(target)) == sorted(files)
        assert "News." in remote_text(target, "wiki/tea/index.md")
        costs_its_floor(target, clone(target, tmp_path / "next"), **environ)

    @pytest.mark.parametrize("place", ["archive/tea-2025", "wiki/tea-2025", "zoo/wiki/tea", "aaa"])
    def test_a_copy_that_the_owner_keeps_is_left_alone_and_named(
        self, target: Backup, tmp_path: Path, place: str
    ) -> None:
        later(target)
        assert target.run().code == 0
        person = clone(target, tmp_path / "copy")
        shutil.copytree(tmp_path / "copy/wiki/tea", tmp_path / "copy" / place)
        push(person, place)
        files = remote_files(target)
        self.lose(target, tmp_path / "person", None)
        ran = clone(target, tmp_path / "job").run()
        assert f"{place}/" in ran.log and "Left alone" in ran.log
        assert sorted(remote_files(target)) == sorted(files)
        assert state_of(target)[page(target, "Tea").replace("-", "")]["folder"] == "wiki/tea"
        assert clone(target, tmp_path / "next").run().code == 0

    def test_of_two_folders_that_one_page_may_have_the_other_one_is_left_alone_and_named(
        self, target: Backup, tmp_path: Path
    ) -> None:
        later(target)
        assert target.run().code == 0
        twin = f"wiki/tea-{page(target, 'Tea')[-8:]}"
        person = clone(target, tmp_path / "copy")
        shutil.copytree(tmp_path / "copy/wiki/tea", tmp_path / "copy" / twin)
        push(person, twin)
        files = remote_files(target)
        self.lose(target, tmp_path / "person", None)
        ran = clone(target, tmp_path / "job").run()
        kept = state_of(target)[page(target, "Tea").replace("-", "")]["folder"]
        (stray,) = {"wiki/tea", twin} - {kept}
        assert f"Left alone, although they name a page of Notion: {stray}/." in ran.log
        assert sorted(remote_files(target)) == sorted(files)
        assert clone(target, tmp_path / "next").run().code == 0

    def test_a_page_that_was_trashed_meanwhile_is_removed(
        self, target: Backup, tmp_path: Path
    ) -> None:
        later(target)
        assert target.run().code == 0
        self.lose(target, tmp_path / "person", None)
        target.notion.trash(page(target, "Milk"))
        later(target)
        job = clone(target, tmp_path / "job")
        assert "1 removed" in job.run(ALLOW_MASS_DELETE="true").log
        assert "wiki/milk/index.md" not in remote_files(target)


class TestRevertedState:
    """Somebody puts an earlier state back by hand, beside the pages of today."""

    def revert(self, target: Backup, at: Path, commit: str) -> None:
        person = clone(target, at)
        person.git("restore", f"--source={commit}", "--", ".notion-sync.json")
        push(person, ".notion-sync.json")

    def moved(self, target: Backup, tmp_path: Path, **environ: str) -> str:
        """The commit before the page Tea got the folder of Green tea."""
        assert target.run(**environ).code == 0
        then = at_remote(target, "rev-parse", "main")
        target.notion.rename(page(target, "Tea"), "Green tea")
        later(target)
        assert clone(target, tmp_path / "moving").run(**environ).code == 0
        return then

    def write_in(self, target: Backup, at: Path, path: str) -> None:
        person = clone(target, at)
        with (person.folder / path).open("a") as text:
            text.write("\nMine.\n")
        push(person, path)

    @pytest.mark.parametrize("front_matter", ["true", "false"])
    @pytest.mark.parametrize("depth", [(), ("--depth=1",)])
    def test_pages_that_had_moved_since_are_found_where_they_lie(
        self, target: Backup, tmp_path: Path, front_matter: str, depth: tuple[str, ...]
    ) -> None:
        environ = {"FRONT_MATTER": front_matter}
        with_picture(target)
        then = self.moved(target, tmp_path, **environ)
        files = remote_files(target)
        self.revert(target, tmp_path / "person", then)
        write(target, "Green tea", "News.")
        ran = clone(target, tmp_path / "job", *depth).run(**environ)
        assert ran.code == 0, ran.log
        assert "News." in remote_text(target, "wiki/green-tea/index.md")
        assert sorted(remote_files(target)) == sorted(files)
        folder = state_of(target)[page(target, "Green tea").replace("-", "")]["folder"]
        assert folder == "wiki/green-tea"
        costs_its_floor(target, clone(target, tmp_path / "next"), **environ)

    def test_a_page_whose_old_place_another_one_has_by_now_is_found_too(
        self, target: Backup, tmp_path: Path
    ) -> None:
        assert target.run().code == 0
        then = at_remote(target, "rev-parse", "main")
        target.notion.rename(page(target, "Tea"), "Green tea")
        target.notion.rename(page(target, "Milk"), "Tea")
        later(target)
        assert clone(target, tmp_path / "moving").run().code == 0
        files = remote_files(target)
        self.revert(target, tmp_path / "person", then)
        ran = clone(target, tmp_path / "job").run()
        assert ran.code == 0, ran.log
        assert sorted(remote_files(target)) == sorted(files)
        check_consistent(target)
        costs_its_floor(target, clone(target, tmp_path / "next"))

    @pytest.mark.parametrize("depth", [(), ("--depth=1",)])
    def test_pages_that_swapped_their_places_since_are_found_with_their_images(
        self, target: Backup, tmp_path: Path, depth: tuple[str, ...]
    ) -> None:
        with_picture(target)
        then = at_remote(target, "rev-parse", "main")
        tea, milk = page(target, "Tea"), page(target, "Milk")
        target.notion.rename(tea, "Milk")
        target.notion.rename(milk, "Tea")
        later(target)
        assert clone(target, tmp_path / "moving").run().code == 0
        files = remote_files(target)
        self.revert(target, tmp_path / "person", then)
        ran = clone(target, tmp_path / "job", *depth).run()
        assert ran.code == 0, ran.log
        assert sorted(remote_files(target)) == sorted(files)
        check_consistent(target)
        costs_its_floor(target, clone(target, tmp_path / "next"))

    def test_a_page_is_found_by_its_text_though_somebody_changed_its_store(
        self, target: Backup, tmp_path: Path
    ) -> None:
        then = self.moved(target, tmp_path)
        files = remote_files(target)
        self.revert(target, tmp_path / "person", then)
        self.write_in(target, tmp_path / "writer", "wiki/green-tea/.notion.json")
        write(target, "Green tea", "News.")
        ran = clone(target, tmp_path / "job").run()
        assert ran.code == 0, ran.log
        assert "News." in remote_text(target, "wiki/green-tea/index.md")
        assert sorted(remote_files(target)) == sorted(files)

    def test_a_page_in_which_somebody_wrote_since_is_left_alone_and_named(
        self, target: Backup, tmp_path: Path
    ) -> None:
        then = self.moved(target, tmp_path)
        self.revert(target, tmp_path / "person", then)
        self.write_in(target, tmp_path / "writer", "wiki/green-tea/index.md")
        ran = clone(target, tmp_path / "job").run()
        assert ran.code == 1
        assert "wiki/green-tea/index.md exists and is not part of the backup" in ran.log, ran.log
        assert remote_text(target, "wiki/green-tea/index.md").endswith("\nMine.")
