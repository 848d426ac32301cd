"""Asks who people are, each once in a run. Nobody's page waits for the answer: without it a person has no
name here."""

from __future__ import annotations

import threading

from backup.errors import Forbidden, NotFound, NotionError
from backup.model import Json, dashed_id
from backup.notion.client import Client

_HANDFUL = 3  # refusals in a row: then the integration may not read users at all


class Users:
    """The people of a workspace. Safe to use from several threads at once."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[str, Json | None] = {}
        self._refused = 0
        self._lock = threading.Lock()

    def user(self, id_: str) -> Json | None:
        """The user object; {} for people who left, and without the capability to read users. None: it
        could not be read this time."""
        with self._lock:
            if id_ not in self._known:
                self._known[id_] = self._ask(id_)
            return self._known[id_]

    def _ask(self, id_: str) -> Json | None:
        if not id_:
            return {}
        if self._refused >= _HANDFUL:
            return None
        try:
            with self._client.spent_on("reading"):
                found = self._client.user(dashed_id(id_))
        except NotFound:
            return {}
        except Forbidden:
            self._refused += 1
            return {}
        except NotionError:
            return None
        self._refused = 0
        return found
