"""The pictures in the README, of a real run of the demonstration: docs/page.png, docs/table.png and
docs/summary.png.

    python -m tools.pictures        (make pictures)

The second run of the demonstration is made to look as it does on a host: with a remote, so that the
summary has its links. Needs what tools/look.py needs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

from tools import look

DOCS = look.ROOT / "docs"
PAGE = "reading-list/a-field-guide-to-quiet-harbours/index.md"
TABLE = "how-to-wiki/README.md"
HOST = {
    "GITHUB_ACTIONS": "true",
    "GITEA_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://git.example.com",
    "GITHUB_REPOSITORY": "tidewater/notes",
}
MARGIN = 28  # pixels around what is to be seen


def main() -> int:
    """Run the demonstration twice, take all pictures; 1 when a tool is missing."""
    tools = look.tools()
    if not tools:
        return 1
    DOCS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _demonstrate(folder)
        summary = folder / "summary.md"
        summary.write_text(_opened(summary.read_text("utf-8")), "utf-8")
        _take(tools, summary, DOCS / "summary.png")
        for path, name in ((PAGE, "page.png"), (TABLE, "table.png")):
            _take(tools, folder / "notion-demo" / path, DOCS / name)
    return 0


def _demonstrate(folder: Path) -> None:
    """Two runs; the summary of the second one, in which something had changed, stays."""
    summary = folder / "summary.md"
    environ = {**os.environ, **HOST, "GITHUB_STEP_SUMMARY": str(summary)}
    program = [sys.executable, str(look.ROOT / "entrypoint.py"), "--demo"]
    quiet = subprocess.DEVNULL
    subprocess.run(program, cwd=folder, env=environ, check=True, stdout=quiet)
    summary.unlink()
    subprocess.run(["git", "init", "-q", "--bare", "remote.git"], cwd=folder, check=True)
    remote = ["git", "-C", "notion-demo", "remote", "add", "origin", "../remote.git"]
    subprocess.run(remote, cwd=folder, check=True)
    program.append("--edit")
    subprocess.run(program, cwd=folder, env=environ, check=True, stdout=quiet)


def _opened(markdown: str) -> str:
    """What readers fold out is folded out."""
    return markdown.replace("<details>", "<details open>")


def _take(tools: look.Tools, markdown: Path, png: Path) -> None:
    look.picture(tools, markdown, png)
    with Image.open(png) as image:
        seen = _cropped(image.convert("RGB"))
    seen.save(png, optimize=True)
    print(f"docs/{png.name}: {seen.width} x {seen.height}, {png.stat().st_size // 1024} kB")


def _cropped(image: Image.Image) -> Image.Image:
    """Without the empty paper around it."""
    paper = Image.new("RGB", image.size, "white")
    left, top, right, bottom = ImageChops.difference(image, paper).getbbox() or (0, 0, *image.size)
    box = (left - MARGIN, top - MARGIN, right + MARGIN, bottom + MARGIN)
    return image.crop((max(0, box[0]), max(0, box[1]), min(image.width, box[2]), box[3]))


if __name__ == "__main__":
    sys.exit(main())
