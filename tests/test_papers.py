"""What people read and copy says the same as the program: README, docs, action.yml, .env.example, locks."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml

from backup import __version__, errors
from backup.commands import COMMANDS, ReadingCommand
from backup.settings import NAMES, SETTINGS, Settings
from backup.settings.nearest import former
from tools import papers, release

ROOT = papers.ROOT
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
(STEP,) = ACTION["runs"]["steps"]
README = (ROOT / "README.md").read_text("utf-8")
PAPERS = {
    str(path.relative_to(ROOT)): path.read_text("utf-8")
    for path in (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")))
}
EXAMPLE = ROOT / ".gitea/examples/notion-backup.yml"
WORKFLOWS = [*sorted(ROOT.glob(".gitea/workflows/*.yml")), EXAMPLE]


def tool(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a development tool that lies beside the running Python."""
    command = [str(Path(sys.executable).with_name(name)), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


def blocks(language: str) -> list[tuple[str, str]]:
    """Every block of code in that language that people may copy, with where it stands."""
    found = []
    for name, text in PAPERS.items():
        for number, block in enumerate(re.findall(rf"(?s)```{language}\n(.*?)```", text)):
            found.append((f"{name} {number + 1}", block))
    return found


COPIED = [(where, block) for where, block in blocks("yaml") if "jobs:" in block]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder with every workflow of the papers as a file."""
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    for where, block in COPIED:
        (folder / f"{re.sub('[/ ]', '-', where)}.yml").write_text(block)
    return folder


@pytest.mark.parametrize("path", papers.wanted(), ids=lambda path: path.name)
def test_the_papers_list_the_settings_as_they_are(path: Path) -> None:
    assert path.read_text("utf-8") == papers.wanted()[path], "run `make readme`"


def test_the_action_has_an_input_for_every_setting_that_can_have_one() -> None:
    inputs = [setting.input for setting in SETTINGS if setting.input]
    assert list(ACTION["inputs"]) == [*inputs, "python"]


def test_no_input_has_a_default_that_would_win_over_the_environment_or_config() -> None:
    assert {each["default"] for each in ACTION["inputs"].values()} == {""}


def test_every_input_reaches_the_program_by_the_environment_and_none_by_the_script() -> None:
    assert "${{" not in STEP["run"]
    for setting in SETTINGS:
        if setting.input:
            expected = f"${{{{ inputs.{setting.input} || env.{setting.name} }}}}"
            assert STEP["env"][setting.name] == expected
    assert all(f"inputs.{each}" in str(STEP["env"]) for each in ACTION["inputs"])


def test_every_output_comes_from_the_step() -> None:
    for name, output in ACTION["outputs"].items():
        assert output["value"] == f"${{{{ steps.{STEP['id']}.outputs.{name} }}}}"


def test_the_action_runs_one_step_of_its_own_and_hides_no_failure() -> None:
    assert ACTION["runs"]["using"] == "composite"
    assert STEP["shell"] == "bash"
    assert not {"uses", "continue-on-error"} & STEP.keys()


def test_the_example_of_a_dotenv_file_is_accepted_with_all_its_settings() -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    text = re.sub(r"(?m)^#(?! )", "", example)
    settings = Settings.read({}, {}, text)
    assert settings.notion_token.reveal().startswith("ntn_")
    assert [database.path for database in settings.databases] == ["wiki"]
    for setting in SETTINGS:
        assert f"\n{setting.name.replace('DBn', 'DB1')}=" in text


def test_the_readme_starts_with_the_two_commands() -> None:
    first = README.split("```")[1]
    assert [line.split("#")[0].strip() for line in first.splitlines()[1:]] == [
        "make demo",
        "make test",
    ]
    assert README.index("make demo") < README.index("jobs:")


def test_the_readme_is_short_and_leads_to_every_page() -> None:
    assert len(README.splitlines()) <= 200
    for name in PAPERS.keys() - {"README.md"}:
        assert re.search(rf"\]\({re.escape(name)}[#)]", README), name


def test_every_name_of_the_script_before_is_understood_or_explained() -> None:
    table = PAPERS["docs/migrating.md"].partition("## The names in .env")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"(?m)^\| `(\w+)` \| (.*) \|$", table))
    assert len(rows) == 14
    for name, words in rows.items():
        assert (name in NAMES) != bool(former(name)), name
        assert ("ignored with a warning" in words) == bool(former(name)), name


def test_the_readme_lists_every_exit_code() -> None:
    classes = [each for each in vars(errors).values() if isinstance(each, type)]
    codes = {each.exit_code for each in classes if issubclass(each, errors.BackupError)}
    table = README.partition("## Exit codes")[2].partition("##")[0]
    assert {int(code) for code in re.findall(r"(?m)^\| (\d+) \|", table)} == {0, *codes}


def test_links_inside_the_papers_lead_somewhere() -> None:
    others = {
        name: (ROOT / name).read_text("utf-8") for name in ("CONTRIBUTING.md", "CHANGELOG.md")
    }
    headings = {
        name: {anchor(line) for line in re.findall(r"(?m)^#+ (.*)", text)}
        for name, text in (PAPERS | others).items()
    }
    for name, text in (PAPERS | others).items():
        for target, place in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", text):
            path = (ROOT / name).parent / target if target else ROOT / name
            assert path.exists(), f"{name}: {target}"
            known = headings.get(str(path.resolve().relative_to(ROOT)), set())
            assert not place or place in known, f"{name}: {target}#{place}"


def test_a_release_holds_what_its_papers_lead_to(tmp_path: Path) -> None:
    release.export(tmp_path)
    for name in ("README.md", *(name for name in PAPERS if name.startswith("docs/"))):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", (tmp_path / name).read_text("utf-8")):
            assert (tmp_path / name).parent.joinpath(target).exists(), f"{name}: {target}"


def anchor(heading: str) -> str:
    """As the hosts make it: lower case, no punctuation, dashes for blanks."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_the_pictures_are_small_and_shown() -> None:
    pictures = sorted(ROOT.glob("docs/*.png"))
    assert pictures
    for path in pictures:
        assert f"docs/{path.name}" in README
        assert path.stat().st_size < 150_000, path.name


def test_every_dependency_has_its_reason() -> None:
    reasons = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Dependencies")[2]
    named = set(re.findall(r"(?m)^- `([^`]+)`", reasons.partition("\n## ")[0]))
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    lists = re.findall(r"(?ms)^(?:dependencies|dev) = \[\n(.*?)^\]", project)
    wanted = {
        re.split(r"[<>=]", each)[0] for each in re.findall(r'^ +"([^"]+)"', "".join(lists), re.M)
    }
    assert named == wanted


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_is_complete_and_names_no_index(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    packages = [number for number, line in enumerate(lines) if "==" in line]
    assert packages
    assert all("--hash=sha256:" in lines[number + 1] for number in packages)
    assert not [line for line in lines if "://" in line or "index-url" in line]


def test_every_python_gets_the_same_packages() -> None:
    """A release carries one folder for all of them."""
    markers = re.findall(
        r"(?m)^\S+==\S+ ; (.*?)(?: \\\\)?$", (ROOT / "requirements.txt").read_text("utf-8")
    )
    assert set(markers) <= {"sys_platform == 'win32' \\"}, markers


def test_the_development_lock_holds_the_same_packages_as_the_other() -> None:
    def versions(name: str) -> set[str]:
        return set(re.findall(r"(?m)^\S+==\S+", (ROOT / name).read_text("utf-8")))

    assert versions("requirements.txt") <= versions("requirements-dev.txt")


def test_every_make_target_is_described() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"(?m)^([\w-]+):", makefile))
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(re.findall(r"(?m)^make ([\w-]+)", done.stdout)) == targets


