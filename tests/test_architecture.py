"""What the house rules of CONTRIBUTING.md say about the source, held by reading the source."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(ROOT.glob("backup/**/*.py"))
SOURCES = [
    *MODULES,
    *ROOT.glob("fakenotion/**/*.py"),
    *ROOT.glob("demo/*.py"),
    *ROOT.glob("tools/*.py"),
    *ROOT.glob("bench/**/*.py"),
    ROOT / "entrypoint.py",
]

# Imports go down this list and never up; rooms on one line do not import each other.
ORDER = (
    ("__main__",),
    ("commands",),
    ("services",),
    ("pipeline", "publish", "restore"),
    ("report",),
    ("folder",),
    ("markdown", "files", "notion", "store"),
    ("sync",),
    ("settings",),
    ("ci",),
    ("git", "http", "threads"),
    ("stop", "model", "slug", "words", "urls", "errors"),
    ("json_values", "exact_json"),
)
FLOORS = {room: floor for floor, rooms in enumerate(ORDER) for room in rooms}

# Rooms and modules that decide and never act: no chain of imports leads from there to one that does.
PURE = (
    *("errors", "model", "slug", "words", "urls", "json_values", "exact_json"),
    *("ci", "settings", "sync", "store", "markdown"),
    *("files.find", "files.kinds", "files.names", "files.pending", "files.records"),
    *("notion.containers", "notion.paging", "notion.pace"),
    *("folder.rebuild", "folder.tables"),
    *("report.report", "report.summary", "report.job_summary", "report.links", "report.answer"),
    *("report.literal", "report.fitting", "report.redaction"),
    *("pipeline.check", "pipeline.stored", "pipeline.outcome"),
    *("publish.commits", "publish.message", "publish.refusals", "publish.compose"),
    *("publish.account",),
    *("restore.losses", "restore.saved", "restore.choice", "restore.summary", "restore.proof"),
    *("restore.canonical", "restore.excuses", "restore.alignment", "restore.plan", "restore.draft"),
    *("restore.texts", "restore.blocks", "restore.media", "restore.schema", "restore.values"),
    *(
        "restore.batches",
        "restore.progress",
        "restore.steps",
        "restore.translation",
        "restore.limits",
    ),
    *("restore.comments", "restore.views"),
)
OUTSIDE = {
    *("os", "subprocess", "socket", "http", "requests", "urllib3", "shutil", "tempfile", "glob"),
    *("time", "random", "secrets", "threading", "concurrent", "asyncio", "logging"),
}
# Where the few doors to the outside are.
DOORS = {
    "requests": {"http", "notion.wire", "files.fetch"},
    "subprocess": {"git"},
    "urllib3": {"http", "files.guard", "notion.wire"},
    "dotenv": {"settings.dotenv_text"},
    "yaml": {"markdown.front_matter"},
    "tqdm": {"report.log"},
    "markdown_it": {"markdown.verify"},
    "apprise": {"report.chats"},
}
# Where threads begin; backup/threads.py says which there are, and who waits for whom.
THREADS = {"threads", "report.sending", "notion.wire"}
# What is imported only when it is needed, where, and why not at the start.
LAZY = {
    ("commands", "backup.commands"): "a fifth of every start, and seldom wanted",
    ("markdown.verify", "markdown_it"): "only VERIFY and verify look for links",
    ("report.chats", "apprise"): "large, and most runs notify no chat",
    ("report.log", "tqdm"): "on a terminal alone",
}


def name(path: Path) -> str:
    """'markdown.blocks.text' for its file; a package is called by its own name."""
    parts = path.relative_to(ROOT / "backup").with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__") if parts != ("__init__",) else ""


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """The parts of a file's source: its module first, then whatever is in it."""
    return tuple(ast.walk(ast.parse(path.read_text("utf-8"))))


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Every module that is imported, anywhere in the file, with all names taken from it."""
    found: list[str] = []
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written out from the top"
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return tuple(found)


def inner(path: Path) -> set[str]:
    """The rooms of the package that a module imports."""
    found = {each.split(".")[1] for each in imports(path) if each.startswith("backup.")}
    return found - {"__version__"}


def outer(path: Path) -> set[str]:
    """The packages outside of ours that a module imports."""
    return {each.split(".")[0] for each in imports(path)} - {"backup"}


def modules_of(part: str) -> list[Path]:
    """The modules of a room, or the one module of that name."""
    found = [path for path in MODULES if f"{name(path)}.".startswith(f"{part}.")]
    assert found, f"there is no {part}"
    return found


def length(function: ast.FunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


@cache
def functions() -> list[tuple[Path, ast.FunctionDef]]:
    """Every function of the source with its file."""
    return [
        (path, node)
        for path in SOURCES
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef)
    ]


def test_imports_go_down_the_list_of_rooms() -> None:
    arrows = {
        (room, other)
        for path in MODULES
        if (room := name(path).split(".")[0])
        for other in inner(path) - {room}
    }
    assert {room for room, _ in arrows} | {other for _, other in arrows} <= FLOORS.keys()
    assert sorted(arrow for arrow in arrows if FLOORS[arrow[0]] >= FLOORS[arrow[1]]) == []


def test_contributing_lists_the_order_of_imports_and_each_room() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    said = " ".join(text.partition("never up: `")[2].partition("`")[0].split())
    assert said == " → ".join(", ".join(rooms) for rooms in ORDER)
    tree = text.partition("```\naction.yml")[2].partition("```")[0]
    assert [room for room in FLOORS if not re.search(rf"(?m)\b{room}(/|\.py)", tree)] == []


def test_tests_mirror_the_house() -> None:
    """Each folder of tests is a room, or one of those that CONTRIBUTING.md names beside them."""
    shown = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("mirrors backup/")[2]
    beside = {"entrypoint", "fakenotion", *re.findall(r"(\w+)/", shown.partition("```")[0])}
    folders = {path.relative_to(ROOT / "tests").parent for path in ROOT.glob("tests/**/*.py")}
    rooms = {path.relative_to(ROOT / "backup").parent for path in MODULES}
    assert [each for each in folders - rooms if each.parts[0] not in beside] == []


def test_nothing_that_a_user_runs_imports_the_fake_server_or_the_sample() -> None:
    found = [
        name(path) for path in MODULES if outer(path) & {"fakenotion", "demo", "tests", "bench"}
    ]
    assert found == []


def test_what_decides_reaches_nothing_outside_through_any_chain_of_imports() -> None:
    """And whatever else reaches nothing outside is listed, except a package, which is not a module."""
    known = {name(path): path for path in MODULES if path.name != "__init__.py"}
    chains = {module: _chain(module) for module in known}
    pure = {name(path) for part in PURE for path in modules_of(part)}
    assert [chains[module] for module in sorted(pure & known.keys()) if chains[module]] == []
    assert {module for module, chain in chains.items() if not chain} - pure == set()


def _chain(module: str) -> str:
    """The shortest way by imports from a module to one that acts ('sync.plan → git'), or ''."""
    ways = [(module,)]
    seen = {module}
    for way in ways:
        path = _paths()[way[-1]]
        if acts(path):
            return " → ".join(way)
        nearer = {_shortened(each) for each in imports(path)} & _paths().keys() - seen
        seen |= nearer
        ways += [(*way, each) for each in sorted(nearer)]
    return ""


@cache
def _paths() -> dict[str, Path]:
    return {name(path): path for path in MODULES}


def acts(path: Path) -> bool:
    """Whether a module itself reaches outside, or opens files."""
    opens = any(isinstance(node, ast.Name) and node.id == "open" for node in nodes(path))
    return opens or "pathlib.Path" in imports(path) or bool(outer(path) & OUTSIDE)


def test_each_door_to_the_outside_is_where_it_should_be() -> None:
    users = {door: {name(path) for path in MODULES if door in outer(path)} for door in DOORS}
    assert users == DOORS


def test_threads_begin_in_few_places() -> None:
    words = {"ThreadPoolExecutor", "ProcessPoolExecutor", "Thread", "Timer", "start_new_thread"}
    makers = {
        name(path)
        for path in MODULES
        for node in nodes(path)
        if (isinstance(node, ast.Name) and node.id in words)
        or (isinstance(node, ast.Attribute) and node.attr in words)
    }
    assert makers == THREADS
    said = ast.get_docstring(ast.parse((ROOT / "backup/threads.py").read_text("utf-8"))) or ""
    assert all(f"({each})" in said for each in THREADS - {"threads"})


def test_what_is_imported_late_has_a_reason() -> None:
    late = {
        (name(path), node.module or "" if isinstance(node, ast.ImportFrom) else node.names[0].name)
        for path, function in functions()
        if path in MODULES
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert late == LAZY.keys()


def test_only_a_restore_can_write_to_notion() -> None:
    """The one client with methods that write is imported by its own room and by what builds it alone, and
    the reading one has none."""
    users = {name(path) for path in MODULES if "backup.restore.writer" in " ".join(imports(path))}
    assert {each for each in users if not each.startswith("restore.")} <= {"services"}
    methods = {"PATCH", "PUT", "DELETE"}
    writing = {
        name(path)
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, ast.Constant) and node.value in methods
    }
    assert {
        each for each in writing if each.split(".")[0] in ("notion", "pipeline", "files")
    } == set()


def test_the_environment_is_read_in_one_place() -> None:
    readers = {
        name(path)
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in {("os", "environ"), ("os", "getenv")}
    }
    assert readers <= {"__main__"}


def test_modules_import_each_other_in_one_direction() -> None:
    known = {name(path): path for path in MODULES}
    graph = {
        module: {each for each in map(_shortened, imports(path)) if each in known} - {module, ""}
        for module, path in known.items()
        if path.name != "__init__.py"  # a package lists its own modules
    }
    done: set[str] = set()
    while ready := {each for each in graph.keys() - done if graph[each] & graph.keys() <= done}:
        done |= ready
    assert graph.keys() - done == set()


def _shortened(imported: str) -> str:
    """'markdown.blocks.text' for both the module and a name taken from it."""
    inside = imported.removeprefix("backup.")
    return (
        inside
        if (ROOT / "backup" / f"{inside.replace('.', '/')}.py").exists()
        else (inside.rpartition(".")[0])
    )


def test_no_file_passes_400_lines_and_no_function_40() -> None:
    files = [path.name for path in SOURCES if len(path.read_text("utf-8").splitlines()) > 400]
    long = [f"{path.name}: {each.name}" for path, each in functions() if length(each) > 40]
    assert (files, long) == ([], [])


def test_most_functions_are_short() -> None:
    lengths = sorted(length(each) for _, each in functions())
    assert lengths[int(len(lengths) * 0.9)] <= 25


def test_every_module_says_why_it_exists() -> None:
    silent = [
        path
        for path in SOURCES
        for module in nodes(path)[:1]
        if isinstance(module, ast.Module) and module.body and not ast.get_docstring(module)
    ]
    assert silent == []


def test_a_small_module_with_one_importer_says_why_it_stands_apart() -> None:
    users: dict[str, set[str]] = {}
    for path in MODULES:
        for each in {*map(_shortened, imports(path))} - {name(path)}:
            users.setdefault(each, set()).add(name(path))
    small = [
        path
        for path in MODULES
        if path.name != "__init__.py"  # its name is that of the folder
        and len(path.read_text("utf-8").splitlines()) < 60
        and len(users.get(name(path), ())) == 1
    ]
    silent = {name(path) for path in small if "stands apart" not in (_why(path) or "")}
    assert len(small) > 5 and silent == set()


def _why(path: Path) -> str | None:
    return ast.get_docstring(ast.parse(path.read_text("utf-8")))
