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
        "The address of the Notion API. Change it only for a proxy or for tests.",
    ),
    Setting(
        "DATABASES",
        "",
        "What to back up, one database per line: its id or URL, or `path = id or URL` to choose "
        "the folder.",
    ),
    Setting(
        "DBn_NOTION_ID",
        "",
        "One database per variable (n = 1, 2, …; gaps allowed): id or URL of the n-th database.",
        family=True,
    ),
    Setting(
        "DBn_LABEL",
        "",
        "Name of the n-th database, for messages and its folder. Default: its title in Notion.",
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
        "`repo` or `owner/repo`: back up the n-th database only in that repository's workflow.",
        family=True,
    ),
    Setting(
        "CONFIG",
        "",
        "A whole .env text as one value, for settings that several repositories share.",
        secret=True,
    ),
    Setting(
        "OUTPUT_DIR",
        ".",
        "The folder, relative to the workspace, that holds the backup and its .notion-sync.json.",
    ),
    Setting("FULL_SYNC", "false", "Read every page again, even if it did not change.", switch=True),
    Setting("DRY_RUN", "false", "Show what would be done, and write nothing.", switch=True),
    Setting(
        "COMMIT",
        "run",
        "`run`: one commit for everything published at once; `page`: one commit per page, "
        "authored by its last editor in Notion; `false`: write files only, without git.",
    ),
    Setting(
        "PUBLISH_EVERY",
        "300",
        "How often to commit and push finished pages during a run, in seconds, so that a "
        "cancelled job keeps its progress. `0`: only at the end.",
    ),
    Setting(
        "BRANCH",
        "",
        "The branch to publish to. Default: the one that is checked out. Required when a pull "
        "request or a tag starts the workflow.",
    ),
    Setting(
        "COMMIT_MESSAGE",
        "",
        "The commit message, with {counts} (`3 new, 1 renamed`), {new}, {updated}, {renamed}, "
        "{removed}, {failed} (numbers), {titles} (one line per page) and {title} (the page's "
        "title, or the number of pages). Default: `Back up Notion: {counts}`, then {titles}.",
    ),
    Setting(
        "COMMIT_AUTHOR",
        "",
        "Commit author, as `Name <mail@example.com>`. Default: the CI host's bot; outside CI, "
        "git's configured user.",
    ),
    Setting(
        "SKIP_CI",
        "false",
        "Add `[skip ci]` to the commit message. Not needed with the job's own token: its pushes "
        "start no workflows.",
        switch=True,
    ),
    Setting(
        "PULL_REQUEST",
        "false",
        "Push to PULL_REQUEST_BRANCH, and open or update a pull request: for branches that do not "
        "allow direct pushes.",
        switch=True,
    ),
    Setting("PULL_REQUEST_BRANCH", "notion-backup", "The branch that pull requests come from."),
    Setting(
        "GIT_TOKEN",
        "",
        "A token that may push (and open pull requests). Default: the credentials that "
        "actions/checkout keeps in the clone, else the job's own token.",
        secret=True,
    ),
    Setting(
        "FRONT_MATTER",
        "true",
        "Start each page with front matter: title, id, URL and times.",
        switch=True,
    ),
    Setting(
        "PROPERTIES",
        "table",
        "Where to put a row's properties: `table` under the title, `front-matter` for site "
        "generators, `both` or `none`.",
    ),
    Setting(
        "IMAGE_STYLE",
        "html",
        "`html`: images are centred and limited in width; `markdown`: plain Markdown images.",
    ),
    Setting("IMAGE_MAX_WIDTH", "800", "Show wider images at this width (pixels)."),
    Setting(
        "MAX_FILE_MB",
        "95",
        "Do not store larger files; the page gives their name and size instead. GitHub accepts up "
        "to 100.",
    ),
    Setting(
        "ALLOWED_PRIVATE_HOSTS",
        "",
        "Hosts in private networks from which files may be downloaded, separated by spaces; "
        "`host:port` for a port other than 80 or 443.",
    ),
    Setting(
        "ON_DELETE",
        "remove",
        "What to do with a page in Notion's trash: `remove` its files, or `keep` them.",
    ),
    Setting(
        "ALLOW_MASS_DELETE",
        "false",
        "Allow a run to remove many pages of a database at once (20 %, at least 5).",
        switch=True,
    ),
    Setting(
        "AI_NAMING_ENABLED",
        "false",
        "Let an AI model look at new images and add a description to their file names.",
        switch=True,
    ),
    Setting("AI_API_KEY", "", "The API key for AI naming.", secret=True),
    Setting(
        "AI_API_URL",
        "https://api.anthropic.com",
        "Any server with the Messages API: Anthropic, OpenRouter (https://openrouter.ai/api), "
        "your own.",
    ),
    Setting("AI_MODEL", "claude-haiku-4-5", "The model that describes the images."),
    Setting(
        "AI_MAX_PX",
        "1024",
        "Scale larger images down to this size (pixels, longer edge) before sending, if Pillow is "
        "installed. Without Pillow they are sent unchanged, or skipped if too large for the API.",
    ),
    Setting("AI_PRICE_IN", "", "Price per million input tokens, to report the cost."),
    Setting("AI_PRICE_OUT", "", "Price per million output tokens."),
    Setting(
        "SHARD",
        "1/1",
        "`i/n`: back up only the i-th of n parts of the pages, to split a large database across "
        "jobs.",
    ),
    Setting(
        "VERIFY",
        "false",
        "Check the whole backup after the run: every link, anchor and Markdown file.",
        switch=True,
    ),
    Setting("CONCURRENCY", "8", "How many requests and downloads run in parallel (1 to 64)."),
    Setting(
        "SERVER_URL",
        "",
        "The public address of your Gitea or Forgejo, for links in summaries and notifications, "
        "if runners use another one. Default: the runner's.",
    ),
    Setting("DISCORD_WEBHOOK_URL", "", "Discord webhook URL to notify.", secret=True),
    Setting(
        "DISCORD_LEVEL",
        "always",
        "When to notify Discord: `always` (2), only on `errors` (1), or `never` (0).",
    ),
    Setting(
        "SLACK_WEBHOOK_URL",
        "",
        "Slack incoming webhook URL to notify after every run.",
        secret=True,
    ),
    Setting(
        "NTFY_URL",
        "",
        "ntfy topic URL (https://ntfy.sh/…) to notify after every run.",
        secret=True,
    ),
    Setting("NTFY_TOKEN", "", "Access token for the ntfy server, if it needs one.", secret=True),
    Setting(
        "WEBHOOK_URL",
        "",
        "URL that receives the report of every run as JSON (POST).",
        secret=True,
    ),
    Setting(
        "HEALTHCHECK_URL",
        "",
        "A healthchecks.io URL, or a compatible one: pinged at the start (`/start`), on success "
        "and on failure (`/fail`), to alert you when backups stop.",
        secret=True,
    ),
)
