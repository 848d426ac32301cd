"""Pictures of the demonstration as the hosts show it: build/look/*.png, for people to look at.

    python -m tools.look        (make look)

Needs npm (for github-markdown-css) and Chromium (Debian: `apt-get install chromium
fonts-noto-color-emoji fonts-noto-cjk`). Math and mermaid are drawn by the hosts' scripts, and stay
text here; alerts are imitated, and toggles stand open, but for that of further properties.
"""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOOK = ROOT / "build" / "look"
STYLE = "github-markdown-css@5.9.0"
ALERTS = {
    "NOTE": "#0969da",
    "TIP": "#1a7f37",
    "IMPORTANT": "#8250df",
    "WARNING": "#9a6700",
    "CAUTION": "#cf222e",
}
FRAME = """<!doctype html><meta charset="utf-8"><base href="{base}/"><link rel="stylesheet" href="{css}">
<style>body{{max-width:880px;margin:32px auto;padding:0 24px}}</style>
<article class="markdown-body">{body}</article>"""


@dataclass(frozen=True)
class Tools:
    """The browser, and the hosts' style sheet."""

    chromium: str
    css: Path


def main() -> int:
    """Back up the sample, render every page, take its picture; 1 when a tool is missing."""
    found = tools()
    if not found:
        return 1
    with tempfile.TemporaryDirectory() as folder:
        program = [sys.executable, str(ROOT / "entrypoint.py"), "--demo"]
        subprocess.run(program, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        for path, name in _pages(Path(folder) / "notion-demo"):
            picture(found, path, LOOK / f"{name}.png")
            print(f"build/look/{name}.png")
    return 0


def tools() -> Tools | None:
    """What taking pictures needs; None, when something is missing and that was said."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    npm = shutil.which("npm")
    if not chromium or not npm:
        missing = "npm" if chromium else "Chromium"
        print(f"{missing} is missing: apt-get install chromium npm fonts-noto-color-emoji")
        return None
    LOOK.mkdir(parents=True, exist_ok=True)
    css = LOOK / "node_modules/github-markdown-css/github-markdown-light.css"
    if not css.exists():
        subprocess.run([npm, "install", "--silent", "--prefix", str(LOOK), STYLE], check=True)
    return Tools(chromium, css)


def _pages(backup: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(backup.rglob("*.md")):
        parts = path.relative_to(backup).with_suffix("").parts
        yield path, "-".join(part for part in parts if part != "index")


def picture(tools: Tools, markdown: Path, png: Path) -> None:
    """Take the picture of a Markdown file as GitHub shows it; empty paper is left below it."""
    page = markdown.with_suffix(".html")
    body = _html(markdown.read_text(encoding="utf-8"))
    page.write_text(FRAME.format(base=markdown.parent.as_uri(), css=tools.css.as_uri(), body=body))
    text = markdown.read_text(encoding="utf-8")
    height = 420 + 26 * text.count("\n") + 70 * text.count("\n|")  # rows of a table are broken
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]
    flags += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [tools.chromium, *flags, f"--user-data-dir={profile}", f"--window-size=930,{height}",
             f"--screenshot={png}", page.as_uri()],
            check=True,
            stderr=subprocess.DEVNULL,
            timeout=120,
        )  # fmt: skip


def _html(markdown: str) -> str:
    """The page's body as GitHub's parser makes it, with front matter left out and alerts drawn."""
    sys.path.insert(0, str(ROOT / "tests"))
    github = importlib.import_module("oracles").github
    body = re.sub(r"\A---\n.*?\n---\n", "", markdown, flags=re.DOTALL)
    pattern = r"<blockquote>\s*<p>\[!(\w+)\]\s*"
    drawn = re.sub(pattern, lambda found: _alert(found[1]), str(github(body)))
    return re.sub(r"<details>(?!\s*<summary>\d+ more propert)", "<details open>", drawn)


def _alert(kind: str) -> str:
    color = ALERTS.get(kind, "#59636e")
    return (
        f'<blockquote style="border-left-color:{color};color:inherit">'
        f'<p><strong style="color:{color}">{kind.title()}</strong></p><p>'
    )


if __name__ == "__main__":
    sys.exit(main())
