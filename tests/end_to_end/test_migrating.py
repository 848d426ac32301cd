"""A repository of the script that came before, with that script's .env as the input `config`, under a runner."""

from __future__ import annotations

from pathlib import Path

from backup.model import dashed_id
from fakenotion import blocks, build
from fakenotion.server import StandIn
from tests.end_to_end.act_runner import TOKEN, Target
from tests.support.backups import wiki
from tests.support.kitchen import PNG

PAGE = """\
---
title: "Tea"
source: notion
notion_id: {id}
backed_up: 2026-02-14T07:00:00.123456+00:00
---

# Tea

Strong.

![image](assets/1-image1.png)
"""


def test_the_old_env_as_config_adopts_the_old_repository(tmp_path: Path, environment: Path) -> None:
    notion = wiki("Tea")
    database = notion.databases()[0]
    (tea,) = notion.node(notion.source(database)).children
    picture = build.hosted(notion.files.keep("pot.png", PNG))
    notion.append(tea, [blocks.paragraph("Strong."), blocks.media("image", picture)])
    config = (
        "GIT_BASE_URL=https://git.example.com/api/v1\nGIT_OWNER=acme\nAI_NAMING_ENABLED=0\n"
        f"DB1_NOTION_ID={database}\nDB1_GIT_REPO=wiki\nDB1_LABEL=How-tos\n"
        "DB2_NOTION_ID=00000000000000000000000000000002\nDB2_GIT_REPO=books\nDB2_LABEL=Books\n"
    )
    with StandIn(notion).serving() as address:
        inputs = {"config": config, "databases": "", "notion-api-url": address}
        target = Target.build(tmp_path, environment, **inputs)
        (target.clone / "tea/assets").mkdir(parents=True)
        (target.clone / "tea/index.md").write_text(PAGE.format(id=dashed_id(tea)))
        (target.clone / "tea/assets/1-image1.png").write_bytes(PNG)
        target.git("add", "-A")
        target.git("commit", "-qm", "Backup of the script")
        target.git("push", "-q", "origin", "HEAD:main")
        job = target.run()
        assert job.succeeded, job.log
        target.pull()
        assert target.run().outputs["changed"] == "false"
    assert "Adopted from an earlier backup: 1 page with 1 file" in job.log
    pages = {path for path in target.files() if path.endswith((".md", ".png"))}
    assert pages == {"README.md", "tea/index.md", "tea/assets/1-image1.png"}
    shown = target.git("log", "-1", "--format=", "--name-status", "main", folder="remote.git")
    assert "M\ttea/index.md" in shown and "1-image1.png" not in shown
    assert "CONFIG: GIT_OWNER is not a setting" in job.log and TOKEN not in job.printed
