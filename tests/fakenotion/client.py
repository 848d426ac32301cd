"""A client for the stand-in that hides nothing: status, headers and body as they came."""

from __future__ import annotations

from typing import Any

import requests


class Client:
    """Plain requests with the headers that the API asks for."""

    def __init__(self, url: str, version: str = "2026-03-11") -> None:
        self.url = url
        self.session = requests.Session()
        self.session.headers["Authorization"] = "Bearer ntn_demo"
        self.session.headers["Notion-Version"] = version

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.session.get(f"{self.url}/v1/{path}", timeout=20, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        return self.session.post(f"{self.url}/v1/{path}", json=body or {}, timeout=20, **options)

    def json(self, path: str, **params: Any) -> Any:
        answer = self.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rows(self, source: str, **body: Any) -> Any:
        answer = self.post(f"data_sources/{source}/query", body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def children(self, id_: str, **params: Any) -> list[Any]:
        answer = self.json(f"blocks/{id_}/children", **params)
        if not answer["has_more"]:
            return answer["results"]
        return answer["results"] + self.children(id_, start_cursor=answer["next_cursor"])

    def close(self) -> None:
        self.session.close()