def test_the_actions_file_follows_its_schema() -> None:
    done = tool("check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml")
    assert done.returncode == 0, done.stdout


def test_workflow_files_follow_their_schema(copied: Path) -> None:
    schema = "vendor.github-workflows"
    done = tool("check-jsonschema", "--builtin-schema", schema, *copied.iterdir(), *WORKFLOWS)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("folder", [".gitea/workflows", ".gitea/examples"])
def test_a_runner_accepts_the_workflow_files(folder: str) -> None:
    done = tool("act", "--validate", "--strict", "-W", folder)
    assert done.returncode == 0, done.stderr


def test_a_runner_accepts_every_workflow_of_the_papers(copied: Path) -> None:
    done = tool("act", "--validate", "--strict", "-W", copied)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("where", "block"), COPIED, ids=[where for where, _ in COPIED])
def test_a_workflow_to_copy_gives_the_action_what_it_knows(where: str, block: str) -> None:
    raw = yaml.safe_load(block)
    steps = [step for job in raw["jobs"].values() for step in job.get("steps", [])]
    ours = [step for step in steps if "notion-backup@" in step.get("uses", "")]
    calls = [job["uses"] for job in raw["jobs"].values() if "uses" in job]
    assert len(ours) + len(calls) == 1
    for step in ours:
        assert step["with"].keys() <= ACTION["inputs"].keys(), where
        if isinstance(COMMANDS[step["with"].get("command", "backup")], ReadingCommand):
            continue
        secrets = re.findall(r"\bsecrets\.\w+", step["with"]["notion-token"])
        assert secrets and all(each.startswith("secrets.NOTION_TOKEN") for each in secrets)
    asked = set(re.findall(r"steps\.\w+\.outputs\.([\w-]+)", block))
    assert asked <= ACTION["outputs"].keys()


