"""Nothing that opens a file is ever kept of its URL, and what tells two files apart is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backup import urls
from backup.files.names import identity
from backup.markdown import page as document
from backup.markdown.context import Context
from backup.markdown.inline import inline
from backup.markdown.runs import run
from backup.model import Block, File, Page

S3 = "https://prod-files-secure.s3.us-west-2.amazonaws.com/space/uuid/a.png"


def same(first: str, second: str, *, hosted: bool = False) -> bool:
    return identity(File("k", "image", first, hosted)) == identity(
        File("k", "image", second, hosted)
    )


def shown_by_a_link(url: str) -> str:
    """The Markdown of a text 'a' that leads to `url`."""
    return inline([run("a", url)], Context())


@pytest.mark.parametrize(
    "url",
    [
        S3,
        S3 + "?X-Amz-Signature=1",
        "https://prod-files-secure.s3.eu-central-1.amazonaws.com/space/uuid/a.png",
        "https://s3.us-west-2.amazonaws.com/secure.notion-static.com/uuid/a.png",
        "https://file.notion.so/f/f/space/uuid/a.png?table=block",
        "https://file.notion.com/f/f/space/uuid/a.png?table=block",
        "https://eu-prod-files-secure.s3.amazonaws.com/space/uuid/a.png",
        "https://prod-files-secure-eu.s3.eu-central-1.amazonaws.com/space/uuid/a.png",
        "https://user@FILE.notion.so/f/f/space/uuid/a.png",
        "http://127.0.0.1:8000/space/uuid/a.png?x=1&x-amz-signature=1",
    ],
)
def test_files_of_notion_are_known_by_host_or_signature(url: str) -> None:
    assert urls.is_hosted(url)
    assert urls.public(url) == ""
    assert shown_by_a_link(url) == "a"


@pytest.mark.parametrize(
    "url",
    [
        "https://d1.cloudfront.example/a.png?Expires=1&Signature=2&Key-Pair-Id=3",
        "https://bucket.s3.amazonaws.com/a.png?w=1&X-Amz-Credential=2",
        "https://www.notion.so/image/https%3A%2F%2Fs3.amazonaws.com%2Fsecure.notion-static.com%2Fa",
        "https://proxy.example/?url=https://file.notion.com/f/f/space/uuid/a.png",
    ],
)
def test_what_others_signed_or_wrapped_is_not_notions_and_stays_out_of_texts_too(url: str) -> None:
    assert not urls.is_hosted(url)
    assert urls.is_signed(url)
    assert shown_by_a_link(url) == "a"


@pytest.mark.parametrize(
    "url",
    [
        "https://images.unsplash.com/photo-1?ixlib=rb-1.2.1",
        "https://s3-us-west-2.amazonaws.com/public.notion-static.com/emoji.png",
        "https://www.notion.so/images/page-cover/woodcuts_2.jpg",
        "https://evil.example/prod-files-secure.s3.us-west-2.amazonaws.com/a.png",
        "https://x.example/?note=X-Amz-Signature",
        "https://file.notion.com.example/a.png",
    ],
)
def test_other_urls_are_not_taken_for_notions(url: str) -> None:
    assert not urls.is_hosted(url)
    assert not urls.is_signed(url)
    assert shown_by_a_link(url) == f"[a]({url})"


def test_a_new_signature_is_still_the_same_file() -> None:
    assert same(S3 + "?X-Amz-Signature=1&x-id=Get", S3 + "?X-Amz-Signature=2", hosted=True)
    assert not same(S3, S3.replace("uuid", "other"), hosted=True)


def test_an_external_query_tells_images_apart_unless_it_is_a_signature() -> None:
    cdn = "https://cdn.example/render"
    assert not same(f"{cdn}?id=1", f"{cdn}?id=2")
    assert same(f"{cdn}?id=1&Expires=1&Signature=abc", f"{cdn}?id=1&Expires=2&Signature=def")
    assert same(f"{cdn}?id=1&token=a", f"{cdn}?token=b&id=1#part")
    assert not same(cdn, "https://other.example/render")


def test_data_urls_are_told_apart_by_their_content() -> None:
    assert not same("data:image/png;base64,AAAA", "data:image/png;base64,AAAB")
    assert len(identity(File("k", "image", "data:image/png;base64," + "A" * 9999, False))) < 60


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://x.example/a.png?w=800#top", "https://x.example/a.png?w=800"),
        ("https://user:pass@x.example:8443/a.png", "https://x.example:8443/a.png"),
        (
            "https://x.example/a.png?sig=1&w=8&access_token=2&API_KEY=3",
            "https://x.example/a.png?w=8",
        ),
        ("https://b.example/o?X-Goog-Signature=1&X-Goog-Date=2", "https://b.example/o"),
        ("file:///etc/passwd", ""),
        ("javascript:alert(1)", ""),
        ("data:image/png;base64,AAAA", ""),
    ],
)
def test_what_is_shown_of_an_external_url_has_no_secret(url: str, shown: str) -> None:
    assert urls.public(url) == shown


@given(st.text(max_size=40), st.booleans())
def test_any_text_for_an_url_has_an_identity(text: str, hosted: bool) -> None:
    file = File("k", "image", text, hosted)
    assert identity(file) == identity(file)
    assert not urls.is_hosted(urls.public(text))
    urls.last_segment(text)


@pytest.mark.parametrize("kind", ["bookmark", "embed", "link_preview"])
@pytest.mark.parametrize(
    "url",
    [
        "https://file.notion.so/f/f/space/uuid/plan.pdf?table=block&X-Amz-Signature=secret",
        "https://example.com/plan.pdf?X-Amz-Signature=secret&Expires=1",
        S3 + "?X-Amz-Credential=secret&X-Amz-Signature=secret",
    ],
)
def test_a_signed_address_is_not_shown_as_a_text_either(kind: str, url: str) -> None:
    """Neither where a block is only an address, nor in a property that is one."""
    block = Block("b" * 32, kind, {"url": url})
    page = Page(
        "a" * 32,
        {"properties": {"Link": {"id": "l", "type": "url", "url": url}}},
        (block,),
        {"Link": {"id": "l", "type": "url", "url": {}}},
    )
    text = document.render(page, Context())
    assert "secret" not in text and "X-Amz" not in text
    assert "plan.pdf" in text or "a.png" in text
