"""Which databases to back up: every form in which people name one, read into one value.

Every id in the text counts, or its line is refused: YAML joins the lines of a value that is not a block
(`databases: |`), and no database may get lost that way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from urllib.parse import parse_qsl, unquote

from backup.model import CSV, ID, ID_ALONE, NODE_FILES, STORE, WORKSPACE, NamedRoot
from backup.settings.parsers import shown
from backup.settings.setting import Setting, SettingReader
from backup.slug import folded, is_guarded, is_path, is_reserved, slug
from backup.words import counted

_LIKE_AN_ID = re.compile(ID)  # also in a longer row of digits, which nobody can take apart
_BETWEEN = re.compile(r"[\s,;，、；\u200b\ufeff]+")
_AROUND = "<>\"'`[](){}-*•"  # what lists, quotes and Markdown put around a link
_REMARK = re.compile(r"(?:^|\s)#(.*)")
FAMILY = re.compile(r"DB(\d+)_(NOTION_ID|LABEL|PATH|GIT_REPO)")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
_KEY = re.compile(r"[\w.-]*")
_QUERY_KEYS = ("p", "page_id", "database_id")
MISSING = "DATABASES is missing: write the id or the URL of a database (or set DB1_NOTION_ID)."
_FORM = "Write `databases: |`, and below it one line for each: `link`, or `folder = link`."


SETTINGS = (
    Setting(
        "DATABASES",
        "",
        "What to back up, one per line: the id or URL of a database or of a page, which includes "
        "everything in it, or `workspace` for everything the integration may see; with `path = ` in "
        "front of it to choose the folder.",
    ),
    Setting(
        "DBn_NOTION_ID",
        "",
        "One database or page per variable (n = 1, 2, …; gaps allowed): its id or URL, or "
        "`workspace`.",
    ),
    Setting(
        "DBn_LABEL",
        "",
        "Name of the n-th one, for messages and its folder. Default: its title in Notion.",
    ),
    Setting(
        "DBn_PATH",
        "",
        "The folder of the n-th one, below OUTPUT_DIR. Default: made from its label.",
    ),
    Setting(
        "DBn_GIT_REPO",
        "",
        "`repo` or `owner/repo`: back up the n-th one only in that repository's workflow.",
    ),
)


def databases(reader: SettingReader) -> tuple[NamedRoot, ...]:
    """The databases of DATABASES and of the DBn_… family that count in the reader's repository."""
    values, repository = reader.texts, reader.repository
    found: list[NamedRoot] = []
    problems: list[str] = []
    others: list[str] = []
    for setting, text, label, path, repo in [*_lines(values), *_family(values)]:
        if repo and not _same_repository(repo, repository):
            others.append(repo)
            continue
        try:
            ids = database_ids(text)
            _check_number(len(ids), path, setting, text)
        except ValueError as error:
            problems.append(f"{setting}: {error}")
            continue
        try:
            found += [NamedRoot(id_, label, _visible(path), setting) for id_ in ids]
        except ValueError as error:
            problems.append(f"{setting.replace('NOTION_ID', 'PATH')}: {error}")
    problems += _duplicates(found)
    if not found and not problems:
        problems.append(_nothing(others, repository))
    reader.problems.extend(problems)
    return tuple(found)


def depends_on_repository(texts: Mapping[str, str]) -> bool:
    """Whether a setting names the repository that a database is for."""
    return any((found := FAMILY.fullmatch(name)) and found[2] == "GIT_REPO" for name in texts)


def database_ids(text: str) -> tuple[str, ...]:
    """The ids in a text of ids and links that stand side by side, each as 32 hex digits.

    Raises ValueError when a part of it names no database, or more than can be told apart.
    """
    parts = [part.strip(_AROUND) for part in _BETWEEN.split(_without_remark(text))]
    for part in parts if len(_ids(text.lower())) > 1 else ():
        if part and part.lower() != WORKSPACE and not _LIKE_AN_ID.search(part.lower()):
            raise ValueError(f"{_shown(part)} is not a link, but is listed among links. {_FORM}")
    return tuple(_database_id(part) for part in parts if part)


def astray(name: str, words: str) -> str:
    """What is wrong with a line of a .env text that names a database outside any setting, because
    the quotes around several lines are missing; '' when it does not. `name` stands before the sign."""
    if words.startswith("#") or _VARIABLE.fullmatch(name) or not ID_ALONE.search(words.lower()):
        return ""
    return (
        f"{_shown(words)} names a database outside any setting. Quote all of them together: "
        'DATABASES=", then a line for each, then ".'
    )


