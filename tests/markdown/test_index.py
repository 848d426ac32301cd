"""The README.md of a database: its title and its pages."""

from __future__ import annotations

from backup.markdown.index import is_ours, render
from backup.model import Target
from tests.oracles import gitea, github, select


def test_the_list_has_every_page_in_the_order_given_with_icon_and_link() -> None:
    entries = [
        Target("wiki/b (2)/index.md", "B [2]", "🗓️"),
        Target("wiki/a/index.md", "", ""),
        Target("wiki/計画/index.md", "計画"),
    ]
    shown = render("Wiki *1*", "📚", entries, "wiki/README.md")
    assert shown.startswith(
        "# 📚 Wiki \\*1\\*\n\n"
        "- 🗓️ [B \\[2\\]](b%20%282%29/index.md)\n"
        "- 📄 [Untitled](a/index.md)\n"
        "- 📄 [計画](計画/index.md)\n\n"
    )


def test_a_database_without_pages_or_title_has_a_readme_all_the_same() -> None:
    assert render("", "", [], "README.md").startswith("# Untitled\n")


def test_a_readme_of_ours_is_known_again_and_no_other_is() -> None:
    assert is_ours(render("Wiki", "", [Target("a.md", "A")], "README.md"))
    assert not is_ours("# Wiki\n\n- 📄 [A](a.md)\n")


def test_hostile_titles_stay_one_entry_each() -> None:
    titles = ["a\n- b", "[x](y)", "<b>", "`", "| c |", "1. d"]
    entries = [Target(f"w/{n}/index.md", title) for n, title in enumerate(titles)]
    for host in (github, gitea):
        links = select(host(render("T", "", entries, "w/README.md")), "ul > li > a")
        assert [link["href"] for link in links] == [f"{n}/index.md" for n in range(len(titles))]