def addresses(workflow: str) -> list[str]:
    """The addresses by which the action is used in a text."""
    return re.findall(r"uses: (\S*notion-backup@\S*)", workflow)


def test_everything_names_the_tag_of_this_major_version() -> None:
    major = f"v{__version__.partition('.')[0]}"
    names = (
        "CONTRIBUTING.md",
        ".gitea/workflows/release.yml",
        "entrypoint.py",
        "tests/end_to_end/act_runner.py",
    )
    texts = PAPERS | {name: (ROOT / name).read_text("utf-8") for name in (*names, str(EXAMPLE))}
    said = {
        (name, tag)
        for name, text in texts.items()
        for tag in re.findall(r"notion-backup@(v[\w.]*)|\btags? `?(v\d+)\b(?!\.)", text)
    }
    assert {one or other for _, (one, other) in said} == {major}, said
    assert len({name for name, _ in said}) > 6


def test_the_commands_that_bring_the_action_onto_an_instance_are_the_same_everywhere() -> None:
    pages = {
        name: textwrap.dedent(text) for name, text in PAPERS.items() if "make tags TO=" in text
    }
    commands = [
        [line.strip() for line in block.strip().splitlines()]
        for text in pages.values()
        for block in re.findall(r"(?s)```sh\n(.*?)```", text)
        if "make tags TO=" in block
    ]
    assert sorted(pages) == ["README.md", "docs/releasing.md"]
    assert commands[0] == commands[1] and len(commands[0]) == 3
    assert README.index("make tags TO=") < README.index("Create an integration")


def test_only_the_workflow_for_github_leads_to_the_action_by_a_short_address() -> None:
    """A short one means another host on Gitea and Forgejo, where a stranger may own the name."""
    papers = dict(COPIED)
    (on_github,) = re.findall(r"(?s)\n## GitHub\n.*?```yaml\n(.*?)```", PAPERS["docs/workflows.md"])
    assert addresses(on_github) == ["your-team/notion-backup@v1"]
    examples = {path.name: path.read_text("utf-8") for path in ROOT.glob(".gitea/examples/*.yml")}
    for where, block in (papers | examples).items():
        whole = [each.startswith("https://git.example.com/") for each in addresses(block)]
        assert block == on_github or all(whole), where
    assert sum(map(len, map(addresses, papers.values()))) > 10


def test_the_readme_says_why_the_address_is_whole_and_how_to_come_by_it() -> None:
    before, _, after = README.partition("jobs:")
    assert "put this action on your instance" in before
    assert "hands your Notion token to whoever owns that name" in after.partition("\n## ")[0]


def test_databases_are_named_in_a_block_of_yaml_everywhere() -> None:
    """Other forms join a second line to the first."""
    texts = {**PAPERS, EXAMPLE.name: EXAMPLE.read_text("utf-8")}
    for where, text in texts.items():
        for value in re.findall(r"(?m)^ +databases:[ ]*(\S.*)$", text):
            assert value == "|" or value.startswith("${{"), where