def folder(text: str) -> str:
    """A folder below the workspace or OUTPUT_DIR with '/' between its parts; '' stays '' (made from the label).

    Raises ValueError when it would leave that folder or touch what git or the runner owns.
    """
    parts = unicodedata.normalize("NFC", text).replace("\\", "/").split("/")
    kept = [part for part in parts if part not in ("", ".")]
    if text and (text.startswith(("/", "\\", "~")) or ":" in parts[0]):
        raise ValueError(f"write a folder inside, like docs/wiki, not {_shown(text)}.")
    if ".." in kept or STORE in kept or any(map(is_guarded, kept)):
        raise ValueError(
            f"{_shown(text)} may not contain .., a name that git or a host reads, like .git or .github, or "
            f"{STORE}."
        )
    if kept and (_is_unlinkable(kept) or not is_path("/".join(kept))):
        better = "/".join(filter(None, map(slug, kept)))
        better = better if len(better) <= 100 else ""
        raise ValueError(
            f"{_shown(text)} is not a name that every system and host takes in a link."
            + (f" Write {better}." if better else "")
        )
    return "/".join(kept) or ("." if text else "")


def _visible(text: str) -> str:
    """The same for the folder of a database or page, which is not hidden: what lies in hidden folders is
    nothing that a lost state is rebuilt from."""
    found = folder(text)
    hidden = [part for part in found.split("/") if part.startswith(".") and part != "."]
    if hidden:
        better = "/".join(filter(None, map(slug, found.split("/"))))
        raise ValueError(
            f"{_shown(text)} is a hidden folder, because {_shown(hidden[0])} begins with a dot."
            + (f" Write {better}." if better else "")
        )
    return found


def _is_unlinkable(parts: Collection[str]) -> bool:
    """Whether a folder cannot be named everywhere: Windows has devices of that name, signs that no name
    may have and no dot at the end of one, the backup has files of its own, or the file view of Gitea loses relative links below it
    (1.27: it puts the folder in front without decoding it, so a space or % breaks them; # and ? end the
    address)."""
    own = any(part.startswith(".notion") or part.lower() in _OURS for part in parts)
    return (
        own
        or any(part.endswith(".") for part in parts)
        or any(map(is_reserved, parts))
        or not _UNLINKABLE.isdisjoint("".join(parts))
    )


_OURS = {name.lower() for name in (*NODE_FILES, CSV)}
_UNLINKABLE = frozenset(' %#?<>:"|*')


def _lines(values: Mapping[str, str]) -> Iterator[tuple[str, str, str, str, str]]:
    for number, line in enumerate(values.get("DATABASES", "").splitlines(), start=1):
        line = line.strip()
        if line and not _is_remark(line):
            path, id_ = _parted(line)
            yield f"DATABASES line {number}", id_, "", path, ""


def _parted(line: str) -> tuple[str, str]:
    """The folder of a line, '' for none, and the rest. What contains an id is not a folder: a line that
    stood before this one was joined with it."""
    before, equals, after = line.partition("=")
    is_folder = bool(equals) and not re.search(rf"\?|://|{ID}", before.lower())
    return (before.strip() or ".", after) if is_folder else ("", line)


def _family(values: Mapping[str, str]) -> Iterator[tuple[str, str, str, str, str]]:
    numbers = {match[1] for name in values if values[name] and (match := FAMILY.fullmatch(name))}
    for number in sorted(numbers, key=lambda digits: (int(digits), digits)):
        id_, label, path, repo = (
            values.get(f"DB{number}_{part}", "").strip()
            for part in ("NOTION_ID", "LABEL", "PATH", "GIT_REPO")
        )
        yield f"DB{number}_NOTION_ID", id_, label, path, repo


def _is_remark(line: str) -> bool:
    """Whether nothing in it counts: a remark of mere words, or one entry that was switched off."""
    words = line.lstrip("# ")
    if not line.startswith("#") or not _LIKE_AN_ID.search(words.lower()):
        return line.startswith("#")
    try:
        return len(database_ids(_parted(words)[1])) == 1
    except ValueError:
        return False


