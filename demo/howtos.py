"""The pages of the sample wiki that tell how to do things."""

from __future__ import annotations

from backup.model import Json
from demo import drawings
from demo.notes import Notes
from fakenotion import blocks as b
from fakenotion import build
from fakenotion.build import text

_STATUS = "https://status.example.com/"
_DECISION = """\
flowchart TD
  A[No data] --> B{Other gateways fine?}
  B -- yes --> C[Power?]
  B -- no --> D[Call the provider]
  C -- off --> E[Go there]
  C -- on --> F[Restart the bridge]"""


def pages(notes: Notes) -> None:
    """Their texts."""
    contacts = _silent(notes)
    _online(notes, contacts)
    _python(notes)
    _harmonics(notes)
    _calibrate(notes)
    _spares(notes, contacts)


def _silent(notes: Notes) -> str:
    """The page on gateways; the id of its synced contacts."""
    call = [
        b.paragraph(text("Harbour master", bold=True), ": channel 12, day and night"),
        b.paragraph(text("Ben", bold=True), ": +49 471 555 0117"),
    ]
    ids = notes.write(
        "silent",
        b.callout("⚠️", "Never climb the mast alone, and never in more than five Beaufort."),
        b.paragraph(
            "A gateway is silent when it has sent nothing for ", text("ten minutes", bold=True), "."
        ),
        b.heading(2, "First, from the warm side"),
        *b.numbers(
            ["Is it only ours? Look at ", text("the status page", link=_STATUS), "."],
            "Log in and ask the service.",
            "Still nothing? Go there.",
        ),
        b.code(
            "ssh gateway-3 'systemctl status lora-bridge'\njournalctl -u lora-bridge --since -1h",
            "bash",
        ),
        b.heading(2, "Then decide"),
        b.code(_DECISION, "mermaid"),
        b.heading(2, "Whom to call"),
        build.block("synced_block", children=call),
        b.callout(
            "🚨",
            ["Smoke or a swinging mast: ", text("call 112 first", bold=True), "."],
            "red_background",
        ),
        by="ben",
    )
    return ids[-2]


def _online(notes: Notes, contacts: str) -> None:
    network = notes.image("network.png", drawings.network())
    contents = build.block("table_of_contents", color="gray")
    notes.write(
        "online",
        build.block("breadcrumb"),
        contents,
        b.paragraph(
            "Half a day for two people. You need ",
            notes.link("spares", "a box of spares"),
            " and somebody who has done it before.",
        ),
        b.media(
            "image", network, "From the gauge to the screen: nine gauges, three gateways, one store"
        ),
        b.callout("💡", "Take a photo of every connector before you close the lid."),
        b.heading(1, "Mount it"),
        *_mounting(),
        b.heading(1, "Tell it who it is"),
        b.code(
            "gauge:\n  id: 10\n  name: old-pier\n  zero: 5.021  # metres above chart datum\n"
            "  every: 60s",
            "yaml",
            "/etc/gauge.yaml",
        ),
        b.heading(1, "Check the first tide"),
        b.to_do("The reading agrees with the staff within 1 cm", checked=True),
        b.to_do(["At night, too"], children=[b.to_do("and in the rain")]),
        b.paragraph("Nothing arrives? ", notes.mention("silent"), "."),
        build.block("synced_block", synced_from={"type": "block_id", "block_id": contacts}),
    )
    said = notes.workspace.add_comment(
        notes.rows["online"], "Step 3 needs the longer bolts now.", notes.people["ben"]
    )
    notes.workspace.reply(said, ["M8 × 60, ", text("not", italic=True), " M8 × 40."])
    last = notes.workspace.listed(notes.rows["online"])[-2]
    notes.workspace.add_comment(last, "Nor at spring tide.", notes.people["mio"])


def _mounting() -> list[Json]:
    deep = build.block(
        "numbered_list_item",
        "Stainless bolts, M8:",
        children=[
            *b.bullets(
                "four above the water,",
                build.block(
                    "bulleted_list_item",
                    "two below,",
                    children=[b.paragraph("which need the ", text("long", italic=True), " key.")],
                ),
            ),
        ],
    )
    drill = build.block("numbered_list_item", "Drill.", children=[deep, *b.numbers("Sealant.")])
    return [
        *b.numbers("Wait for low water.", drill, [text("Level it.", bold=True), "\nTwice."]),
        b.paragraph("Then have tea."),
        build.block(
            "numbered_list_item", "Count the tools.", list_start_index=4, list_format="numbers"
        ),
    ]


