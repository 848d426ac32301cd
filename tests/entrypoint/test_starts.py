"""entrypoint.py as a runner starts it: where the environment is, what is found again, what is isolated."""

from __future__ import annotations

import ast
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.house import ROOT, House, finish

DAY = 86_400


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_the_first_start_makes_the_environment_and_the_second_finds_it(house: House) -> None:
    first, second = house.start(), house.start()
    (made,) = house.environments()
    assert first.words == f"Installing the packages into {made}; later starts find them there.\n"
    assert second.words == ""
    assert first.said["prefix"] == second.said["prefix"] == str(made)
    assert (first.code, second.code, second.said["word"]) == (0, 0, "one")


def test_arguments_and_exit_code_pass_through(furnished: House) -> None:
    start = furnished.start("--dry-run", "日本 語", "--environment", "", EXIT_CODE="7")
    assert start.said["arguments"] == ["--dry-run", "日本 語", "--environment", ""]
    assert start.code == 7


def test_the_program_runs_isolated_from_the_workspace(house: House) -> None:
    for name in ("json.py", "small.py", "hashlib.py"):
        (house.root / name).write_text("raise SystemExit('a file of the workspace was imported')\n")
    start = house.start(PYTHONHASHSEED="0")
    assert (start.code, start.said["isolated"], start.said["utf8"]) == (0, 1, 1)
    start = house.start(PYTHONPATH=str(house.action / "nowhere"))
    assert (start.code, start.said["word"]) == (0, "one")


def test_nothing_is_written_into_the_action_folder(house: House) -> None:
    before = files(house.action)
    house.start()
    house.start()
    assert files(house.action) == before


def test_what_python_compiles_is_kept_once_wherever_the_action_is_unpacked(
    furnished: House, tmp_path: Path
) -> None:
    elsewhere = House(tmp_path / "elsewhere", furnished.python, furnished.environ)
    shutil.copytree(furnished.action, elsewhere.action)
    assert furnished.start().code == 0
    (made,) = furnished.environments()
    kept = files(made)
    assert any(path.endswith(".pyc") and "/backup/" in path for path in kept)
    assert (elsewhere.start().code, files(made)) == (0, kept)
    (elsewhere.action / "backup/__main__.py").write_text("def start(*_):\n    return 3\n")
    assert (elsewhere.start().code, furnished.start().code) == (3, 0)


def test_a_module_that_a_cleaner_took_comes_back(furnished: House) -> None:
    assert furnished.start().code == 0
    (made,) = furnished.environments()
    (module,) = made.glob("__pycache__/*/backup/__main__.py")
    module.unlink()
    assert furnished.start().code == 0
    assert (module.exists(), len(list((made / "__pycache__").iterdir()))) == (True, 1)


def test_copies_that_nobody_needs_any_more_go_after_a_month(furnished: House) -> None:
    (made,) = furnished.environments()
    old, young = made / "__pycache__/old", made / "__pycache__/young"
    for folder in (old, young):
        (folder / "backup").mkdir(parents=True)
    os.utime(old, (time.time() - 31 * DAY,) * 2)
    (furnished.action / "backup/new.py").touch()
    assert furnished.start().code == 0
    assert (old.exists(), young.exists()) == (False, True)


def test_another_lock_gets_another_environment(furnished: House) -> None:
    furnished.lock("two")
    assert furnished.start().said["word"] == "two"
    assert len(furnished.environments()) == 2


def test_jobs_that_start_at_once_share_one_environment(house: House) -> None:
    starts = [finish(process) for process in [house.begin() for _ in range(3)]]
    assert [start.code for start in starts] == [0, 0, 0]
    assert len({start.said["prefix"] for start in starts}) == 1
    assert len(house.environments()) == 1


def test_an_environment_that_was_left_half_made_is_not_used(furnished: House) -> None:
    first = furnished.start()
    assert first.words == ""
    (made,) = furnished.environments()
    (made / "complete.txt").unlink()
    shutil.rmtree(made / "lib")
    second = furnished.start()
    assert second.words.startswith("Installing")
    assert second.said == first.said
    assert furnished.environments() == [made]


@pytest.mark.parametrize("lost", ["lib/python*/site-packages/small.py", "bin/python", "pyvenv.cfg"])
def test_an_environment_that_lost_a_file_is_rebuilt(furnished: House, lost: str) -> None:
    (made,) = furnished.environments()
    (path,) = made.glob(lost)
    path.unlink()
    start = furnished.start()
    assert (start.code, start.said["word"]) == (0, "one")
    assert start.words.startswith("Installing")


