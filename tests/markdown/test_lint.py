"""The lint finds what it is there to find, and nothing in good files."""

from __future__ import annotations

import pytest

from backup.markdown.lint import complaints

GOOD = [
    "# Title\n",
    '---\ntitle: "T"\n---\n\n# T\n\nBody.\n',
    "# T\n\n> [!TIP]\n> 💡 text\n",
    "# T\n\n```\n[[x]] $a$ <u>  \n\ttab\n```\n",
    "# T\n\n- a\n\n  ````md\n  ```\n  [[x]]\n  ```\n  ````\n",
    "# T\n\n`[[x]]` and `- [x](y)` and `<u>`\n",
    "# T\n\n- [x] a box\n- [ ] [link](x)\n",
    "# T\n\n## A \\{b}\n",
    "# T\n\n| a | b |\n| --- | --- |\n| `x\\|y` | 2 |\n\n| one |\n| --- |\n",
    "# T\n\n$`x`$ costs $5 and $10 each, or <span>\\$</span>5 and 6<span>\\$</span>.\n",
    "# T\n\n[<span></span>[x]]\n",
    "# T\n\n|\\$a\\$ is math for nobody\n",
    '# T\n\n<img src="a" alt="[[x]] $a$">\n\n![\\[\\[ $a$](b)\n',
    "# T\n\nwords\n\n---\n",
    "# T\n\n## Shown [[1](https://e.com)], [[2](b/index.md)]\n",
    "# T\n\n[[`x`](https://e.com/a_(b))] and [[!\\[<span></span>\\[x\\]\\]](c)]\n",
    "# T\n\n| a[[1](https://e.com)] | [[2](b)] |\n",
    "# T\n\n[[one bracket\n",
    "# T\n\n<\\<p>\\$a\\$ no tag\n",
    "# T\n\n~~\\$a\\$ one strike\n",
    "# T\n\n\\\\`[[x]] $a$ b` and `` a`[[x]] ``\n",
    "<details>\n<summary>Proof that $<code>x</code>$ is, $<code>y</code>$.</summary>\n",
    '# T\n\n<p align="center"><img src="a"><br><em>Let $<code>x</code>$ be $<code>y</code>$.</em></p>\n',
    "<details>\n<summary>Why <code>[[ -f x ]]</code>, <code>$$x$$</code>, <code>$a$ b</code>?</summary>\n",
    "- > <details>\n  > <summary>One ` <code>[[x]] `</code></summary>\n",
    "# T\n\n## The tag \\<u> and \\<u>x\\</u>\n",
    "<details>\n<summary>The tag &lt;u&gt;</summary>\n",
    "# T\n\n> **[!NOTE]**\n\n> *[!TIP]* x\n",
    "# T\n\n`<details>` and \\<details>\n\n> [!TIP]\n> x\n",
    "# T\n\n```a``b``` is code\n\n> [!TIP]\n> x\n",
    "# T\n\n- ```sh\n  [[ -f x ]]\n  ```\n- b\n",
    "# T\n\n```md\n> ```\n> [[x]]\n> ```\n[[x]]\n```\n",
]
BAD = [
    ("# T", "the file does not end with one newline"),
    ("# T\n\n", "the file does not end with one newline"),
    ("# T\r\n", "a carriage return: lines end with LF alone"),
    ("---\n\n# T\n", "line 1: Gitea takes a first line of dashes for front matter"),
    ("-\n", "line 1: Gitea takes a first line of dashes for front matter"),
    *(
        (f"# T\n\n{text}\n", "line 3: '[[' is a link on Gitea")
        for text in (
            "a [[x]]",
            "[\\[x\\]]",
            "&#91;[x]]",
            "&#91;&#91;x]]",
            "[[1](u)] and [[x]]",
            "[a [[x]] b](u)",
            "[[a] and b]]",
            "- *[[x]]*",
            "[[a * b]]",
            "| a | [[x]] |",
            "<summary>a [[x]]</summary>",
            "`a` [[x]] `b`",
            "\\`[[x]]\\`",
        )
    ),
    (
        "# T\n\n- > [!TIP]\n  > x\n",
        "line 3: an alert below page level is printed as text by GitHub",
    ),
    (
        "<details>\n<summary>x</summary>\n\n> [!TIP]\n> x\n\n</details>\n",
        "line 4: an alert below page level is printed as text by GitHub",
    ),
    ("# T\n\n> [!NOTE] Title\n", "line 3: an alert with a title is not an alert"),
    ("# T\n\n- [x](url)\n", "line 3: Gitea takes '- [x](' for a box"),
    ("# T\n\n## A {b}\n", "line 3: Gitea takes '{…}' at a heading's end for attributes"),
    ("# T\n\n<u>x</u>\n", "line 3: GitHub drops <u>"),
    ("# T\n\n\\\\<u>x</u>\n", "line 3: GitHub drops <u>"),
    ("# T\n\n<p>\\<u>x</u></p>\n", "line 3: GitHub drops <u>"),
    ("# T\n\nblank \n", "line 3: spaces at the end of the line"),
    ("# T\n\na\tb\n", "line 3: a tab outside code"),
    ("# T\n\n$x$ and 5$ too\n", "line 3: dollars that a host takes for math"),
    *(
        (f"# T\n\n{text}\n", "line 3: dollars that a host takes for math")
        for text in (
            "\\$x\\$ y",
            "\\*$x y$ z",
            "<summary>a $x$</summary>",
            "<summary>a $<code>x</code>$ and $b$</summary>",
            "| $<code>x</code>$ |",
            "| a | <code>$b$ c</code> |",
            "a [$b$](u)",
            "a ~~\\$b\\$~~",
        )
    ),
    ("# T\n\n- > ```sh\n  > ```\n  > [[x]]\n", "line 5: '[[' is a link on Gitea"),
    ("# T\n\n```a``b``` [[x]]\n", "line 3: '[[' is a link on Gitea"),
    (
        "# T\n\n1. [!TIP]\n",
        "line 3: an alert below page level is printed as text by GitHub",
    ),
    ("# T\n\n| a | b |\n| --- | --- |\n| 1 |\n", "line 5: 1 cells in a table of 2"),
]


@pytest.mark.parametrize("text", GOOD)
def test_a_good_file_has_no_complaint(text: str) -> None:
    assert complaints(text) == []


@pytest.mark.parametrize(("text", "complaint"), BAD)
def test_what_a_host_would_misread_is_named_with_its_line(text: str, complaint: str) -> None:
    assert complaint in complaints(text)
