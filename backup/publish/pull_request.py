"""Opens or updates one pull request through the API of the host: GitHub, Gitea and Forgejo share the
paths and fields that this needs (their API references, 2025-12 to 2026-08)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from backup import http
from backup.errors import GitError, may_pass
from backup.json_values import as_list, as_object, mapping, word
from backup.model import Json

_TIMEOUT = (10, 60)  # seconds to connect and between bytes
_PER_PAGE = 50  # the most that Gitea gives by default; GitHub gives up to 100
_PAGES = 100  # of open pull requests; nobody has more, unless the server never ends
_LATER = "The next run tries again."
_MOVED = "The repository has another address now: set it with git remote set-url."
_HINTS = {
    **dict.fromkeys((301, 302, 307, 308), _MOVED),
    401: "The token is not valid at this host: pass another as git-token.",
    403: "Give the job `permissions: pull-requests: write`; on GitHub also allow Actions to create pull "
    "requests (repository settings, Actions, General), or pass a token that may as git-token.",
    404: "The token must be allowed to see the repository and to open pull requests in it.",
}


@dataclass(frozen=True, slots=True)
class PullRequest:
    """An open one: its number, and its page for people."""

    number: int
    url: str


@dataclass(frozen=True)
class PullRequests:
    """The pull requests of one repository ('owner/name') that would merge the branch `head` into `base`.

    `api` is the address of the host's API, without a slash at its end.
    """

    api: str
    repository: str
    head: str
    base: str
    token: str = field(repr=False)

    def find(self) -> PullRequest | None:
        """The open one. Raises GitError when the host does not answer as it should.

        The hosts differ in what they filter by, so that is done here.
        """
        for page in range(1, _PAGES + 1):
            query = {"state": "open", "page": page, "per_page": _PER_PAGE, "limit": _PER_PAGE}
            listed = as_list(self._ask("GET", "pulls", params=query))
            if not listed:
                return None
            for pull in filter(self._is_ours, listed):
                return _read(pull)
        return None

    def offer(self, title: str, text: str) -> PullRequest:
        """Give the open one these words; open one when there is none.

        Raises GitError when the host refuses.
        """
        words = {"title": title, "body": text}
        if found := self.find():
            self._ask("PATCH", f"pulls/{found.number}", json=words)
            return found
        sent = {"head": self.head, "base": self.base, **words}
        try:
            return _read(self._ask("POST", "pulls", json=sent))
        except GitError:
            if found := self.find():  # another job of ours was faster
                return found
            raise

    def _is_ours(self, pull: Json) -> bool:
        """Whether it merges our branch of this repository, and not a fork's branch of that name: a fork
        that was deleted has no name any more."""
        head, base = mapping(pull, "head"), mapping(pull, "base")
        same = word(mapping(head, "repo"), "full_name").lower() == self.repository.lower()
        return same and (head.get("ref"), base.get("ref")) == (self.head, self.base)

    def _ask(self, method: str, path: str, **sent: Any) -> Any:
        """The JSON answer; raises GitError."""
        url = f"{self.api}/repos/{self.repository}/{path}"
        try:
            with http.session(self._headers()) as session:
                answer = session.request(
                    method, url, timeout=_TIMEOUT, allow_redirects=False, **sent
                )
        except http.ERRORS as error:
            what = f"The host's API could not be asked for pull requests: {http.no_answer(error)}."
            raise GitError(what) from None
        if not 200 <= answer.status_code < 300:
            words = " ".join(_words(answer))[:300]
            is_busy = may_pass(answer.status_code) or "rate limit" in words.lower()
            raise GitError(
                f"The host refused {method} {path} with {answer.status_code}: {words}",
                hint=_LATER if is_busy else _HINTS.get(answer.status_code, ""),
            )
        return http.said(answer)

    def _headers(self) -> dict[str, str]:
        """A job's token is a Bearer on GitHub, and a `token` on the others, for which GitHub's own
        headers mean nothing."""
        form = "token" if self.api.endswith("/api/v1") else "Bearer"
        return {
            "Authorization": f"{form} {self.token}",
            "Accept": "application/vnd.github+json, application/json",
            "X-GitHub-Api-Version": "2022-11-28",
        }


def _read(pull: Any) -> PullRequest:
    try:
        return PullRequest(int(pull["number"]), str(pull["html_url"]))
    except (KeyError, TypeError, ValueError):
        raise GitError("The host's answer about a pull request could not be understood.") from None


def _words(answer: http.Response) -> Iterator[str]:
    """What the host says: `message`, and on GitHub the particulars in `errors`."""
    said = as_object(http.said(answer))
    yield str(said.get("message", ""))
    for each in as_list(said.get("errors")):
        yield str(each.get("message", each) if isinstance(each, dict) else each)