def test_a_start_that_was_killed_hurts_no_later_one(house: House) -> None:
    process = house.begin()
    assert process.stderr and process.stderr.readline().startswith("Installing")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert house.start().code == 0
    assert house.start().words == ""


def test_what_killed_starts_left_is_removed_after_a_day(house: House) -> None:
    old, young = house.cache / "making-old", house.cache / "making-young"
    for folder in (old, young):
        folder.mkdir(parents=True)
    os.utime(old, (time.time() - 2 * DAY,) * 2)
    house.start()
    assert (old.exists(), young.exists()) == (False, True)


def test_the_runners_tool_cache_comes_first(house: House) -> None:
    tools, temporary = house.root / "tools", house.root / "runner"
    start = house.start(RUNNER_TOOL_CACHE=str(tools), RUNNER_TEMP=str(temporary))
    assert Path(start.said["prefix"]).parent == tools / "notion-backup"


def test_without_a_writable_tool_cache_the_runners_temporary_folder_serves(house: House) -> None:
    start = house.start(RUNNER_TOOL_CACHE="/dev/null/x", RUNNER_TEMP=str(house.root / "runner"))
    assert Path(start.said["prefix"]).parent == house.root / "runner/notion-backup"


def test_without_a_writable_home_a_private_temporary_folder_serves(house: House) -> None:
    first, second = house.start(HOME="/dev/null"), house.start(HOME="/dev/null")
    folder = Path(first.said["prefix"]).parent
    assert folder.parent == house.root / "temporary"
    assert folder.stat().st_mode & 0o077 == 0
    assert (second.code, second.words) == (0, "")


@pytest.mark.parametrize("home", [".", "../elsewhere", "{}/a:b"])
def test_a_home_in_which_no_environment_can_be_is_passed_over(house: House, home: str) -> None:
    start = house.start(HOME=home.format(house.root))
    assert (start.code, start.said["word"]) == (0, "one")
    assert Path(start.said["prefix"]).parent.parent == house.root / "temporary"


def test_a_temporary_folder_that_others_can_write_is_not_trusted(house: House) -> None:
    planted = house.root / "temporary" / f"notion-backup-{os.getuid()}"
    planted.mkdir()
    planted.chmod(0o777)
    start = house.start(HOME="/dev/null")
    assert start.code == 0
    assert planted not in Path(start.said["prefix"]).parents


def test_a_second_start_imports_nothing_that_only_making_needs(furnished: House) -> None:
    command = [furnished.python, "-I", "-X", "importtime", str(furnished.action / "entrypoint.py")]
    command += ["--environment", str(furnished.action / "requirements.txt")]
    done = subprocess.run(
        command, env=furnished.environ, capture_output=True, text=True, check=True
    )
    imported = {line.split("|")[-1].strip() for line in done.stderr.splitlines()}
    assert "hashlib" in imported
    assert not imported & {"subprocess", "tempfile", "shutil", "venv", "sysconfig", "pip", "ssl"}


def test_the_environment_of_another_lock_can_be_asked_for(house: House) -> None:
    lock = house.action / "requirements.txt"
    other = lock.rename(house.action / "requirements-other.txt")
    command = [house.python, str(house.action / "entrypoint.py"), "--environment", str(other)]
    done = subprocess.run(command, env=house.environ, capture_output=True, text=True, check=True)
    python = done.stdout.strip()
    shown = subprocess.run([python, "-c", "import small; print(small.WORD)"], capture_output=True)
    assert shown.stdout == b"one\n"


def test_console_scripts_of_an_environment_work(furnished: House) -> None:
    (made,) = furnished.environments()
    texts = [path.read_text() for path in made.glob("bin/activate*")]
    assert texts
    assert not any("making-" in text for text in texts)


def test_an_older_python_reads_far_enough_to_say_what_it_needs() -> None:
    source = (ROOT / "entrypoint.py").read_text("utf-8")
    ast.parse(source, feature_version=(3, 6))
    assert source.index("sys.hexversion < 0x030A0000") < source.index("import hashlib")


def test_an_older_python_ends_in_one_sentence() -> None:
    found = filter(None, (shutil.which(f"python3.{minor}") for minor in (6, 7, 8, 9)))
    works = [
        path for path in found if not subprocess.call([path, "-c", ""], stderr=subprocess.DEVNULL)
    ]
    if not works:
        pytest.skip("no Python older than 3.10 is on this machine")
    python = works[0]
    done = subprocess.run([python, ROOT / "entrypoint.py"], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("error: notion-backup needs Python 3.10 or newer, not 3.")
    assert done.stderr.count("\n") == 1
