"""What is handed to a runner: nobody but us can give it commands or outputs."""

from __future__ import annotations

import io

import pytest

from backup.model import Problem
from backup.report import runner
from backup.report.log import Log


@pytest.mark.parametrize(
    "text",
    ["::error::x", "  ::set-output name=a::b", "a ##[error]x", "##[group]x", "a\n::error::x",
     "a\r::error::x", "a\u2028::error::x", "\x1b[31mred", "\u202egnirts"],
)  # fmt: skip
def test_no_text_is_a_command_or_more_than_one_line(text: str) -> None:
    shown = runner.safe(text)
    assert not shown.lstrip().startswith("::") and "##[" not in shown
    assert shown.isprintable() and len(shown.splitlines()) == 1


@pytest.mark.parametrize("text", ["Plan: a::b", "C# & F##", "日本語 👩‍🚀 é", "10:30"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert runner.safe(text) == text


def test_a_secret_is_blotted_out() -> None:
    assert runner.safe("token ntn_abc here", ["ntn_abc"]) == "token *** here"


def test_a_command_keeps_its_message_in_one_line() -> None:
    text = runner.command("error", "100 %\nnext", title="a:b,c")
    assert text == "::error title=a%3Ab%2Cc::100 %25%0Anext"


def test_an_output_cannot_end_early_or_add_another() -> None:
    text = runner.outputs({"commit": "x\nend\nevil<<end\n1"})
    first, *middle, last = text.splitlines()
    assert first == f"commit<<{last}" and last not in middle


def test_problems_are_annotations_on_a_runner_and_plain_words_elsewhere() -> None:
    problem = Problem("Tea", "could not be read\nand why")
    for host, begins in (("github", "::error title=Tea::"), ("", "error: Tea: ")):
        stream = io.StringIO()
        Log(stream, host=host).problem("errors", problem)
        assert stream.getvalue().startswith(begins)


def test_a_phase_is_a_group_on_a_runner_and_ends_when_the_work_fails() -> None:
    stream = io.StringIO()
    log = Log(stream, host="github")
    with pytest.raises(ValueError), log.group("Reading"):
        raise ValueError
    assert stream.getvalue() == "::group::Reading\n::endgroup::\n"


def test_every_page_is_one_line_that_a_person_can_follow() -> None:
    stream = io.StringIO()
    Log(stream).page("12/200", "How to …", ["", "3 files"])
    assert stream.getvalue() == "[12/200] How to … · 3 files\n"
