"""A client whose token may write, in a workspace with one page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from fakenotion.server import StandIn
from fakenotion.workspace import Workspace
from fakenotion.writing.writes import Writes
from tests.fakenotion.client import Client


class Author(Client):
    """Writes with a token that may, and shows what came of it."""

    def send(self, method: str, path: str, body: Any = None) -> requests.Response:
        return self.session.request(method, f"{self.url}/v1/{path}", json=body or {}, timeout=20)

    def made(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.send(method, path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def append(self, id_: str, *children: Any, **more: Any) -> list[Any]:
        body = {"children": list(children), **more}
        return list(self.made("PATCH", f"blocks/{id_}/children", body)["results"])

    def refused(self, method: str, path: str, body: Any = None) -> str:
        """The message of an answer that refuses a request for what is in it."""
        answer = self.send(method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (400, "validation_error"), answer.text
        return str(answer.json()["message"])

    def refused_below(self, id_: str, *children: Any, **more: Any) -> str:
        body = {"children": list(children), **more}
        return self.refused("PATCH", f"blocks/{id_}/children", body)


@pytest.fixture
def writes(stand_in: StandIn) -> Writes:
    stand_in.writes.allow("ntn_write")
    return stand_in.writes


@pytest.fixture
def author(client: Client, writes: Writes) -> Iterator[Author]:
    made = Author(client.url)
    made.session.headers["Authorization"] = "Bearer ntn_write"
    yield made
    made.close()


@pytest.fixture
def home(workspace: Workspace) -> str:
    """A page that people made at 08:00."""
    return workspace.add_page("", "Home")
