"""CPU time a letter of other engines on the letters that `benches/letters.rs` left.

Usage: peers.py LETTERS FONTS. Typst gets the package's own layout; WeasyPrint an HTML page with the same
words, fonts, size and table, since it knows no Typst.
"""

import html
import json
import os
import pathlib
import resource
import shutil
import sys
import tempfile

LETTERS, FONTS = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
ROWS = [json.loads(line) for line in (LETTERS / "letters.jsonl").read_text().splitlines()]
TICK = 1000 / os.sysconf("SC_CLK_TCK")


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1000


def measure(make, rows):
    make(rows[0])
    before = cpu()
    sizes = [len(make(row)) for row in rows]
    return (cpu() - before) / len(rows), sum(sizes) / len(sizes)


def typst_binding(root, first):
    """A compiler of the binding that is kept between letters; it has laid out two letters when it is given back."""
    import typst

    compiler = typst.Compiler(
        str(root / "layout.typ"), root=str(root), font_paths=[str(FONTS)], ignore_system_fonts=True
    )
    standards = ["a-2a", "ua-1"]
    make = first(root, lambda **more: compiler.compile(format="pdf", pdf_standards=standards, **more))
    one, other = make(ROWS[0]), make(ROWS[1])
    assert one != other, "the binding did not see the next letter's data"
    return make


def typst_by_inputs():
    """Data goes in as `sys.inputs`, which is what the binding offers for it."""
    root = LETTERS / "by-inputs"
    shutil.copytree(LETTERS / "package", root, dirs_exist_ok=True)
    page = root / "_shared" / "page.typ"
    text = page.read_text()
    changed = text.replace('json("/data.json")', "json(bytes(sys.inputs.data))")
    changed = changed.replace('image("/code.svg"', "image(bytes(sys.inputs.code)")
    assert changed.count("sys.inputs.data") == 1 and "sys.inputs.code" in changed
    page.write_text(changed)

    def first(_, compile):
        return lambda row: compile(
            sys_inputs={"data": json.dumps(row["data"], ensure_ascii=False), "code": row["code"]}
        )

    return typst_binding(root, first)


def typst_by_files():
    """Data goes in as files that are written anew, as chancery's own virtual files are: its best case."""

    def first(root, compile):
        def make(row):
            (root / "data.json").write_text(json.dumps(row["data"], ensure_ascii=False))
            (root / "code.svg").write_text(row["code"])
            return compile()

        (root / "data.json").write_text("{}")
        return make

    return typst_binding(LETTERS / "package", first)


def weasyprint():
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    faces = "".join(
        f"@font-face {{ font-family: {family}; src: url('file://{FONTS / file}'); font-weight: {weight}; }}"
        for family, file, weight in [
            ("Serif", "NotoSerifSC-Regular.ttf", 400),
            ("Sans", "NotoSansSC-Bold.ttf", 700),
        ]
    )
    fonts = FontConfiguration()
    style = CSS(
        string=faces
        + """@page { size: A4; margin: 37mm 26mm 35mm 28mm;
             @bottom-center { content: "第 " counter(page) " 页／共 " counter(pages) " 页"; font: 9pt Serif } }
             body { font: 15.8pt/1.83 Serif } h1, h2, th { font-family: Sans; font-weight: 700 }
             h1 { font-size: 22pt; text-align: center } h2 { font-size: 11.5pt; margin: 0 }
             p { margin: 0; text-indent: 2em } table { width: 100%; border-collapse: collapse; font-size: 12.5pt }
             td, th { border-top: 0.3pt solid #b9c0c8; text-align: left } .n { text-align: right } img { width: 21mm }""",
        font_config=fonts,
    )

    def make(row):
        data, words = row["data"], html.escape
        parts = [f"<html lang=zh><head><title>{words(data['title'])}</title></head><body>"]
        parts.append(f"<h1>{words(data['title'])}</h1>")
        for name, lines in data["sections"].items():
            if name != "footer":
                parts += [f"<p>{words(line)}</p>" for line in lines]
        table = data["table"]
        parts.append(f"<h2>{words(table['caption'])}</h2><table>")
        for cells in [table["columns"], *table["rows"], table["total"]]:
            parts.append("<tr>" + "".join(f"<td>{words(cell)}</td>" for cell in cells) + "</tr>")
        parts.append("</table>")
        code = pathlib.Path(tempfile.gettempdir()) / f"peer-{os.getpid()}.svg"
        code.write_text(row["code"])
        parts.append(f"<img alt=核验二维码 src='file://{code}'></body></html>")
        document = HTML(string="".join(parts))
        return document.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1")

    return make


def main():
    own = json.loads((LETTERS / "chancery.json").read_text())
    of = lambda what: own[what] * TICK / own["letters"]
    made = of("made_ticks")
    print(f"chancery, laid out and proved for glyphs {of('composed_ticks'):8.2f} ms")
    print(f"chancery, all of it proved and written   {made:8.2f} ms")
    print(f"chancery, also read back and swept       {of('checked_ticks'):8.2f} ms")
    for name, start, rows, goal in [
        ("typst binding, data by sys_inputs", typst_by_inputs, ROWS, 2.2),
        ("typst binding, data by files", typst_by_files, ROWS, None),
        ("WeasyPrint", weasyprint, ROWS[:20], 25),
    ]:
        spent, size = measure(start(), rows)
        ratio = spent / made
        verdict = "" if goal is None else f"(goal {goal}: {'reached' if ratio >= goal else 'not reached'})"
        print(f"{name:40} {spent:8.2f} ms  {size / 1000:7.1f} kB  ratio {ratio:6.2f}  {verdict}")


main()
