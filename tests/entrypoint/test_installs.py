"""How entrypoint.py gets its packages, on whatever a runner has, and what it says when it cannot."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.house import ROOT, House


def test_pip_serves_where_there_is_no_uv(tmp_path: Path) -> None:
    house = House.build(tmp_path, uv=False)
    start = house.start(PIP_USER="1")
    assert (start.code, start.said["word"]) == (0, "one")
    (made,) = house.environments()
    script = subprocess.run([made / "bin/small"], capture_output=True, text=True, check=False)
    assert script.stdout == "one\n", "scripts belong to the environment, too"


def test_a_python_without_pip_unpacks_one_into_the_environment(bare_house: House) -> None:
    (library,) = Path(bare_house.python).parent.parent.glob("lib/python*")
    (wheel,) = bare_house.index.iterdir()
    # The real ones take seconds, and are not what is tried here.
    pip = f"zipfile.ZipFile({str(wheel)!r}).extractall(sysconfig.get_path('purelib'))"
    unpack = "place = pathlib.Path(sysconfig.get_path('purelib'), 'pip'); place.mkdir()"
    write = f'(place / "__main__.py").write_text("""import sysconfig, zipfile; {pip}""")'
    (library / "ensurepip").mkdir()
    (library / "ensurepip/__main__.py").write_text(
        f"import pathlib, sysconfig\n{unpack}\n{write}\n"
    )
    start = bare_house.start()
    assert (start.code, start.said["word"]) == (0, "one")


def test_when_it_cannot_install_it_says_why_and_how_to_mend_it(bare_house: House) -> None:
    start = bare_house.start()
    sentence, first, second = start.words.splitlines()[1:]
    assert sentence.startswith("error: Cannot install requirements.txt: ")
    assert "No module named pip; " in sentence
    assert sentence.endswith("No module named ensurepip")
    assert "apt-get install" in first
    assert "the tag v1 or the archive of a release" in second
    assert (start.code, start.said, bare_house.environments()) == (2, {}, [])


def test_in_a_workflow_the_reason_becomes_an_annotation(bare_house: House) -> None:
    assert "\n::error::Cannot install" in bare_house.start(GITHUB_ACTIONS="true").words


def test_a_package_with_another_hash_is_refused(bare_house: House) -> None:
    house = bare_house
    (house.root / "path/uv").symlink_to(Path(sys.executable).with_name("uv"))
    lock = (house.action / "requirements.txt").read_text()
    house.lock("two")
    (house.action / "requirements.txt").write_text(lock)
    start = house.start()
    assert (start.code, start.said) == (2, {})
    assert "hash" in start.words.lower()


def test_settings_of_other_installs_do_not_lead_it_astray(house: House) -> None:
    start = house.start(UV_SYSTEM_PYTHON="1", PIP_TARGET="/dev/null/x")
    assert (start.code, start.words.count("\n")) == (0, 1)


def test_no_secret_reaches_the_installer_or_a_command_line(house: House) -> None:
    uv, seen = house.root / "path/uv", house.root / "seen"
    real = uv.rename(house.root / "uv-itself")
    uv.write_text(f'#!/bin/sh\nexport > {seen}\necho "$@" >> {seen}\nexec {real} "$@"\n')
    uv.chmod(0o755)
    secrets = {"NOTION_TOKEN": "ntn_planted", "CONFIG": "NOTION_TOKEN=planted", "UV_OFFLINE": "1"}
    start = house.start(**secrets)
    assert "UV_OFFLINE" in seen.read_text() and "--require-hashes" in seen.read_text()
    assert "planted" not in seen.read_text()
    assert "planted" not in " ".join(start.said["command"])


def test_the_locked_packages_install_and_import() -> None:
    command = [sys.executable, str(ROOT / "entrypoint.py"), "--environment"]
    command.append(str(ROOT / "requirements.txt"))
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    imports = "import dotenv, imagesize, puremagic, requests, tqdm, yaml"
    subprocess.run([done.stdout.strip(), "-I", "-c", imports], check=True)
