"""Who may write, what goes wrong on the way, and what tests can tell about it afterwards."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import requests

from fakenotion.nodes import Clock
from fakenotion.workspace import Workspace
from fakenotion.writing import trouble
from fakenotion.writing.record import Snapshot
from fakenotion.writing.writes import Writes
from tests.fakenotion.client import Client
from tests.fakenotion.writing.conftest import Author
from tests.fakenotion.writing.texts import below, paragraph, text, titled


def append(author: Author, home: str, *names: str) -> requests.Response:
    body = {"children": [paragraph(name) for name in names]}
    return author.send("PATCH", f"blocks/{home}/children", body)


def said(author: Author, id_: str) -> list[str]:
    return [one["paragraph"]["rich_text"][0]["plain_text"] for one in author.children(id_)]


# -- tokens -------------------------------------------------------------------------------------------


def test_a_token_that_reads_may_not_write(
    client: Client, author: Author, writes: Writes, home: str
) -> None:
    answer = client.session.patch(f"{client.url}/v1/pages/{home}", json={"icon": None}, timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (403, "restricted_resource")
    assert writes.log == []
    author.made("PATCH", f"pages/{home}", {"icon": None})
    writes.forbid("ntn_write")
    assert author.send("PATCH", f"pages/{home}", {"icon": None}).status_code == 403
    assert author.json(f"pages/{home}")["id"] == home
    writes.allow("ntn_write", reads=False)
    assert author.get(f"pages/{home}").status_code == 403


def test_each_token_has_a_bot_of_its_own(client: Client, author: Author, writes: Writes) -> None:
    assert client.json("users/me")["name"] == "Backup"
    assert author.json("users/me")["name"] == "Restorer"
    assert author.json("users/me")["id"] == writes.holder("ntn_write").bot["id"]


def test_a_token_of_another_workspace_sees_nothing_of_ours(
    author: Author, writes: Writes, workspace: Workspace, home: str
) -> None:
    elsewhere = writes.stranger("ntn_other")
    author.session.headers["Authorization"] = "Bearer ntn_other"
    details = author.json("users/me")["bot"]
    assert details["workspace_id"] == elsewhere.id != workspace.id
    assert author.get(f"pages/{home}").status_code == 404
    assert append(author, home, "A").status_code == 404
    theirs = elsewhere.add_page("", "Theirs")
    author.append(theirs, paragraph())
    assert workspace.listed(home) == []


def test_a_token_that_is_not_good_writes_nothing(
    author: Author, stand_in: Any, writes: Writes, home: str
) -> None:
    stand_in.knobs.token = "ntn_read"
    assert append(author, home, "A").status_code == 200
    author.session.headers["Authorization"] = "Bearer ntn_wrong"
    assert append(author, home, "B").status_code == 401
    assert len(writes.log) == 1


# -- what goes wrong ----------------------------------------------------------------------------------


def test_each_so_many_writes_conflict(author: Author, writes: Writes, home: str) -> None:
    writes.spoil(trouble.conflict(), every=3)
    answers = [append(author, home, str(number)) for number in range(7)]
    assert [one.status_code for one in answers] == [200, 200, 409, 200, 200, 409, 200]
    assert answers[2].json()["code"] == "conflict_error"
    assert said(author, home) == ["0", "1", "3", "4", "6"]


def test_the_answer_of_a_write_is_lost_after_it_was_done(
    author: Author, writes: Writes, home: str
) -> None:
    writes.spoil(trouble.lost(), at=2)
    append(author, home, "1")
    with pytest.raises(requests.ConnectionError):
        append(author, home, "2")
    assert said(author, home) == ["1", "2"]
    assert [(one.status, one.committed) for one in writes.log] == [(200, True), (0, True)]
    writes.spoil(trouble.lost(commits=False))
    with pytest.raises(requests.ConnectionError):
        append(author, home, "3")
    assert said(author, home) == ["1", "2"]


def test_a_server_fails_when_some_children_are_done(
    author: Author, writes: Writes, home: str
) -> None:
    writes.spoil(trouble.unavailable(keep=2))
    answer = append(author, home, "1", "2", "3")
    shown = answer.json()["additional_data"]
    assert (answer.status_code, answer.json()["code"]) == (503, "service_unavailable")
    assert shown["retry_guidance"]
    assert shown["committed_resource_id"] == home
    assert shown["committed_child_ids"] == [one["id"] for one in author.children(home)]
    assert said(author, home) == ["1", "2"]


def test_a_server_fails_when_a_page_is_made(author: Author, writes: Writes, home: str) -> None:
    writes.spoil(trouble.unavailable(keep=1), path="/pages")
    body = {
        **below(home),
        "properties": titled("Child"),
        "children": [paragraph("1"), paragraph("2")],
    }
    shown = author.send("POST", "pages", body).json()["additional_data"]
    (child,) = author.children(home)
    assert shown["committed_resource_id"] == child["id"]
    assert shown["committed_child_ids"] == [one["id"] for one in author.children(child["id"])]
    assert said(author, child["id"]) == ["1"]
    writes.spoil(trouble.unavailable(commits=False), path="/pages")
    answer = author.send("POST", "pages", body)
    assert (answer.status_code, "additional_data" in answer.json()) == (503, False)
    assert len(author.children(home)) == 1


def test_a_timeout_says_nothing_about_the_write(author: Author, writes: Writes, home: str) -> None:
    for commits in (True, False):
        writes.spoil(trouble.timed_out(commits=commits))
        answer = append(author, home, str(commits))
        assert (answer.status_code, "additional_data" in answer.json()) == (504, False)
    assert said(author, home) == ["True"]
    writes.mend()
    assert append(author, home, "more").status_code == 200


def test_a_block_that_is_too_long_takes_too_long(author: Author, writes: Writes, home: str) -> None:
    writes.knobs.slow_above = 3000
    red = {"annotations": {"color": "red"}}
    long = {"paragraph": {"rich_text": [text("x" * 2000), text("y" * 1001, **red)]}}
    body = {"children": [long]}
    assert author.send("PATCH", f"blocks/{home}/children", body).status_code == 504
    assert author.children(home) == []
    writes.knobs.slow_commits = True
    assert author.send("PATCH", f"blocks/{home}/children", body).status_code == 504
    assert len(author.children(home)) == 1
    assert append(author, home, "x" * 2000, "y" * 2000).status_code == 200


def test_a_workspace_has_a_limit_of_blocks(author: Author, writes: Writes, home: str) -> None:
    writes.knobs.block_limit = 4
    child = author.made("POST", "pages", {**below(home), "children": [paragraph("x", paragraph())]})
    answer = append(author, home, "1", "2")
    assert (answer.status_code, answer.json()["code"]) == (403, "restricted_resource")
    assert answer.json()["additional_data"] == {"block_limit": "4"}
    assert len(author.children(home)) == 1
    assert append(author, home, "1").status_code == 200
    assert author.send("POST", "databases", below(home)).status_code == 403
    assert author.made("PATCH", f"pages/{child['id']}", {"properties": titled("x")})
    assert author.made("DELETE", f"blocks/{child['id']}")
    writes.allow("ntn_write", personal=True)
    assert append(author, home, "2").status_code == 200


# -- what tests can tell ------------------------------------------------------------------------------


def test_every_write_is_in_the_log(author: Author, writes: Writes, home: str) -> None:
    author.json(f"pages/{home}")
    append(author, home, "One")
    author.send("PATCH", f"pages/{home}", {"odd": 1})
    first, second = writes.log
    assert (first.number, first.method, first.path) == (1, "PATCH", f"/v1/blocks/{home}/children")
    assert (first.status, first.committed, second.status, second.committed) == (
        200,
        True,
        400,
        False,
    )
    assert first.size == len(first.text) > 0
    assert first.body["children"][0]["paragraph"]["rich_text"][0]["text"]["content"] == "One"
    assert {one.token for one in writes.log} == {"ntn_write"}


def test_a_snapshot_names_what_was_touched(
    author: Author, workspace: Workspace, clock: Clock, home: str
) -> None:
    others = [workspace.add_page("", "Other"), workspace.add_page("", "More")]
    before = Snapshot.of(workspace)
    clock.forward(minutes=1)
    child = author.made("POST", "pages", {**below(home), "properties": titled("Child")})
    assert before.touched(workspace) == {home}
    assert before.new(workspace) == {child["id"]}
    again = Snapshot.of(workspace)
    author.made("PATCH", f"pages/{others[0]}", {"icon": {"emoji": "🍎"}})
    author.made("DELETE", f"blocks/{others[1]}")
    assert again.touched(workspace) == set(others)
    workspace.purge(others[0])
    assert again.touched(workspace) == set(others)


def test_writes_at_once_are_all_done(author: Author, writes: Writes, home: str) -> None:
    threads = [threading.Thread(target=append, args=(author, home, str(n))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said(author, home)) == [str(number) for number in range(8)]
    assert sorted(one.number for one in writes.log) == list(range(1, 9))


def test_an_older_version_says_archived(author: Author, home: str) -> None:
    author.session.headers["Notion-Version"] = "2025-09-03"
    page = author.made("PATCH", f"pages/{home}", {"archived": True})
    assert (page["in_trash"], page["archived"]) == (True, True)
    assert author.made("PATCH", f"pages/{home}", {"archived": False})["in_trash"] is False


@pytest.mark.parametrize("path", ["pages/x", "blocks/x", "blocks/x/children", "databases/x"])
def test_a_path_holds_an_id(path: str, author: Author) -> None:
    assert "should be a valid uuid" in author.refused("PATCH", path)


def test_a_query_string_is_refused(author: Author, home: str) -> None:
    assert "query.x should be not present" in author.refused("PATCH", f"pages/{home}?x=1")


def test_a_plan_decides_about_each_write(author: Author, writes: Writes, home: str) -> None:
    writes.plan = lambda write: trouble.lost(commits=False) if write.number > 1 else None
    append(author, home, "1")
    for name in ("2", "3"):
        with pytest.raises(requests.ConnectionError):
            append(author, home, name)
    writes.plan = None
    append(author, home, "4")
    assert said(author, home) == ["1", "4"]