def _python(notes: Notes) -> None:
    notes.write(
        "python",
        b.paragraph(
            "All readings are one SQL table; ", text("tide.read()", code=True), " is all you need."
        ),
        b.code(
            "import tide\n\nlevels = tide.read('old-pier', days=2)\nprint(f'{levels.max():.2f} m')",
            "python",
            "Two days of one gauge",
        ),
        b.media(
            "image",
            notes.image("two-days.png", drawings.tide_chart()),
            "Old pier, two days in August",
        ),
        b.heading(3, "Without Python"),
        b.code("SELECT time, level\nFROM readings\nWHERE gauge = 10 AND level > 6.5;", "sql"),
        b.code('{"gauge": 10, "level": 6.52, "quality": "ok"}', "json"),
        b.table(
            [
                ["Quality", "Meaning", "Use it?"],
                [text("ok", code=True), "passed all checks", "✅"],
                [text("gap|filled", code=True), ["interpolated\nat most 10 min"], "with a note"],
                [text("raw", code=True), [], "❌"],
            ],
            first_column=True,
        ),
        b.heading(4, "Where it lies"),
        b.media(
            "file",
            build.hosted(notes.workspace.files.keep("sample-readings.csv", _csv())),
            name="sample-readings.csv",
        ),
        b.code("```\nA fence inside a fence, from the old wiki.\n```", "markdown"),
    )


def _csv() -> bytes:
    lines = [f"2026-08-30T{hour:02d}:00Z,10,{5 + hour % 12 / 6:.2f},ok" for hour in range(24)]
    return "\n".join(["time,gauge,level,quality", *lines, ""]).encode()


def _harmonics(notes: Notes) -> None:
    notes.write(
        "harmonics",
        b.paragraph("A tide is a sum of pure waves; each has a period that the sky sets."),
        b.paragraph(
            "The moon's main wave, ",
            build.equation("M_2"),
            ", takes ",
            build.equation(r"T = 12.42\,\mathrm{h}"),
            " and is ",
            build.equation("2A"),
            " high. It costs $0.",
        ),
        b.equation(r"h(t) = \sum_{k=1}^{37} A_k \cos\left(\omega_k t - \varphi_k\right)"),
        build.block(
            "toggle",
            "Why 37?",
            children=[
                b.paragraph("Because the harbour office stopped counting there in 1921."),
                build.block(
                    "quote",
                    "More is noise, fewer is a wet cellar.",
                    children=[b.paragraph("The clerk, in the margin")],
                ),
            ],
        ),
        b.heading(2, "To remember", children=[*b.bullets("M2: moon", "S2: sun", "K1: both")]),
        b.link_to_page(notes.rows["slowly"]),
    )


def _calibrate(notes: Notes) -> None:
    notes.write(
        "calibrate",
        b.paragraph("校正は", text("年に一度", bold=True), "、大潮の前日に行います。"),
        *b.numbers(
            "基準点の高さを測る。", "水位計の値と比べる。", "差が1cmを超えたら、ゼロ点を直す。"
        ),
        b.callout(
            "✅", ["終わったら ", build.mention_user(notes.people["mio"]), " に知らせてください。"]
        ),
        b.paragraph("English version: ", notes.mention("online"), ", last section."),
        by="mio",
    )


def _spares(notes: Notes, contacts: str) -> None:
    notes.write(
        "spares",
        b.table(
            [
                ["What", "Where", "Who"],
                ["Sensor head", "Box A/3", build.mention_user(notes.people["ben"])],
                ["Long key (M8)", "Ben's car, always", build.mention_user(notes.people["ben"])],
                [
                    "Multimeter",
                    "\\\\shelf\\2",
                    [text("lent", strikethrough=True), " back ", build.mention_date("2026-09-20")],
                ],
            ]
        ),
        b.paragraph(
            "Missing something? ", notes.link("silent", "These people know", contacts), "."
        ),
        by="ben",
    )
