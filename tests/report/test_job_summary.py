"""The job summary as a reader of GitHub and of Gitea sees it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from backup.ci import Job
from backup.model import Problem
from backup.report import job_summary
from backup.report.answer import Answer
from backup.report.literal import one_line
from backup.report.redaction import redacted
from backup.report.report import Report
from tests.oracles import filters, gitea, github, select
from tests.oracles.seen import segments
from tests.report.hostile import COMMIT, TITLES, entries, huge, report, titled

HOSTS = pytest.mark.parametrize("host", [github, gitea])


def tables(html: str) -> dict[str, list[list[str]]]:
    """The rows of each folded table under its first word: 'New' → [['Tea', 'wiki/tea'], …]."""
    return {
        details.summary.get_text().split(":")[0]: [
            [cell.get_text() for cell in row.select("td")] for row in details.select("tbody tr")
        ]
        for details in select(html, "details")
    }


@HOSTS
def test_every_kind_of_page_has_its_folded_table(host: Callable[[str], str]) -> None:
    found = tables(host(job_summary.render(report())))
    assert found == {
        "New": [["new 0", "wiki/new-0"]],
        "Updated": [["updated 0", "wiki/updated-0", "why"]],
        "Renamed": [["renamed 0", "wiki/renamed-0", "why"]],
        "Removed": [["removed 0", "wiki/removed-0", "why"]],
        "Kept, though not in Notion": [["kept 0", "wiki/kept-0", "why"]],
        "Warnings": [["Some page", "a block of a type that is not known"]],
    }


@HOSTS
def test_what_is_not_saved_stands_open_with_its_reason(host: Callable[[str], str]) -> None:
    html = host(job_summary.render(report()))
    rows = [
        " ".join(cell.get_text() for cell in row.select("td"))
        for row in select(html, "tr")
        if not row.find_parent("details")
    ]
    assert "Bad page Notion answered 500" in rows
    assert "Left page a.png: the server answered 404 (Not Found)" in rows
    assert "Other database could not be read" in rows


@HOSTS
def test_each_database_is_counted_and_all_together(host: Callable[[str], str]) -> None:
    first = select(host(job_summary.render(report())), "table")[0]
    head = [cell.get_text() for cell in first.select("th")]
    rows = {
        cells[0]: dict(zip(head[1:], cells[1:], strict=True))
        for cells in (
            [cell.get_text() for cell in row.select("td")] for row in first.select("tbody tr")
        )
    }
    assert rows["Wiki"]["Pages"] == "9" and rows["Wiki"]["New"] == "1"
    assert rows["Wiki"]["Failed"] == "1" and rows["Wiki"]["Files"] == "5"
    assert rows["Books"]["Unchanged"] == "4" and rows["Books"]["New"] == "0"
    assert rows["all"]["Pages"] == "13" and rows["all"]["Unchanged"] == "7"


def test_what_did_not_happen_takes_no_column() -> None:
    quiet = Report(sections=report().sections, unchanged=13)
    head = [cell.get_text() for cell in select(github(job_summary.render(quiet)), "th")]
    assert head == ["Database", "Pages", "Unchanged", "Files"]


def links_in(given: Report) -> list[str]:
    return [link["href"] for link in select(github(job_summary.render(given)), "a")]


def test_pages_link_to_the_pushed_commit_on_github() -> None:
    found = links_in(report())
    assert f"https://github.com/acme/wiki/blob/{COMMIT}/docs/wiki/new-0/index.md" in found
    assert f"https://github.com/acme/wiki/commit/{COMMIT}" in found
    assert not [link for link in found if "removed" in link]


@pytest.mark.parametrize("host", ["gitea", "forgejo"])
def test_pages_link_to_the_pushed_commit_on_gitea_and_forgejo(host: str) -> None:
    job = Job(host, "https://git.example/sub", "acme/wiki")
    (entry,) = entries("new")
    odd = replace(entry, folder="日本/100% (a)/b#c?d")
    found = links_in(replace(report(), job=job, new=(odd,)))
    root = f"https://git.example/sub/acme/wiki/src/commit/{COMMIT}"
    assert f"{root}/%E6%97%A5%E6%9C%AC/100%25%20%28a%29/b%23c%3Fd/index.md" in found


@pytest.mark.parametrize(
    "change", [{"pushed": False}, {"commit": ""}, {"job": Job("gitea", "", "a/b")}]
)
def test_nothing_is_linked_that_is_not_there(change: dict[str, object]) -> None:
    assert links_in(replace(report(), **change)) == []


def test_a_run_without_changes_is_reported_in_a_few_lines() -> None:
    quiet = replace(Report(unchanged=9, requests=4, seconds=1.0), sections=report().sections[:1])
    text = job_summary.render(quiet)
    assert "nothing changed" in text and "<details>" not in text and len(text.splitlines()) < 10


def test_a_run_that_broke_says_why() -> None:
    broken = Report(errors=(Problem("configuration", "NOTION_TOKEN is missing"),), broken=2)
    html = github(job_summary.render(broken))
    assert "Notion backup failed" in select(html, "h2")[0].get_text()
    assert "NOTION_TOKEN is missing" in select(html, "table")[0].get_text()


def test_a_dry_run_says_that_it_was_one() -> None:
    assert "dry run" in job_summary.render(replace(report(), dry_run=True)).splitlines()[0]


def test_the_pull_request_is_linked() -> None:
    address = "https://github.com/acme/wiki/pull/5"
    assert address in links_in(replace(report(), pull_request=address))
    hostile = replace(report(), pull_request="https://e.example/> [x](y)")
    assert not [link for link in links_in(hostile) if "e.example" in link]


def elements(html: str) -> Counter[str]:
    """How often each element occurs, but for those that only keep characters apart."""
    return Counter(each.name for each in select(html, "*") if each.name != "span")


@HOSTS
def test_no_title_breaks_the_tables_or_acts(host: Callable[[str], str]) -> None:
    page = job_summary.render(titled(*TITLES))
    html = host(page)
    plain = host(job_summary.render(titled(*["Tea"] * len(TITLES))))
    assert elements(html) == elements(plain)
    assert {link["href"].split("/")[2] for link in select(html, "a[href]")} == {"github.com"}
    assert "##[" not in page and not re.search(r"(?m)^\s*::", page)
    bare = [part.text for part in segments(html) if not part.href]
    assert not [text for text in bare if re.search(r"@\w|#\d|\[\[|\w+://|www\.", text)]
    assert filters.emoji_aliases(html) == filters.wiki_links(html) == []
    assert filters.dollar_pairs(html) == filters.math_in_lines(page) == []
    cells = {" ".join(cell.get_text().split()) for cell in select(html, "td")}
    assert {one_line(" ".join(title.split())) for title in TITLES} <= cells


@pytest.mark.parametrize("title", ["@:#$" * 200, "日本" * 300, "a", "🎉" * 500])
def test_the_summary_stays_below_its_limit_whatever_comes(title: str) -> None:
    page = job_summary.render(huge(title))
    assert len(page.encode()) <= job_summary.LIMIT
    assert page.count("<details>") == page.count("</details>") == 6
    assert page.count("| … and ") == 8  # every table says that it was cut
    assert page.rstrip().endswith("12.3 s")


def test_a_long_table_is_cut_and_counts_the_rest() -> None:
    found = tables(github(job_summary.render(replace(report(), new=entries("new", 250)))))
    assert len(found["New"]) == 101
    assert found["New"][-1][0] == "… and 150 more"
    assert found["New"][0][0] == "new 0"


@HOSTS
@pytest.mark.parametrize("title", [each for each in TITLES if each.strip()])
def test_what_a_look_found_is_shown_as_it_is(host: Callable[[str], str], title: str) -> None:
    problems = (Problem(title, "is missing"), Problem("a", f"{title} is not there"))
    answer = Answer("Verified", ("", "checked"), ((title, "1"),), (title,), problems)
    html = host(job_summary.looked(answer, ["planted-secret"]))
    cells = [cell.get_text() for cell in select(html, "tbody td")]
    wanted = [title, "is missing", "a", f"{title} is not there", title, "1"]
    assert cells == [" ".join(one_line(" ".join(each.split())).split()) for each in wanted]


def test_no_secret_is_in_the_summary_of_a_look() -> None:
    problems = (Problem("planted-secret", "planted-secret"),)
    answer = Answer("planted-secret", ("",), (("planted-secret",),), ("planted-secret",), problems)
    assert "planted" not in job_summary.looked(answer, ["planted-secret"])
    assert "planted" not in answer.json(["planted-secret"])


@pytest.mark.parametrize("title", ['/x?token=1" and more', "a plänted-secret", "?sig=\\", *TITLES])
def test_the_answer_for_programs_is_json_whatever_is_hidden_in_it(title: str) -> None:
    answer = Answer("", data={"databases": [{"title": title}]})
    (shown,) = json.loads(answer.json(["plänted-secret"]))["databases"]
    assert shown["title"] == redacted(title, ["plänted-secret"])


def test_a_look_that_finds_no_backup_has_no_empty_heading() -> None:
    said = job_summary.looked(Answer("", problems=(Problem("wiki", "There is no backup"),)), [])
    assert said.startswith("| Where | What |")
