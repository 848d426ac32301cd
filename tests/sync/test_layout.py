"""Where pages and databases lie that lie in each other: readable, within limits, and always the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backup.sync.layout import Spot, all_folders, folders
from tests.sync.listings import listed, listing, record, row, state


def id_of(number: int) -> str:
    return f"{number:032x}"


def page(number: int, title: str, parent: int, *, folder: str = "", kept: bool = False) -> Spot:
    return Spot(id_of(number), title, id_of(parent), True, folder, kept)


def database(number: int, title: str, parent: int) -> Spot:
    return Spot(id_of(number), title, id_of(parent), False)


def laid_out(*spots: Spot, top: str = "wiki") -> dict[int, str]:
    """The folders by number; number 0 is the database that is the root."""
    found = folders({id_of(0): top}, spots)
    return {int(id_, 16): folder for id_, folder in found.items()}


def test_each_lies_in_the_folder_of_what_it_lies_in() -> None:
    found = laid_out(
        page(1, "How we work", 0),
        page(2, "Onboarding", 1),
        database(3, "Tasks", 1),
        page(4, "Fix the door", 3),
        page(5, "Tools", 4),
    )
    assert found == {
        0: "wiki",
        1: "wiki/how-we-work",
        2: "wiki/how-we-work/onboarding",
        3: "wiki/how-we-work/tasks",
        4: "wiki/how-we-work/tasks/fix-the-door",
        5: "wiki/how-we-work/tasks/fix-the-door/tools",
    }


def test_siblings_share_one_name_space_whatever_they_are() -> None:
    found = laid_out(page(1, "Home", 0), page(2, "Tasks", 1), database(3, "tasks", 1))
    assert found[2] == "wiki/home/tasks-00000002" and found[3] == "wiki/home/tasks-00000003"


@pytest.mark.parametrize(
    ("title", "name"),
    [("Assets", "assets-00000002"), ("attachments", "attachments-00000002"), ("🎉", "untitled")],
)
def test_the_folders_of_a_page_itself_are_no_names_for_what_lies_in_it(
    title: str, name: str
) -> None:
    found = laid_out(page(1, "Home", 0), page(2, title, 1))
    assert found[2] == f"wiki/home/{name}"


def test_in_a_database_every_name_is_free_as_it_always_was() -> None:
    assert laid_out(page(1, "Assets", 0))[1] == "wiki/assets"


def test_a_page_may_lie_in_the_output_folder_itself() -> None:
    found = laid_out(page(1, "Tools", 0), top=".")
    assert found[1] == "tools"


def test_rows_of_a_root_have_whole_names_however_long_its_own_folder_is() -> None:
    top = "/".join(["a" * 60] * 3)
    assert laid_out(page(1, "b" * 80, 0), top=top)[1] == f"{top}/{'b' * 80}"


def test_a_long_path_ends_in_a_short_name() -> None:
    titles = ("first " + "x" * 74, "second " + "y" * 73, "third " + "z" * 74)
    found = laid_out(*(page(number, title, number - 1) for number, title in enumerate(titles, 1)))
    assert found[3] == f"{found[2]}/third-{'z' * 18}-00000003"


def chain(length: int, title: str) -> dict[int, str]:
    return laid_out(*(page(number, title, number - 1) for number in range(1, length)))


def test_what_is_too_deep_or_too_long_lies_beside_what_it_lies_in() -> None:
    deep = chain(61, "a")
    assert max(folder.count("/") + 1 for folder in deep.values()) == 40
    assert deep[41].rpartition("/")[0] == deep[40].rpartition("/")[0]
    long_ = chain(61, "b" * 90)
    assert max(len(folder) for folder in long_.values()) <= 400
    for found in (deep, long_):
        assert len(set(found.values())) == len(found) == 61


def test_the_suffix_of_a_name_stays_when_its_twin_is_removed() -> None:
    home, twin = page(1, "Home", 0), page(2, "Plan", 1, folder="wiki/home/plan-00000002")
    assert laid_out(home, twin)[2] == "wiki/home/plan-00000002"


def test_what_is_kept_goes_with_its_parent_under_its_old_name() -> None:
    found = laid_out(
        page(1, "New name", 0, folder="wiki/old-name"),
        page(2, "Gone", 1, folder="wiki/old-name/was-here", kept=True),
        page(3, "Was here", 1),
    )
    assert found[2] == "wiki/new-name/was-here"
    assert found[3] == "wiki/new-name/was-here-00000003"


def test_what_leads_to_no_root_stays_and_nobody_takes_its_way() -> None:
    found = laid_out(
        page(1, "Attic", 9, folder="wiki/home/attic"),
        page(2, "Home", 0),
        page(3, "A", 4),  # in a circle, as two lists may show that were made at two moments
        page(4, "B", 3),
    )
    assert found[1] == "wiki/home/attic" and found[2] == "wiki/home-00000002"
    assert 3 not in found and 4 not in found


TITLES = st.sampled_from(["Plan", "plan", "Assets", "", "é" * 60, "x" * 90, "A b c", "index.md"])
TREES = st.lists(st.tuples(TITLES, st.integers(0, 10**6), st.booleans()), max_size=80)


@settings(deadline=None, database=None, max_examples=60)
@given(tree=TREES, straight=st.booleans())
def test_every_tree_has_a_folder_for_each_within_the_limits(
    tree: list[tuple[str, int, bool]], straight: bool
) -> None:
    spots = [
        (page if is_page else database)(at, title, at - 1 if straight else above % at)
        for at, (title, above, is_page) in enumerate(tree, 1)
    ]
    found = laid_out(*spots)
    assert laid_out(*spots[::-1]) == found
    assert len(found) == len(spots) + 1
    assert len({folder.casefold() for folder in found.values()}) == len(found)
    assert all(len(folder.encode()) <= 400 for folder in found.values())
    assert all(folder.count("/") < 40 for folder in found.values())


def test_what_lies_on_the_way_to_something_unknown_keeps_its_folder() -> None:
    """The state has lost what a kept page lies in: nobody's folder gets another name for that."""
    inside = page(1, "How we work", 0, folder="wiki/how-we-work")
    lost = page(3, "Notes", 2, folder="wiki/how-we-work/onboarding/notes", kept=True)
    assert laid_out(inside, lost)[1] == "wiki/how-we-work"


def test_a_page_that_comes_back_finds_its_folder_with_what_lies_in_it() -> None:
    """Another shard has read what lies in it, and the branch was put back since."""
    inside = record("Notes", parent="a" * 32, folder="wiki/tea/notes")
    found = all_folders(listing(listed(row("a", "Tea"))), state(b=inside))
    assert (found["a" * 32], found["b" * 32]) == ("wiki/tea", "wiki/tea/notes")
