"""No database gets lost between the workflow file and the run: each one counts, or is reported."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backup.errors import ConfigError
from backup.model import dashed_id
from backup.settings import Settings

IDS = [f"38c9ce7b60a481568a110000000000{number:02x}" for number in range(1, 9)]
VIEW, BLOCK = "f" * 32, "e" * 32
LINKS = [f"https://www.notion.so/team/Title-{id_}?v={VIEW}" for id_ in IDS]
ONE, TWO = LINKS[:2]

FORMS = (
    "{id}",
    "{dashed}",
    "https://www.notion.so/{id}",
    "https://www.notion.so/team/Our-Wiki-{id}?v={view}&pvs=4",
    "https://www.notion.so/team/Our-Wiki-{id}?v={view}#{block}",
    "https://www.notion.so/team/Wiki-{id}?p={block}&pm=s",
    "https://app.notion.com/p/Caf%C3%A9%2C%20was%3F-{dashed}",
    "notion.so/team/{id}?v={view}",
    "https://www.notion.so/team?p={id}&v={view}",
    "https%3A%2F%2Fwww.notion.so%2Fteam%2FWiki-{id}%3Fv%3D{view}",
    "<https://www.notion.so/team/Wiki-{id}>",
    "[Wiki](https://www.notion.so/team/Wiki-{id})",
)


def link(form: str, id_: str) -> str:
    return form.format(id=id_, dashed=dashed_id(id_), view=VIEW, block=BLOCK)


def found(**environ: str) -> list[tuple[str, str]]:
    """Folder and id of each database that counts. Raises ConfigError when something is wrong."""
    databases = Settings.read({}, {"NOTION_TOKEN": "t", **environ}).databases
    return [(each.path, each.id) for each in databases]


def refusal(**environ: str) -> str:
    with pytest.raises(ConfigError) as caught:
        found(**environ)
    return str(caught.value)


def folded(value: str) -> str:
    """What YAML makes of this value of `databases`."""
    workflow = yaml.safe_load(f"with:\n  databases: {value}\n  dry-run: true\n")
    return str(workflow["with"]["databases"])


@pytest.mark.parametrize(
    "value",
    [
        f'"{ONE}\n    {TWO}"',
        f">\n    {ONE}\n    {TWO}",
        f">-\n    {ONE}\n    {TWO}",
        f"{ONE}\n    {TWO}",
        f"|\n    {ONE}\n    {TWO}",
        f"|\n    - {ONE}\n    - {TWO}",
        f'\'["{ONE}", "{TWO}"]\'',
        f"{ONE}, {TWO}",
        f"{ONE};{TWO}",
    ],
)
def test_every_link_counts_however_yaml_joins_the_lines(value: str) -> None:
    assert found(DATABASES=folded(value)) == [("", IDS[0]), ("", IDS[1])]


@pytest.mark.parametrize("style", ["", ">", ">-", '"'])
def test_folders_in_joined_lines_are_refused_with_the_right_form(style: str) -> None:
    end = style if style == '"' else ""
    start = style if end else f"{style}\n    "
    said = refusal(DATABASES=folded(f"{start}wiki = {ONE}\n    books = {TWO}{end}"))
    assert "DATABASES line 1" in said and "`databases: |`" in said and "`folder = link`" in said


@pytest.mark.parametrize(
    "line",
    [
        f"wiki = {ONE} {TWO}",
        f"wiki = {ONE}, {TWO}",
        f"{ONE} books = {TWO}",
        f"{IDS[0]} books = {IDS[1]}",
        f"{{wiki: {ONE}, books: {TWO}}}",
        f"wiki: {ONE}",
        f"{ONE} = wiki",
        f"{ONE} # the wiki {TWO}",
        f"# the wiki {ONE}",
        f"# {ONE} {TWO}",
        f"{ONE}{TWO}",
        f"{IDS[0]}{IDS[1]}",
        f"{IDS[0]}and{IDS[1]}",
        f"{ONE}&{TWO}",
        f"{ONE}#{TWO}",
        f"{ONE}%20{TWO}",
        f"https://www.notion.so/team?p={IDS[0]}&page_id={IDS[1]}",
    ],
)
def test_a_line_that_can_be_read_in_two_ways_is_refused(line: str) -> None:
    assert "DATABASES line 1" in refusal(DATABASES=line, DB1_NOTION_ID=IDS[2])


def test_remarks_and_a_line_that_is_switched_off_do_not_count() -> None:
    lines = f"# our wikis\n#{ONE}\n# books = {TWO}\nwiki = {LINKS[2]} # since May\n\n{LINKS[3]}"
    assert found(DATABASES=lines) == [("wiki", IDS[2]), ("", IDS[3])]


def test_a_number_names_one_database() -> None:
    assert "DB1_NOTION_ID" in refusal(DB1_NOTION_ID=f"{ONE} {TWO}")
    assert "DB1_NOTION_ID" in refusal(DB1_NOTION_ID=f"wiki = {ONE}")
    assert found(DB1_NOTION_ID=ONE, DB2_NOTION_ID=TWO) == [("", IDS[0]), ("", IDS[1])]


def test_one_database_twice_on_one_line_is_refused() -> None:
    assert "the same database" in refusal(DATABASES=f"{ONE} {ONE}")
    assert "the same database" in refusal(DATABASES=f"{ONE} {dashed_id(IDS[0])}")


@pytest.mark.parametrize(
    "text",
    [
        f"DATABASES={ONE}\n{TWO}",
        f"DATABASES={ONE}\n- {TWO}",
        f"DATABASES=wiki = {ONE}\nbooks = {TWO}",
        f"DATABASES={IDS[0]}\n{IDS[1]}",
    ],
)
def test_lines_without_quotes_in_a_dotenv_text_are_reported(text: str) -> None:
    assert "Quote all of them" in refusal(CONFIG=text)
    with pytest.raises(ConfigError, match=r"\.env: .*names a database outside"):
        Settings.read({}, {"NOTION_TOKEN": "t"}, text)


def test_a_dotenv_text_may_hold_what_is_meant_for_others() -> None:
    text = f'# books = {TWO}\n\nOTHER_KEY={IDS[1]}\nmode=fast\nDATABASES="\nwiki = {ONE}\n{TWO}\n"'
    assert found(CONFIG=text) == [("wiki", IDS[0]), ("", IDS[1])]


_SIGNS = [
    *" \n\t,;|/&+#=?:.-a0'",
    "\u00a0",
    "\u3000",
    "、",
    "\u200b",
    "\ufeff",
    "%20",
    "%2C",
    "\\n",
]
_WORDS = [
    "\r\n",
    ", ",
    " - ",
    "\n- ",
    '", "',
    " # ",
    "\n# ",
    " = ",
    " and ",
    "\n\n",
    " a = ",
    "\nb = ",
]
SEPARATORS = st.sampled_from(_SIGNS + _WORDS)
AROUND = st.sampled_from(["", "", '"', "[", "- ", "(", "wiki = ", ". =", " ", "wiki: ", "="])


@given(
    st.lists(st.sampled_from(FORMS), min_size=1, max_size=5),
    st.lists(SEPARATORS, min_size=4, max_size=4),
    AROUND,
    st.sampled_from(["", '"', "]", " ", "\n", "# x", " # x", ",", " ="]),
    st.sampled_from(["DATABASES", "DB1_NOTION_ID", "CONFIG"]),
)
@settings(max_examples=100)
@example([FORMS[3], FORMS[3]], [" "] * 4, "", "", "DATABASES")
@example([FORMS[0], FORMS[0]], [" a = "] * 4, "wiki = ", "", "DATABASES")
def test_all_databases_of_a_text_count_or_it_is_refused(
    forms: list[str], between: list[str], before: str, after: str, setting: str
) -> None:
    links = [link(form, id_) for form, id_ in zip(forms, IDS, strict=False)]
    words = [word for pair in zip(links, [*between, ""], strict=False) for word in pair]
    text = before + "".join(words[:-1]) + after
    try:
        value = f'DATABASES="\n{text}\n"' if setting == "CONFIG" else text
        counted = {id_ for _, id_ in found(**{setting: value})}
    except ConfigError:
        return
    # What stands behind a # at a line's beginning was switched off; behind a link's, it is a block.
    off = {
        id_
        for id_, sign, form in zip(IDS[1:], between, forms[1:], strict=False)
        if sign == "\n# " or (sign == "#" and form in ("{id}", "{dashed}"))
    }
    wanted = set(IDS[: len(links)])
    assert wanted - off <= counted <= wanted
