"""All recorded trees and queries, backed up as one workspace."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from backup.model import bare_id
from fakenotion.everything import everything
from tests.support.backups import backing_up
from tests.support.recordings import FOLDERS


def test_no_page_is_lost_or_twice_and_no_link_is_dead(tmp_path: Path) -> None:
    notion = everything(*FOLDERS)
    with backing_up(tmp_path / "repository", notion, git=False) as backup:
        ran = backup.run(DATABASES="workspace", MAX_FILE_MB="1", VERIFY="true")
        texts = [backup.text(path) for path in backup.files() if path.endswith("/index.md")]
        named = Counter(re.findall(r"(?m)^<sub>.*?notion\.so/(\w+)", "\n".join(texts)))
        shown = [
            bare_id(node.id)
            for node in notion.nodes.values()
            if node.kind == "page" and notion.visible(node.id) and not notion.in_trash(node)
            if not node.recorded.get("page", {}).get("in_trash")
        ]
        templates = {bare_id(page) for each in notion.templates.values() for page, _ in each}
        assert [each for each, count in named.items() if count > 1] == []
        assert sorted(set(shown) - named.keys() - templates) == [], ran.log[-3000:]
        assert "files: 0 problems" in ran.log, ran.log[-3000:]
        paths = [path.rpartition("/")[0] for path in backup.files()]
        assert max(len(path.encode()) for path in paths) <= 420
        assert max(path.count("/") for path in paths) <= 41
        before = backup.stamps()
        backup.run(DATABASES="workspace", MAX_FILE_MB="1")
        changed = [path for path, at in backup.stamps().items() if before.get(path) != at]
        assert [path for path in changed if path.endswith(("README.md", "index.md"))] == []
