"""Whatever id people write: the database behind it, or a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backup.errors import BackupError, Busy, ConfigError, NotionError, Unauthorized
from backup.model import NamedRoot, Row, bare_id
from backup.notion.resolve import Resolved, data_source, resolve
from fakenotion import build, faults
from fakenotion import properties as p
from fakenotion.workspace import Workspace
from tests.notion.service import Service, saying

Serve = Callable[..., Service]
SCHEMA = {"Name": p.of("title"), "Done": p.of("checkbox")}


@pytest.fixture
def workspace() -> Workspace:
    return Workspace()


@pytest.fixture
def database(workspace: Workspace) -> str:
    return workspace.add_database("How-tos", SCHEMA, icon=build.emoji("🛠️"))


def _resolved(service: Service, id_: str) -> Resolved:
    found = _found(service, id_)
    assert isinstance(found, Resolved)
    return found


def _found(service: Service, id_: str, *, is_page: bool = False) -> Resolved | Row:
    return resolve(
        service.client, NamedRoot(bare_id(id_), setting="DB1_NOTION_ID"), is_page=is_page
    )


def _mistake(service: Service, id_: str) -> str:
    with pytest.raises(ConfigError) as caught:
        _resolved(service, id_)
    sentence = str(caught.value)
    assert sentence.startswith(f"DB1_NOTION_ID: {bare_id(id_)} is ") or "has no" in sentence
    assert "⋯ → Connections" in sentence
    return sentence


def test_a_database_comes_with_its_source_and_schema(
    workspace: Workspace, database: str, serve: Serve
) -> None:
    service = serve(workspace)
    found = _resolved(service, database)
    assert (found.id, found.title, found.icon) == (bare_id(database), "How-tos", "🛠️")
    assert found.sources == (bare_id(workspace.source(database)),)
    source = data_source(service.client, found.sources[0])
    assert (source.id, set(source.schema)) == (found.sources[0], {"Name", "Done"})
    assert service.paths() == [
        f"databases/{bare_id(database)}",
        f"data_sources/{bare_id(workspace.source(database))}",
    ]


def test_several_sources_come_in_notions_order(
    workspace: Workspace, database: str, serve: Serve
) -> None:
    workspace.add_source(database, "Archive", {"Title": p.of("title")})
    workspace.add_source(database, "Drafts", {"Title": p.of("title")})
    found = _resolved(serve(workspace), database)
    assert found.sources == tuple(map(bare_id, workspace.node(database).children))


def test_an_icon_that_is_not_an_emoji_is_left_out(
    workspace: Workspace, database: str, serve: Serve
) -> None:
    workspace.set_icon(database, build.icon("pizza"))
    assert _resolved(serve(workspace), database).icon == ""


@pytest.mark.parametrize("before", [True, False])
def test_a_page_and_a_database_are_told_apart_whatever_each_was_before(
    before: bool, workspace: Workspace, database: str, serve: Serve
) -> None:
    page = workspace.add_page("", "Just a page", icon=build.emoji("📄"))
    service = serve(workspace)
    found = _found(service, page, is_page=before)
    assert isinstance(found, Row)
    assert (found.id, found.title, found.icon) == (bare_id(page), "Just a page", "📄")
    assert len(service.paths()) == (1 if before else 2)
    assert isinstance(_found(service, database, is_page=before), Resolved)


def test_a_page_in_the_trash_is_reported_as_such(workspace: Workspace, serve: Serve) -> None:
    page = workspace.add_page("", "Just a page")
    workspace.trash(page)
    assert "is a page in Notion's trash" in _mistake(serve(workspace), page)


def test_a_data_source_names_its_database(
    workspace: Workspace, database: str, serve: Serve
) -> None:
    sentence = _mistake(serve(workspace), workspace.source(database))
    assert (
        f"is the id of a data source. Write the id of its database: {bare_id(database)}."
        in sentence
    )


def test_a_view_names_its_database(workspace: Workspace, database: str, serve: Serve) -> None:
    view = workspace.add_view(database, workspace.source(database), "Board", "board")
    sentence = _mistake(serve(workspace), view)
    assert "is the id of a view (the part after ?v=)" in sentence
    assert f"Write the id of its database: {bare_id(database)}." in sentence


@pytest.mark.parametrize("parent", [None, "text", {}, {"type": "workspace"}, {"database_id": 7}])
def test_a_source_without_a_known_database_still_has_a_sentence(
    parent: object, workspace: Workspace, database: str, serve: Serve
) -> None:
    service = serve(workspace)
    source = workspace.source(database)
    odd = saying({"object": "data_source", "id": source, "parent": parent})
    service.stand_in.plan = lambda asked: odd if "data_sources" in asked.path else None
    assert "Write the id of its database, or its link." in _mistake(service, source)


def test_an_unshared_database_is_explained(
    workspace: Workspace, database: str, serve: Serve
) -> None:
    workspace.unshare(database)
    service = serve(workspace)
    assert "is not shown to this integration" in _mistake(service, database)
    assert len(service.stand_in.requests) == 3


def test_an_id_that_never_was_is_explained_like_an_unshared_one(
    workspace: Workspace, serve: Serve
) -> None:
    assert "check the id" in _mistake(serve(workspace), "0" * 32)


def test_an_id_that_notion_does_not_take_is_explained(workspace: Workspace, serve: Serve) -> None:
    assert "is not an id that Notion accepts" in _mistake(serve(workspace), "f" * 32)


def test_a_linked_view_points_to_the_original(workspace: Workspace, serve: Serve) -> None:
    linked = workspace.add_database("Untitled", None)
    sentence = _mistake(serve(workspace), linked)
    assert "linked view of a database elsewhere, or the original is not shared" in sentence


def test_a_database_in_the_trash_is_not_an_empty_database(
    workspace: Workspace, database: str, serve: Serve
) -> None:
    workspace.trash(database)
    assert "Notion's trash. Restore it" in _mistake(serve(workspace), database)


@pytest.mark.parametrize("place", ["databases", "data_sources", "views"])
def test_an_error_of_notion_is_not_a_mistake_in_the_settings(
    place: str, workspace: Workspace, serve: Serve
) -> None:
    service = serve(workspace)
    service.stand_in.plan = lambda asked: faults.error(500) if place in asked.path else None
    with pytest.raises(Busy):
        _resolved(service, "0" * 32)


@pytest.mark.parametrize("place", ["databases", "data_sources", "views"])
def test_a_wrong_token_is_not_a_mistake_in_the_id(
    place: str, workspace: Workspace, serve: Serve
) -> None:
    service = serve(workspace)
    service.stand_in.plan = lambda asked: faults.error(401) if place in asked.path else None
    with pytest.raises(Unauthorized):
        _resolved(service, "0" * 32)


ODD = (None, 0, "text", [], {}, [None], ["text"], [7], {"a": None})


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("key", ["title", "icon", "data_sources", "in_trash", "parent"])
def test_odd_parts_of_a_database_never_crash(
    key: str, odd: object, workspace: Workspace, database: str, serve: Serve
) -> None:
    service = serve(workspace)
    raw = {**service.client.database(database), key: odd}
    service.stand_in.plan = lambda asked: saying(raw) if "databases" in asked.path else None
    try:
        assert _resolved(service, database).id == bare_id(database)
    except BackupError as error:
        assert isinstance(error, ConfigError | NotionError)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("key", ["title", "properties"])
def test_odd_parts_of_a_data_source_never_crash(
    key: str, odd: object, workspace: Workspace, database: str, serve: Serve
) -> None:
    service = serve(workspace)
    raw = {**service.client.data_source(workspace.source(database)), key: odd}
    service.stand_in.plan = lambda asked: saying(raw) if "data_sources" in asked.path else None
    (source_id,) = _resolved(service, database).sources
    assert isinstance(data_source(service.client, source_id).schema, dict)


def test_a_source_that_vanished_is_an_error_not_a_smaller_database(
    workspace: Workspace, database: str, serve: Serve
) -> None:
    extra = workspace.add_source(database, "Archive", {"Title": p.of("title")})
    service = serve(workspace)
    service.stand_in.fail_next(faults.error(404), path=bare_id(extra))
    with pytest.raises(NotionError):
        [data_source(service.client, id_) for id_ in _resolved(service, database).sources]
