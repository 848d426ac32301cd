"""The one list of settings: action.yml, the README and .env.example are made from it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the table: `default` as a user would write it, `meaning` in a user's words."""

    name: str
    default: str
    meaning: str
    secret: bool = False
    switch: bool = False  # true or false
    family: bool = False  # one variable for each n: no action input, no flag

    @property
    def input(self) -> str:
        """The name as an action input and as a flag (kebab-case); '' where there is none."""
        return "" if self.family else self.name.lower().replace("_", "-")


SETTINGS: tuple[Setting, ...] = (
    Setting("NOTION_TOKEN", "", "The secret of your Notion integration (ntn_…).", secret=True),
    Setting(
        "NOTION_API_URL",
        "https://api.notion.com",
        "Where the Notion API answers. Only for proxies and for tests.",
    ),
    Setting(
        "DATABASES",
        "",
        "What to back up, one database a line: its id or URL, or `path = id or URL` to choose the folder.",
    ),
    Setting(
        "DBn_NOTION_ID",
        "",
        "The same with one variable each (n = 1, 2, …; gaps allowed): id or URL of the n-th database.",
        family=True,
    ),
    Setting(
        "DBn_LABEL",
        "",
        "A name for the n-th database, in messages and for its folder. Default: its title in Notion.",
        family=True,
    ),
    Setting(
        "DBn_PATH",
        "",
        "The folder of the n-th database, below OUTPUT_DIR. Default: made from its label.",
        family=True,
    ),
    Setting(
        "DBn_GIT_REPO",
        "",
        "`repo` or `owner/repo`: the n-th database counts only in the workflow of that repository.",
        family=True,
    ),
    Setting(
        "CONFIG",
        "",
        "A whole .env text as one value, for settings that many repositories share.",
        secret=True,
    ),
    Setting(
        "OUTPUT_DIR",
        ".",
        "The folder below the workspace that holds the backup and its .notion-sync.json.",
    ),
    Setting(
        "FULL_SYNC", "false", "Read every page again, also those that did not change.", switch=True
    ),
    Setting("DRY_RUN", "false", "Say what would be done, and write nothing.", switch=True),
    Setting(
        "COMMIT",
        "run",
        "`run`: one commit for all that is published at once; `page`: one commit for each page, with "
        "the person who last edited it in Notion as its author; `false`: write the files, leave git "
        "alone.",
    ),
    Setting(
        "PUBLISH_EVERY",
        "300",
        "Commit and push what is finished at latest every so many seconds, so that a job that is cut "
        "off keeps it; 0: only at the end.",
    ),
    Setting(
        "BRANCH",
        "",
        "The branch to publish to. Default: the one that is checked out. Needed where a pull request or "
        "a tag starts the workflow.",
    ),
    Setting(
        "COMMIT_MESSAGE",
        "",
        "The commit's message, with {counts} (`3 new, 1 renamed`), {new}, {updated}, {renamed}, "
        "{removed}, {failed} (numbers), {titles} (a line for each page) and {title} (the page's, or "
        "how many there are). Default: `Back up Notion: {counts}`, then {titles}.",
    ),
    Setting(
        "COMMIT_AUTHOR",
        "",
        "Who commits, as `Name <mail@example.com>`. Default: the host's bot in a workflow, else "
        "whom git knows.",
    ),
    Setting(
        "SKIP_CI",
        "false",
        "Add `[skip ci]` to the message. A job's own token starts no workflows anyway.",
        switch=True,
    ),
    Setting(
        "PULL_REQUEST",
        "false",
        "Publish to PULL_REQUEST_BRANCH, and open a pull request or add to the open one: for "
        "branches that nobody may push to.",
        switch=True,
    ),
    Setting("PULL_REQUEST_BRANCH", "notion-backup", "The branch that pull requests come from."),
    Setting(
        "GIT_TOKEN",
        "",
        "A token that may push (and open pull requests). Default: what actions/checkout keeps in the "
        "clone, else the job's own token.",
        secret=True,
    ),
    Setting(
        "FRONT_MATTER", "true", "Start each page with title, id, address and times.", switch=True
    ),
    Setting(
        "PROPERTIES",
        "table",
        "Where a row's properties go: `table` under the title, `front-matter` for site generators, "
        "`both` or `none`.",
    ),
    Setting(
        "IMAGE_STYLE",
        "html",
        "`html`: pictures are centred and limited in width; `markdown`: plain Markdown pictures.",
    ),
    Setting("IMAGE_MAX_WIDTH", "800", "Pictures that are wider are shown this wide (pixels)."),
    Setting(
        "MAX_FILE_MB",
        "95",
        "Larger files are not stored; the page says their name and size. GitHub takes up to 100.",
    ),
    Setting(
        "ALLOWED_PRIVATE_HOSTS",
        "",
        "Hosts in private networks from which files may be downloaded, separated by blanks; `host:port` for a port that is not 80 or 443.",
    ),
    Setting(
        "ON_DELETE",
        "remove",
        "What happens to a page that is in Notion's trash: `remove` its files, or `keep` them.",
    ),
    Setting(
        "ALLOW_MASS_DELETE",
        "false",
        "Remove pages also when many of a database (20 %, at least 5) would go at once.",
        switch=True,
    ),
    Setting(
        "AI_NAMING_ENABLED",
        "false",
        "Let a model look at new pictures and add what they show to their file names.",
        switch=True,
    ),
    Setting("AI_API_KEY", "", "The key for the model's API.", secret=True),
    Setting(
        "AI_API_URL",
        "https://api.anthropic.com",
        "Any server of the Messages API: Anthropic, OpenRouter (https://openrouter.ai/api), your own.",
    ),
    Setting("AI_MODEL", "claude-haiku-4-5", "The model that looks at the pictures."),
    Setting(
        "AI_MAX_PX",
        "1024",
        "Larger pictures are scaled down to this edge before they are sent (pixels), if Python has "
        "Pillow; without it they are sent as they are, or left out when the API would refuse them.",
    ),
    Setting(
        "AI_PRICE_IN", "", "Price of a million input tokens, so that the report says the cost."
    ),
    Setting("AI_PRICE_OUT", "", "Price of a million output tokens."),
    Setting(
        "SHARD",
        "1/1",
        "`i/n`: only the i-th of n parts of the pages, for jobs that share a large database.",
    ),
    Setting(
        "VERIFY",
        "false",
        "Check the whole backup after the run: every link, every anchor, every file's Markdown.",
        switch=True,
    ),
    Setting("CONCURRENCY", "8", "How many requests and downloads run at once (1 to 64)."),
    Setting(
        "SERVER_URL",
        "",
        "The address at which people reach your Gitea or Forgejo, for links in summaries and "
        "messages, when runners reach it by another. Default: what the runner says.",
    ),
    Setting("DISCORD_WEBHOOK_URL", "", "A webhook of a Discord channel that is told.", secret=True),
    Setting(
        "DISCORD_LEVEL",
        "always",
        "When Discord is told: `always` (2), only of `errors` (1), or `never` (0).",
    ),
    Setting(
        "SLACK_WEBHOOK_URL",
        "",
        "An incoming webhook of a Slack channel that is told of every run.",
        secret=True,
    ),
    Setting(
        "NTFY_URL",
        "",
        "The address of an ntfy topic (https://ntfy.sh/…) that is told of every run.",
        secret=True,
    ),
    Setting("NTFY_TOKEN", "", "An access token, if that ntfy server wants one.", secret=True),
    Setting(
        "WEBHOOK_URL",
        "",
        "An address that gets the report of every run as JSON, by POST.",
        secret=True,
    ),
    Setting(
        "HEALTHCHECK_URL",
        "",
        "A healthchecks.io address, or one like it: pinged at the start (`/start`), at success and "
        "at failure (`/fail`), so that somebody notices when the backup stops.",
        secret=True,
    ),
)
