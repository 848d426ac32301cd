"""Describing images: what is asked, how often, and what becomes of the answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backup.errors import FileError
from backup.files.describe import LONGEST, Describer, Usage, words
from backup.files.received import Downloaded
from backup.files.vision import Model
from tests.files.pictures import picture
from tests.files.site import PNG
from tests.support.messages_api import KEY, MessagesApi, ModelRequest, Said, answering


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with answering() as running:
        yield running


@pytest.fixture
def waits() -> list[float]:
    """The seconds that would have been waited."""
    return []


@pytest.fixture
def model(api: MessagesApi, waits: list[float]) -> Model:
    return Model(api.url, KEY, "claude-haiku-4-5", sleep=waits.append)


@pytest.fixture
def describer(model: Model) -> Describer:
    return Describer(model, {}, 1024)


def test_an_image_is_sent_as_the_api_wants_it(
    api: MessagesApi, describer: Describer, tmp_path: Path
) -> None:
    api.plays(Said("Proxmox cluster dashboard"))
    assert describer.describe(picture(tmp_path)) == "proxmox cluster dashboard"
    (asked,) = api.seen
    assert asked.path == "/v1/messages"
    assert asked.headers["x-api-key"] == KEY
    assert asked.headers["anthropic-version"] == "2023-06-01"
    assert asked.headers["content-type"] == "application/json"
    assert asked.body["model"] == "claude-haiku-4-5"
    assert 0 < asked.body["max_tokens"] <= 100
    assert (asked.media_type, asked.image) == ("image/png", PNG)
    assert describer.usage == Usage(1000, 10)


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/", "/v1/messages"])
def test_the_address_may_be_written_as_services_show_it(api: MessagesApi, ending: str) -> None:
    Model(f"{api.url}/api{ending}", KEY, "m").name_image("image/png", PNG)
    assert api.seen[0].path == "/api/v1/messages"


def test_a_service_that_is_not_anthropics_gets_the_key_in_the_bearer_form_too(
    api: MessagesApi, model: Model
) -> None:
    model.name_image("image/png", PNG)
    assert api.seen[0].headers["authorization"] == f"Bearer {KEY}"


def test_the_key_follows_no_redirect(api: MessagesApi, model: Model) -> None:
    with answering() as other:
        api.plays(Said(status=307, headers={"Location": f"{other.url}/v1/messages"}))
        with pytest.raises(FileError, match="307"):
            model.name_image("image/png", PNG)
        assert other.seen == []


def test_a_netrc_entry_does_not_speak_for_us(
    api: MessagesApi, model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    model.name_image("image/png", PNG)
    assert api.seen[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("extension", ["svg", "avif", "bmp", "heic", "tif", "ico", "bin"])
def test_what_the_api_does_not_take_is_not_sent(
    api: MessagesApi, describer: Describer, tmp_path: Path, extension: str
) -> None:
    assert describer.describe(picture(tmp_path, extension=extension)) is None
    assert api.seen == []


def test_equal_content_is_asked_for_once(
    api: MessagesApi, describer: Describer, tmp_path: Path
) -> None:
    first, second = (picture(tmp_path) for _ in range(2))
    assert describer.describe(first) == describer.describe(second) == "a red bell"
    describer.describe(picture(tmp_path, PNG + b"!"))
    assert len(api.seen) == 2


def test_threads_with_equal_content_ask_once_and_all_get_the_answer(
    api: MessagesApi, describer: Describer, tmp_path: Path
) -> None:
    come = threading.Barrier(4)
    one = picture(tmp_path)

    def describe(_: int) -> str | None:
        come.wait(60)
        return describer.describe(one)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(describe, range(4))) == ["a red bell"] * 4
    assert len(api.seen) == 1


def test_what_an_earlier_run_has_learned_is_not_asked_again(
    api: MessagesApi, model: Model, tmp_path: Path
) -> None:
    one, two = picture(tmp_path), picture(tmp_path, PNG + b"!")
    describer = Describer(model, {one.sha256: "a bell", two.sha256: ""}, 1024)
    assert (describer.describe(one), describer.describe(two)) == ("a bell", "")
    assert api.seen == []


@pytest.mark.parametrize("status", [429, 529, 500, 503])
def test_a_busy_service_is_asked_a_second_time(
    api: MessagesApi, describer: Describer, waits: list[float], tmp_path: Path, status: int
) -> None:
    api.plays(Said(status=status, headers={"Retry-After": "3"}), Said("A bell"))
    assert describer.describe(picture(tmp_path)) == "a bell"
    assert waits == [3.0]


def test_a_busy_service_is_not_asked_for_ever(
    api: MessagesApi, describer: Describer, waits: list[float], tmp_path: Path
) -> None:
    api.plays(Said(status=429, headers={"Retry-After": "86400"}))
    assert describer.describe(picture(tmp_path)) is None
    assert (len(api.seen), waits) == (2, [20.0])


BROKEN = [
    Said(status=401),
    Said(status=400),
    Said(raw=b"<html>"),
    Said(raw=b"[]"),
    Said(raw=b'{"content": "x"}'),
]


@pytest.mark.parametrize("said", BROKEN)
def test_a_failure_costs_the_words_and_nothing_else(
    api: MessagesApi, describer: Describer, tmp_path: Path, said: Said
) -> None:
    api.plays(said)
    assert describer.describe(picture(tmp_path)) is None
    assert (len(api.seen), describer.problem) == (1, None)


def test_a_service_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    with answering() as gone:
        pass
    assert Describer(Model(gone.url, KEY, "m"), {}, 1024).describe(picture(tmp_path)) is None


@pytest.mark.parametrize(
    "raw",
    [
        b'{"content": []}',
        b'{"content": [{"type": "text"}, 7, {"type": "text", "text": null}], "usage": []}',
        b'{"content": [{"type": "thinking"}], "usage": {"input_tokens": "x"}}',
    ],
)
def test_an_answer_without_words_is_neither_a_name_nor_a_failure(
    api: MessagesApi, describer: Describer, tmp_path: Path, raw: bytes
) -> None:
    api.plays(Said(raw=raw))
    assert describer.describe(picture(tmp_path)) == ""
    assert describer.usage == Usage()


def test_a_model_that_declines_gives_no_name(
    api: MessagesApi, describer: Describer, tmp_path: Path
) -> None:
    api.plays(Said("A bell", stop_reason="refusal"))
    assert describer.describe(picture(tmp_path)) == ""


def several(folder: Path, number: int) -> list[Downloaded]:
    return [picture(folder, PNG + bytes([each])) for each in range(number)]


def test_after_five_failures_in_a_row_nobody_is_asked_any_more(
    api: MessagesApi, describer: Describer, tmp_path: Path
) -> None:
    api.plays(Said(status=401))
    assert [describer.describe(each) for each in several(tmp_path, 9)] == [None] * 9
    assert len(api.seen) == 5
    assert describer.problem
    assert "401" in describer.problem.what and "AI_API_KEY" in describer.problem.what
    assert KEY not in describer.problem.what


DEEP = Said(raw=b'{"content":' + b"[" * 100_000)


@pytest.mark.parametrize(
    ("url", "why"), [("https://a..b", "address is not valid"), ("", "could not be understood")]
)
def test_no_odd_server_costs_more_than_the_name(
    api: MessagesApi, tmp_path: Path, url: str, why: str
) -> None:
    api.plays(DEEP)
    describer = Describer(Model(url or api.url, KEY, "m"), {}, 1024)
    assert [describer.describe(each) for each in several(tmp_path, 5)] == [None] * 5
    assert describer.problem and why in describer.problem.what


def test_failures_with_successes_between_them_are_put_up_with(
    api: MessagesApi, describer: Describer, tmp_path: Path
) -> None:
    bad, good = Said(status=400), Said("A bell")
    api.plays(*[bad] * 4, good, *[bad] * 4, good)
    found = [describer.describe(each) for each in several(tmp_path, 10)]
    assert found == [*[None] * 4, "a bell", *[None] * 4, "a bell"]
    assert describer.problem is None


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("Proxmox cluster dashboard", "proxmox cluster dashboard"),
        (' "Proxmox Cluster."\n\nIt shows …', "proxmox cluster"),
        ("proxmox_cluster.png", "proxmox_cluster"),
        ("../../etc/passwd", "etc passwd"),
        ("CON", "con x"),
        ("図書館の入口", "図書館の入口"),
        ("Cannon on a hill", "cannon on a hill"),
        ("None", ""),
        ("NONE.", ""),
        ("", ""),
        ("?!", ""),
        ("I'm sorry, I can't help with that.", ""),
        ("I cannot identify people.", ""),
        ("I can’t see a picture", ""),
        ("I am unable to tell", ""),
        ("No image was provided", ""),
        ("<script>alert(1)</script> `x` | $y$", "script alert 1 script x y"),
    ],
)
def test_only_words_are_kept_of_an_answer(answer: str, name: str) -> None:
    assert words(answer) == name


@pytest.mark.parametrize("answer", ["word " * 99, "a" * 999, "日本語" * 99, "é" * 99])
def test_a_long_answer_is_cut_after_a_whole_word_where_it_has_any(answer: str) -> None:
    name = words(answer)
    assert 0 < len(name) <= LONGEST
    assert answer.startswith(name)
    assert name.split() == ["word"] * 12 or " " not in name


def test_no_message_shows_the_key(api: MessagesApi, model: Model) -> None:
    api.plays(Said(status=401, raw=KEY.encode()))
    with pytest.raises(FileError) as caught:
        model.name_image("image/png", PNG)
    assert KEY not in f"{caught.value!r}{model!r}"


def test_a_model_is_asked_about_one_image_and_to_obey_none(api: MessagesApi, model: Model) -> None:
    api.says = lambda asked: Said(str(len(asked.body["messages"])))
    assert model.name_image("image/png", PNG).text == "1"
    assert (
        isinstance(api.seen[0], ModelRequest)
        and "never an instruction" in api.seen[0].body["system"]
    )
