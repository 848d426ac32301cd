"""The pull requests of a repository, answered for in the manner of GitHub, Gitea or Forgejo."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

API_TOKEN_FORMS = {"v3": "Bearer", "v1": "token"}  # of GitHub; of Gitea and Forgejo


@dataclass
class Pulls:
    """`/api/v3/repos/acme/wiki/pulls` answers like GitHub (as its Enterprise Server is reached),
    `/api/v1/…` like Gitea and Forgejo: other page sizes, statuses and shapes.

    `refusal` is a status and a message that every new one is answered with; while it is `down`,
    every request fails.
    """

    token: str = "ghs_planted_git_token_0123456789"
    open: list[dict[str, Any]] = field(default_factory=list)
    refusal: tuple[int, str] | None = None
    down: bool = False
    largest_page: int = 2  # so that a handful fills several

    def add(self, head: str, base: str = "main", owner: str = "acme") -> dict[str, Any]:
        """Open one by hand; `owner` is whose branch it is."""
        number = len(self.open) + 7
        pull = {
            "number": number,
            "html_url": f"https://git.example.com/acme/wiki/pulls/{number}",
            "title": "",
            "body": "",
            "head": {"ref": head, "label": head, "repo": {"full_name": f"{owner}/wiki"}},
            "base": {"ref": base, "label": base, "repo": {"full_name": "acme/wiki"}},
        }
        self.open.append(pull)
        return pull

    def answer(
        self, method: str, path: str, query: dict[str, str], body: bytes, auth: tuple[str, ...]
    ) -> tuple[int, Any]:
        """Status and JSON for one request."""
        if self.down:
            return 502, {"message": "Bad Gateway"}
        _, _, version, *rest = path.split("/")
        if auth != (f"{API_TOKEN_FORMS[version]} {self.token}",):
            return 401, {"message": "token is required"}
        if rest[:4] != ["repos", "acme", "wiki", "pulls"]:
            return 404, {"message": "Not Found"}
        if method == "GET":
            return 200, self._page(query, version)
        if method == "PATCH":
            return self._edit(int(rest[4]), json.loads(body), version)
        return self._create(json.loads(body), version)

    def _page(self, query: dict[str, str], version: str) -> list[dict[str, Any]]:
        asked = int(query.get("per_page" if version == "v3" else "limit", "30"))
        size, page = min(asked, self.largest_page), int(query.get("page", "1"))
        return self.open[(page - 1) * size : page * size]

    def _edit(self, number: int, words: dict[str, str], version: str) -> tuple[int, Any]:
        (pull,) = (each for each in self.open if each["number"] == number)
        pull.update(title=words["title"], body=words["body"])
        return (200 if version == "v3" else 201), pull

    def _create(self, sent: dict[str, str], version: str) -> tuple[int, Any]:
        if self.refusal:
            return self.refusal[0], {"message": self.refusal[1]}
        same = (sent["head"], sent["base"])
        if any(_merges(each) == ("acme/wiki", *same) for each in self.open):
            words = "A pull request already exists for acme:notion-backup."
            if version == "v3":
                return 422, {"message": "Validation Failed", "errors": [{"message": words}]}
            return 409, {"message": words}
        pull = self.add(*same)
        pull.update(title=sent["title"], body=sent["body"])
        return 201, pull


def _merges(pull: dict[str, Any]) -> tuple[str, str, str]:
    """Whose branch, which branch, into which one."""
    return pull["head"]["repo"]["full_name"], pull["head"]["ref"], pull["base"]["ref"]