def _without_remark(text: str) -> str:
    """The text without what stands behind a ` #`. Raises ValueError when that is a link: lines were
    joined then."""
    remark = _REMARK.search(text)
    if remark and _LIKE_AN_ID.search(remark[1].lower()):
        raise ValueError(f"a link is commented out by # in {_shown(text)}. {_FORM}")
    return text[: remark.start()] if remark else text


def _database_id(text: str) -> str:
    """The id in one id or link as people paste it.

    A database's URL ends in its id; `?v=` names a view, never the database (Notion's upgrade guide
    for 2025-09-03), and `#` a block. With no id in the path, the query's p, page_id or database_id
    counts. Raises ValueError when there is none, or several that it could be.
    """
    if text.lower() == WORKSPACE:
        return WORKSPACE
    whole = (unquote(text) if "%3a%2f%2f" in text.lower() else text).lower()
    address, _, block = whole.partition("#")
    path, _, query = address.partition("?")
    path, given = unquote(path), parse_qsl(query, keep_blank_values=True)
    asked = [value for key, value in given if key in _QUERY_KEYS]
    named = _ids(path) or {id_ for value in asked for id_ in _ids(value)}
    words = [path, unquote(block), *(value for _, value in given)]
    is_one_link = (
        len(named) <= 1
        and all(_stands_alone(word, named) for word in words)
        and all(_KEY.fullmatch(key) and not _LIKE_AN_ID.search(key) for key, _ in given)
        and _ids(path) == _ids(path.rstrip("/").rpartition("/")[2])  # a link ends in its id
    )
    if not is_one_link and _LIKE_AN_ID.search(whole):
        raise ValueError(
            f"{_shown(text)} contains several ids, and it is unclear which is meant. {_FORM}"
        )
    if not named:
        raise ValueError(_no_id(text))
    return named.pop()


def _ids(text: str) -> set[str]:
    return {found.replace("-", "") for found in ID_ALONE.findall(text)}


def _stands_alone(word: str, named: set[str]) -> bool:
    """Whether it holds no id but the one that is `named`, or nothing but one id: that of a view, a
    block, a page in front of the database."""
    if len(_LIKE_AN_ID.findall(word)) != len(ID_ALONE.findall(word)):
        return False
    return _ids(word) <= named or bool(ID_ALONE.fullmatch(word))


def _check_number(count: int, path: str, setting: str, text: str) -> None:
    """Raises ValueError unless there are as many databases as the setting can name."""
    if not count:
        raise ValueError("is missing: write the id or the URL of the database.")
    if count > 1 and not setting.startswith("DATABASES"):
        raise ValueError(
            f"{_shown(text)} names {count} databases. Give each a number of its own, or name them "
            "all in DATABASES."
        )
    if count > 1 and path:
        raise ValueError(f"{_shown(text)} names {count} databases for one folder. {_FORM}")


def _same_repository(wanted: str, repository: str) -> bool:
    owner, _, name = repository.lower().rpartition("/")
    wanted = wanted.lower().strip("/").removesuffix(".git")
    return wanted == f"{owner}/{name}" or (wanted == name and bool(name))


def _no_id(text: str) -> str:
    return (
        f"{_shown(text)} contains no Notion id. Open the database in Notion as a full page, "
        "⋯ → Copy link, and write that link (or its 32 digits and letters)."
    )


def _shown(text: str) -> str:
    return shown(text.strip())


def _nothing(others: Collection[str], repository: str) -> str:
    if others:
        named = _shown(", ".join(dict.fromkeys(others)))
        here = f"{repository}, which this run is for" if repository else "a folder without a remote"
        return (
            f"DBn_GIT_REPO: nothing is meant for {here}, but {counted(len(others), 'database')} for {named}. "
            "Run it in the workflow or in a clone of one of them, or add this one."
        )
    return MISSING


def _duplicates(found: Iterable[NamedRoot]) -> list[str]:
    """One sentence for every database or folder that is named twice."""
    problems = []
    ids: dict[str, NamedRoot] = {}
    paths: dict[str, NamedRoot] = {}
    for database in found:
        path, setting = folded(database.path), database.setting
        if (first := ids.setdefault(database.id, database)) is not database:
            problems.append(f"{setting}: the same database as {first.setting}; remove one.")
        elif path and (first := paths.setdefault(path, database)) is not database:
            problems.append(f"{setting}: the same folder as {first.setting}; write another.")
    return problems