def test_a_workflow_with_a_schedule_can_also_be_started_by_hand_and_at_an_odd_minute() -> None:
    for where, block in COPIED:
        triggers = yaml.safe_load(block)[True]
        for each in triggers.get("schedule", []):
            assert "workflow_dispatch" in triggers, where
            assert int(each["cron"].split()[0]) % 5, where


def test_the_settings_in_the_papers_are_understood() -> None:
    (text,) = (block for _, block in blocks("sh") if "DB1_GIT_REPO" in block)
    environ = {"CONFIG": text, "NOTION_TOKEN": "ntn_x", "GITHUB_REPOSITORY": "your-team/handbook"}
    settings = Settings.read({}, environ, "")
    assert ([each.path for each in settings.databases], settings.concurrency) == (["wiki"], 4)


def test_the_workflow_to_begin_with_is_the_example_in_twelve_lines() -> None:
    where, block = COPIED[0]
    assert where.startswith("README.md")
    assert len(block.splitlines()) == 12
    short, whole = yaml.safe_load(block), yaml.safe_load(EXAMPLE.read_text("utf-8"))
    assert short[True].keys() == whole[True].keys()
    assert short[True]["schedule"] == whole[True]["schedule"]
    job, full = short["jobs"]["backup"], whole["jobs"]["backup"]
    assert (short["permissions"], job["runs-on"]) == (full["permissions"], full["runs-on"])
    for ours, theirs in zip(job["steps"], full["steps"], strict=True):
        assert ours["uses"].partition("@")[0] == theirs["uses"].partition("@")[0]
        given = {name: value.strip() for name, value in ours.get("with", {}).items()}
        assert (
            given.items()
            <= {key: str(value).strip() for key, value in theirs["with"].items()}.items()
        )


def test_the_readme_lists_every_command() -> None:
    table = README.partition("\n## Commands")[2].partition("\n## ")[0]
    assert re.findall(r"(?m)^\| `(\w+)` \|", table) == list(COMMANDS)


def test_the_messages_explained_are_messages_that_are_given() -> None:
    """Each is in the program, or a host's words that the program has an answer to."""
    sources = [ROOT / "entrypoint.py", ROOT / "action.yml", *ROOT.glob("backup/**/*.py")]
    source = "\n".join(path.read_text("utf-8") for path in sources)
    joined = re.sub(r'"\s*\n\s*f?"', "", source)
    rows = re.findall(r"(?m)^\| (`.*?`) \|", PAPERS["docs/troubleshooting.md"])
    printed = [words for row in rows for words in re.findall(r"`(?:NOTION_TOKEN )?([^`]+)`", row)]
    assert len(printed) > 30
    unknown = [words for words in printed if words not in joined]
    assert unknown == []


def test_no_weakness_is_found_in_the_action_and_the_workflow_files() -> None:
    done = weaknesses(ROOT / ".gitea/zizmor.yml", "action.yml", *WORKFLOWS)
    assert done.returncode == 0, done.stdout


def test_no_weakness_is_found_in_the_workflows_of_the_papers(copied: Path) -> None:
    """Which readers are shown short: names in place of ids, and that checkout keeps its credentials,
    with which the backup is pushed, as it does by default."""
    rules: dict[str, Any] = {"unpinned-uses": {"config": {"policies": {"*": "ref-pin"}}}}
    (copied.parent / "rules.yml").write_text(
        yaml.safe_dump({"rules": rules | {"artipacked": {"disable": True}}})
    )
    done = weaknesses(copied.parent / "rules.yml", *copied.iterdir())
    assert done.returncode == 0, done.stdout


def weaknesses(rules: Path, *paths: str | Path) -> subprocess.CompletedProcess[str]:
    return tool("zizmor", "--offline", "--quiet", "--config", rules, *paths)


def test_the_launcher_is_what_the_readers_of_the_action_see() -> None:
    """The script is short enough to be read, and starts an isolated Python."""
    script = textwrap.dedent(STEP["run"])
    assert len(script.splitlines()) <= 12
    assert '-I -B -u -X utf8 "$GITHUB_ACTION_PATH/entrypoint.py"' in script
    (probe,) = re.findall(r"-c '([^']+)'", script)
    ast.parse(probe, feature_version=(3, 0))
