"""Names: readable, safe on every system, and given only once."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backup.files.names import ATTACHMENTS, Claim, assign, is_ours, says_something, stem
from backup.model import File
from backup.slug import is_reserved


def image(identity_: str, stem_: str = "image", digest: str = "", extension: str = "png") -> Claim:
    return Claim(identity_, "image", stem_, extension, digest or identity_)


def attachment(name: str, identity_: str = "", extension: str = "pdf") -> Claim:
    file = File("key", "attachment", "https://x.example/", True, name)
    return Claim(
        identity_ or name, "attachment", stem(file, extension), extension, identity_ or name
    )


def path_of(name: str, extension: str = "pdf") -> str:
    (path,) = assign([attachment(name, extension=extension)], {}).values()
    return path


def test_images_are_numbered_in_their_order_in_the_page() -> None:
    assert assign([image("a", "router"), image("b"), image("c", "日本語")], {}) == {
        "a": "assets/1-router.png",
        "b": "assets/2-image.png",
        "c": "assets/3-日本語.png",
    }


def test_an_image_inserted_above_takes_the_next_free_number() -> None:
    known = {"a": "assets/1-a.png", "b": "assets/2-b.png"}
    assert assign([image("new", "n"), image("a", "x"), image("b", "y")], known) == {
        **known,
        "new": "assets/3-n.png",
    }


def test_a_replaced_image_takes_over_the_number_that_fell_free() -> None:
    known = {"old": "assets/1-plan.png", "b": "assets/2-b.png"}
    assert assign([image("new", "plan"), image("b")], known)["new"] == "assets/1-plan.png"


def test_a_file_that_could_not_be_downloaded_keeps_its_number_for_the_next_run() -> None:
    failed = Claim("a", "image", "a")
    first = assign([failed, image("b", "b")], {})
    assert first["b"] == "assets/2-b.png"
    assert assign([image("a", "a"), image("b", "b")], {"b": first["b"]})["a"] == "assets/1-a.png"


def test_equal_content_has_one_path() -> None:
    claims = [image("a", "a", "same"), image("b", "b", "same"), attachment("c.png", "same")]
    assert set(assign(claims, {}).values()) == {"assets/1-a.png"}
    known = {"b": "assets/7-b.png"}
    assert set(assign(claims, known).values()) == {"assets/7-b.png"}


def test_two_contents_never_share_a_path_even_if_the_state_says_so() -> None:
    known = {"a": "assets/1-a.png", "b": "assets/1-a.png"}
    assert assign([image("a"), image("b", "b")], known) == {
        "a": "assets/1-a.png",
        "b": "assets/2-b.png",
    }


def test_a_known_name_keeps_its_words_when_its_format_changes() -> None:
    assert assign([image("a", extension="webp")], {"a": "assets/1-a.png"}) == {
        "a": "assets/1-a.webp"
    }


@pytest.mark.parametrize(
    "path",
    [
        "assets/../../x.png",
        "../x.png",
        "/etc/passwd",
        "assets",
        "assets/",
        "index.md",
        "assets/a/b.png",
        "assets/.gitattributes",
        "attachments/CON.png",
        "attachments/..",
        "assets\\x.png",
        "attachments/a\\b.png",
        "attachments/a\nb.png",
    ],
)
def test_a_path_that_no_run_gave_is_not_taken_from_the_state(path: str) -> None:
    assert not is_ours(path)
    assert assign([image("a", "a")], {"a": path}) == {"a": "assets/1-a.png"}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Quarterly Report (final).pdf", "attachments/Quarterly Report (final).pdf"),
        ("../../x", "attachments/x.pdf"),
        ("..\\..\\x", "attachments/x.pdf"),
        ("a/b:c*d?.pdf", "attachments/a-b-c-d.pdf"),
        ("CON.png", "attachments/CON-x.pdf"),
        ("nul", "attachments/nul-x.pdf"),
        (".git", "attachments/git.pdf"),
        (".htaccess", "attachments/htaccess.pdf"),
        ("-rf.pdf", "attachments/rf.pdf"),
        ("🦊 fox 🎉.pdf", "attachments/🦊 fox 🎉.pdf"),
        ("tab\tand\nline\x00.pdf", "attachments/tab and line.pdf"),
        ("right\u202eto left.pdf", "attachments/rightto left.pdf"),
        ("dots and blanks. . .pdf", "attachments/dots and blanks.pdf"),
        ("v1.2 notes", "attachments/v1.2 notes.pdf"),
        ("report.PDF", "attachments/report.pdf"),
        ("report.docx", "attachments/report.pdf"),
        ("", "attachments/file.pdf"),
        ("???", "attachments/file.pdf"),
        ("日本語.pdf", "attachments/日本語.pdf"),
    ],
)
def test_an_attachment_keeps_its_own_name_made_safe(name: str, path: str) -> None:
    assert path_of(name) == path
    assert is_ours(path)


def test_two_endings_that_belong_together_stay() -> None:
    assert path_of("logs.tar.gz", "gz") == "attachments/logs.tar.gz"


@pytest.mark.parametrize("letter", ["a", "é", "日", "🦊"])
def test_a_name_of_300_characters_is_cut_to_what_file_systems_take(letter: str) -> None:
    name = path_of(letter * 300 + ".pdf").partition("/")[2]
    assert name.endswith(letter + ".pdf")
    assert 100 < len(name.encode()) <= 143


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Report.pdf", "report.PDF"),
        ("Café.pdf", "Cafe\u0301.pdf"),
        ("STRASSE.pdf", "straße.pdf"),
        ("a?.pdf", "a.pdf"),
    ],
)
def test_names_that_a_file_system_cannot_tell_apart_are_numbered(first: str, second: str) -> None:
    paths = assign([attachment(first, "1"), attachment(second, "2"), attachment(second, "3")], {})
    assert len({unicodedata.normalize("NFC", path).casefold() for path in paths.values()}) == 3
    assert paths["2"].endswith("-2.pdf")
    assert paths["3"].endswith("-3.pdf")


@pytest.mark.parametrize(
    ("words", "description", "name"),
    [
        ("The back of it", "", "the-back-of-it"),
        ("router-setup.png", "", "router-setup"),
        ("See setup.py", "", "see-setup-py"),
        ("", "", "image"),
        ("🎉", "", "image"),
        ("CON", "", "con-x"),
        ("Prerequisites", "Proxmox cluster dashboard!", "prerequisites-proxmox-cluster-dashboard"),
        ("x", "y" * 300, "x-" + "y" * 60),
    ],
)
def test_an_image_is_called_by_its_words(words: str, description: str, name: str) -> None:
    file = File("key", "image", "https://x.example/", True, "IMG_1.png", words)
    assert stem(file, "png", description) == name


@pytest.mark.parametrize(
    "name",
    ["router-setup.png", "Grundriss EG.jpg", "網路圖.png", "2024_budget_chart.webp", "logo.svg"],
)
def test_a_name_that_describes_the_image_says_something(name: str) -> None:
    assert says_something(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "image.png",
        "Untitled.png",
        "image (1).png",
        "IMG_20240102_101112.jpg",
        "DSC00042.JPG",
        "PXL_20240102.jpg",
        "Screenshot 2024-01-02 at 10.11.12 AM.png",
        "Screen Shot 2020-07-20 at 13.32.01.png",
        "Bildschirmfoto 2024-01-02 um 10.11.12.png",
        "スクリーンショット 2024-01-02 10.11.12.png",
        "WhatsApp Image 2024-01-02.jpeg",
        "photo-1593642533144-3d62aa4783ec",
        "d2a1c0f4-7a3f-4c1e-9e5b-0f9f3c7a9b11.png",
        "3f2a9c.png",
        "📷.png",
    ],
)
def test_a_name_that_a_camera_or_program_gave_says_nothing(name: str) -> None:
    assert not says_something(name)


@given(st.text(max_size=400), st.sampled_from(["pdf", "gz", "png", "bin"]))
def test_any_own_name_gives_a_path_that_is_safe_everywhere(name: str, extension: str) -> None:
    path = path_of(name, extension)
    folder, _, last = path.partition("/")
    assert is_ours(path)
    assert folder == ATTACHMENTS
    assert last.endswith(f".{extension}")
    assert len(last.encode()) <= 143
    assert not is_reserved(last)
    assert not set(last) & set('/\\:*?"<>|\0\n')
    assert not last.startswith((".", "-", " ", "~"))
