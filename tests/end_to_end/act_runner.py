"""A target repository with a bare remote, and a real runner (act, without Docker) for its workflow."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / ".gitea/examples/notion-backup.yml"
WHOLE = "uses: https://git.example.com/your-team/notion-backup@v1"
USES = "uses: your-team/notion-backup@v1"  # what act takes, as GitHub does
TOKEN = "ntn_planted_secret_0123456789"
SHOW = """\
      - if: always()
        run: printf '%s' "$OUTPUTS" > "$OUTPUTS_FILE"
        shell: bash
        env:
          OUTPUTS: ${{ toJSON(steps.saved.outputs) }}
"""


@dataclass
class Job:
    """How a job ended: its success, the lines of its log, the action's outputs, and every byte that
    the runner printed, but for the commands that tell it what to mask."""

    succeeded: bool
    log: str
    outputs: dict[str, str]
    printed: str


@dataclass
class Target:
    """The repository of a user; its clone is what a checkout gives the job.

    `variables` are what the runner sets besides its usual ones, `token` is the job's own.
    """

    root: Path
    workflow: str
    environ: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    token: str = ""

    @classmethod
    def build(cls, root: Path, environment: Path, **inputs: str) -> Target:
        """With the example workflow, its inputs replaced; `environment` has the packages."""
        target = cls(root, _example(inputs))
        for name in ("home", "bin"):
            (root / name).mkdir(parents=True)
        (root / "bin/python3").symlink_to(Path(sys.executable).resolve())
        for tool in ("bash", "git"):
            found = shutil.which(tool) or shutil.which(tool, path="/bin:/usr/bin")
            assert found, f"{tool} is needed to run a workflow"
            (root / "bin" / tool).symlink_to(found)
        path = f"{root / 'bin'}{os.pathsep}{os.environ['PATH']}"
        target.environ = {"PATH": path, "HOME": str(root / "home"), "GIT_CONFIG_NOSYSTEM": "1"}
        target.environ |= {"GIT_TERMINAL_PROMPT": "0", "PACKAGES": str(environment.parent.parent)}
        target._publish_action()
        target._publish_workflow()
        return target

    @property
    def clone(self) -> Path:
        return self.root / "clone"

    def git(self, *arguments: str, folder: str = "clone") -> str:
        """What git says in the clone, or in the remote."""
        who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
        command = ["git", *who, *arguments]
        where, environ = self.root / folder, self.environ
        done = subprocess.run(command, cwd=where, env=environ, capture_output=True, check=True)
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def commits(self) -> int:
        """How many commits the remote's branch has."""
        return int(self.git("rev-list", "--count", "main", folder="remote.git"))

    def files(self) -> set[str]:
        """Every file on the remote's branch."""
        names = self.git("ls-tree", "-rz", "--name-only", "main", folder="remote.git")
        return set(filter(None, names.split("\0")))

    def stamps(self) -> dict[Path, int]:
        """When each file and folder of the action was last written."""
        return {path: path.stat().st_mtime_ns for path in (self.root / "action").rglob("*")}

    def run(self, event: str = "workflow_dispatch", **dispatch: str) -> Job:
        """Run the workflow on the clone as it is; `pull` first for what a fresh checkout gives."""
        outputs = self.root / "outputs.json"
        outputs.unlink(missing_ok=True)
        given = [
            *(part for pair in dispatch.items() for part in ("--input", "=".join(pair))),
            *(part for pair in self.variables.items() for part in ("--env", "=".join(pair))),
            *(("-s", "GITHUB_TOKEN") if self.token else ()),
        ]
        action = self.root / "action"
        command = [
            *(str(Path(sys.executable).with_name("act")), event, "--json", *given),
            *("-W", ".gitea/workflows/notion-backup.yml", "-P", "ubuntu-latest=-self-hosted"),
            *("--local-repository", f"{self._server()}your-team/notion-backup@v1={action}"),
            *("--action-cache-path", str(self.root / "cache"), "--no-cache-server"),
            *("--env", "GITHUB_REPOSITORY=acme/wiki", "--env", f"OUTPUTS_FILE={outputs}"),
            *("--env", f"XDG_CACHE_HOME={self.environ['PACKAGES']}", "-s", "NOTION_TOKEN"),
        ]
        environ = {**self.environ, "NOTION_TOKEN": TOKEN, "GITHUB_TOKEN": self.token}
        streams = {"capture_output": True, "encoding": "utf-8", "input": ""}
        done = subprocess.run(command, cwd=self.clone, env=environ, timeout=600, **streams)
        records = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        log = "".join(f"{record.get('msg', '').rstrip()}\n" for record in records)
        said = json.loads(outputs.read_text("utf-8")) if outputs.exists() else {}
        lines = [line for line in done.stdout.splitlines() if '"command":"add-mask"' not in line]
        return Job(done.returncode == 0, log, said, "\n".join([*lines, done.stderr]))

    def _server(self) -> str:
        """Where act believes actions to be: on the host that the job is given."""
        url = self.variables.get("GITHUB_SERVER_URL", "")
        return f"{url}/" if url else ""

    def pull(self) -> None:
        """Bring the clone to the remote's tip."""
        self.git("pull", "-q", "--ff-only", "origin", "main")

    def _publish_action(self) -> None:
        """Exactly what the action needs, and nothing that happens to lie in the checkout."""
        for name in ("action.yml", "entrypoint.py", "requirements.txt"):
            (self.root / "action").mkdir(exist_ok=True)
            shutil.copy(ROOT / name, self.root / "action")
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "backup", self.root / "action/backup", ignore=ignored)

    def _publish_workflow(self) -> None:
        self.git("init", "-q", "--bare", "--initial-branch=main", "remote.git", folder=".")
        self.git("clone", "-q", "remote.git", "clone", folder=".")
        path = self.clone / ".gitea/workflows/notion-backup.yml"
        path.parent.mkdir(parents=True)
        path.write_text(self.workflow, "utf-8")
        self.git("add", "-A")
        self.git("commit", "-qm", "Back up Notion every day")
        self.git("push", "-q", "origin", "HEAD:main")


def _example(inputs: dict[str, str]) -> str:
    """The file that users copy, with other values for some inputs and its outputs kept."""
    head, _, tail = EXAMPLE.read_text("utf-8").partition(WHOLE)
    lines = tail.splitlines(keepends=True)
    kept = [line for line in lines if "://" not in line and "databases:" not in line]
    for name, value in inputs.items():
        kept = [line for line in kept if f" {name}:" not in line]
        kept += [f"          {name}: {json.dumps(value)}\n"] if value else []
    return f"{head}{USES}\n        id: saved{''.join(kept)}{SHOW}"
