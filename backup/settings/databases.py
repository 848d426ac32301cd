"""Which databases to back up: every form in which people name one, read into one value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from backup.model import Database

_HEX32 = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_DASHED = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FAMILY = re.compile(r"DB(\d+)_(NOTION_ID|LABEL|PATH|GIT_REPO)")
_GUARDED = {".git", ".github", ".gitea", ".forgejo"}


@dataclass(frozen=True, slots=True)
class Entries:
    """What was found, and what is wrong with the rest."""

    found: tuple[Database, ...]
    problems: tuple[str, ...]


def databases(values: Mapping[str, str], repository: str) -> Entries:
    """The databases of DATABASES and of the DBn_… family that count in `repository`.

    `repository` is the runner's GITHUB_REPOSITORY ('owner/repo'), '' outside of a workflow.
    """
    found: list[Database] = []
    problems: list[str] = []
    others = 0
    for setting, raw_id, label, raw_path, repo in [*_lines(values), *_family(values)]:
        if repo and not _same_repository(repo, repository):
            others += 1
            continue
        id_ = database_id(raw_id)
        if not id_:
            problems.append(f"{setting}: {_no_id(raw_id)}")
            continue
        try:
            found.append(Database(id_, label, folder(raw_path), setting))
        except ValueError as error:
            problems.append(f"{setting.replace('NOTION_ID', 'PATH')}: {error}")
    problems += _duplicates(found)
    if not found and not problems:
        problems.append(_nothing(others, repository))
    return Entries(tuple(found), tuple(problems))


def database_id(text: str) -> str:
    """The id in an id or URL as people paste it, as 32 hex digits; '' when there is none.

    A database's URL ends in its id; `?v=` names a view, never the database (Notion's upgrade guide
    for 2025-09-03). With no id in the path, the query's p, page_id or database_id counts.
    """
    text = unquote(text.strip().strip("<>\"'")).lower()
    if _DASHED.fullmatch(text) or _HEX32.fullmatch(text):
        return text.replace("-", "")
    if "/" not in text and "?" not in text:
        return _last_id(text)
    address = urlsplit(text if "//" in text else f"https://{text.lstrip('/')}")
    if id_ := _last_id(address.path):
        return id_
    query = parse_qs(address.query)
    return next(filter(None, (_last_id(query.get(key, [""])[0]) for key in _QUERY_KEYS)), "")


_QUERY_KEYS = ("p", "page_id", "database_id")


def folder(text: str) -> str:
    """A folder below the workspace or OUTPUT_DIR with '/' between its parts; '' stays '' (made from the label).

    Raises ValueError when it would leave that folder or touch what git or the runner owns.
    """
    parts = unicodedata.normalize("NFC", text).replace("\\", "/").split("/")
    kept = [part for part in parts if part not in ("", ".")]
    if text and (text.startswith(("/", "\\", "~")) or ":" in parts[0]):
        raise ValueError(f"write a folder inside, like docs/wiki, not {text!r}.")
    if ".." in kept or any(part.rstrip(". ").lower() in _GUARDED for part in kept):
        raise ValueError(f"{text!r} may not contain .., .git, .github, .gitea or .forgejo.")
    return "/".join(kept) or ("." if text else "")


def _last_id(text: str) -> str:
    found = [match.group() for match in _DASHED.finditer(text)] or _HEX32.findall(text)
    return str(found[-1]).replace("-", "") if found else ""


def _lines(values: Mapping[str, str]) -> Iterator[tuple[str, str, str, str, str]]:
    for number, line in enumerate(values.get("DATABASES", "").splitlines(), start=1):
        line = line.strip()
        if line and not line.startswith("#"):
            before, equals, after = line.partition("=")
            is_path = bool(equals) and "?" not in before and "://" not in before
            path, id_ = (before.strip() or ".", after) if is_path else ("", line)
            yield f"DATABASES line {number}", id_, "", path, ""


def _family(values: Mapping[str, str]) -> Iterator[tuple[str, str, str, str, str]]:
    numbers = {match[1] for name in values if values[name] and (match := _FAMILY.fullmatch(name))}
    for number in sorted(numbers, key=lambda digits: (int(digits), digits)):
        id_, label, path, repo = (
            values.get(f"DB{number}_{part}", "").strip()
            for part in ("NOTION_ID", "LABEL", "PATH", "GIT_REPO")
        )
        yield f"DB{number}_NOTION_ID", id_, label, path, repo


def _same_repository(wanted: str, repository: str) -> bool:
    owner, _, name = repository.lower().rpartition("/")
    wanted = wanted.lower().strip("/").removesuffix(".git")
    return wanted == f"{owner}/{name}" or (wanted == name and bool(name))


def _no_id(text: str) -> str:
    if not text.strip():
        return "is missing: write the id or the URL of the database."
    return (
        f"{text.strip()!r} holds no Notion id. Open the database in Notion as a full page, "
        "⋯ → Copy link, and write that link (or its 32 digits and letters)."
    )


def _nothing(others: int, repository: str) -> str:
    if others:
        return (
            f"DBn_GIT_REPO: all {others} databases are meant for other repositories, none for "
            f"{repository or 'a run outside of a workflow'}. Add one, or set GITHUB_REPOSITORY."
        )
    return "DATABASES is missing: write the id or the URL of a database (or set DB1_NOTION_ID)."


def _duplicates(found: Iterable[Database]) -> list[str]:
    """One sentence for every database or folder that is named twice."""
    problems = []
    ids: dict[str, str] = {}
    paths: dict[str, str] = {}
    for database in found:
        path = database.path.casefold()
        if (first := ids.setdefault(database.id, database.setting)) != database.setting:
            problems.append(f"{database.setting}: the same database as {first}; remove one.")
        elif path and (first := paths.setdefault(path, database.setting)) != database.setting:
            problems.append(f"{database.setting}: the same folder as {first}; write another.")
    return problems
