"""ZIPs and DOCX: bombs, ways out, lies, what they could fetch or run."""

import io
import stat
import struct
import zipfile
from collections.abc import Mapping

from tests import files
from tests.hostile import READY, UNPACKED, hostile

MIB = 1024**2
GOOD = files.text_pdf("Plan: rest")


def zipped(members: Mapping[str, bytes], *, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def link(target: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("scan.pdf")
        entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, target)
    return out.getvalue()


def overlapping() -> bytes:
    """The same packed bytes under a hundred names, as in D. Fifield's bomb without nesting."""
    whole = zipped({"a.txt": b"a" * 500_000})
    start = whole.index(b"PK\x01\x02")
    end = whole.index(b"PK\x05\x06")
    entry, closing = whole[start:end], bytearray(whole[end:])
    closing[8:12] = struct.pack("<HH", 100, 100)
    closing[12:16] = struct.pack("<I", 100 * len(entry))
    return whole[:start] + entry * 100 + bytes(closing)


def changed(whole: bytes, *, central: tuple[int, bytes], local: tuple[int, bytes] | None = None) -> bytes:
    """Bytes at an offset of the first entry of the directory, and of its own header, replaced."""
    out = bytearray(whole)
    place = whole.index(b"PK\x01\x02") + central[0]
    out[place : place + len(central[1])] = central[1]
    if local is not None:
        out[local[0] : local[0] + len(local[1])] = local[1]
    return bytes(out)


def says_smaller() -> bytes:
    """A member that unpacks to far more than its header says."""
    whole = zipped({"a.txt": b"a" * 5_000_000})
    return changed(whole, central=(24, struct.pack("<I", 100)), local=(22, struct.pack("<I", 100)))


def nested(depth: int) -> bytes:
    content = GOOD
    for _ in range(depth):
        content = zipped({"inner.zip" if content[:2] == b"PK" else "a.pdf": content})
    return content


# -- DOCX ----------------------------------------------------------------------------------------
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PLAN = "<w:p><w:r><w:t>Plan</w:t></w:r></w:p>"
DRAWN = '<w:p><w:r><w:drawing><a:blip xmlns:a="a" r:embed="r1"/></w:drawing></w:r></w:p>'
TYPES = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def body(inner: str, head: str = "") -> bytes:
    return f"<?xml version='1.0'?>{head}<w:document {W} {R}><w:body>{inner}</w:body></w:document>".encode()


def related(*relations: tuple[str, str, bool]) -> bytes:
    mode = {True: ' TargetMode="External"', False: ""}
    rows = "".join(
        f'<Relationship Id="r{number}" Type="{KIND}/{kind}" Target="{target}"{mode[outside]}/>'
        for number, (kind, target, outside) in enumerate(relations, start=1)
    )
    return f"<Relationships>{rows}</Relationships>".encode()


def docx(inner: str = "<w:p><w:r><w:t>Plan: rest</w:t></w:r></w:p>", *, head: str = "", **parts: bytes) -> bytes:
    """A DOCX with this body; `parts` are further members, their names with `__` for `/`."""
    members = {"[Content_Types].xml": TYPES, "word/document.xml": body(inner, head)}
    return zipped({**members, **{name.replace("__", "/"): content for name, content in parts.items()}})


def with_relations(*relations: tuple[str, str, bool], inner: str = DRAWN, **parts: bytes) -> bytes:
    return docx(inner, **{"word___rels__document.xml.rels": related(*relations), **parts})


LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>]>"
TABLES = "<w:tbl><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>"


def deep_tables(depth: int) -> str:
    inner = "<w:p><w:r><w:t>deep</w:t></w:r></w:p>"
    for _ in range(depth):
        inner = TABLES.format(inner)
    return inner


FILES = {
    "three good files": hostile(lambda: zipped({"a.pdf": GOOD, "b/c.pdf": files.small_pdf(7), "d.txt": b"Plan"}),
                                "a.zip", UNPACKED),
    "gigabyte in a megabyte": hostile(lambda: zipped({"a.txt": bytes(300 * MIB)}), "a.zip", "unpacks_too_large"),
    "ten times 200 MiB": hostile(
        lambda: zipped({f"{n}.txt": bytes(20 * MIB) for n in range(10)}), "a.zip", "unpacks_too_large"
    ),
    "1,001 files": hostile(lambda: zipped({f"{n}.txt": b"x" for n in range(1001)}), "a.zip", "unpacks_too_large"),
    "no files": hostile(lambda: zipped({}), "a.zip", "no_pages"),
    "folders alone": hostile(lambda: zipped({"a/": b"", "b/": b""}), "a.zip", "no_pages"),
    "the archiver's own alone": hostile(
        lambda: zipped({"__MACOSX/._a.pdf": b"x", ".DS_Store": b"x"}), "a.zip", "no_pages"
    ),
    "ZIP in a ZIP": hostile(lambda: nested(2), "a.zip", UNPACKED),
    "ZIP in a ZIP in a ZIP": hostile(lambda: nested(3), "a.zip", UNPACKED),
    "the same bytes a hundred times": hostile(overlapping, "a.zip", "unsafe_archive", "truncated"),
    "link to the passwords": hostile(lambda: link("/etc/passwd"), "a.zip", "unsafe_archive"),
    "link to above": hostile(lambda: link("../../.."), "a.zip", "unsafe_archive"),
    "way out by dots": hostile(lambda: zipped({"../../a.pdf": GOOD}), "a.zip", "unsafe_archive"),
    "way out by backslashes": hostile(lambda: zipped({"..\\..\\a.pdf": GOOD}), "a.zip", "unsafe_archive"),
    "way out from the root": hostile(lambda: zipped({"/etc/a.pdf": GOOD}), "a.zip", "unsafe_archive"),
    "way out by a drive": hostile(lambda: zipped({"C:/a.pdf": GOOD}), "a.zip", "unsafe_archive"),
    "member under a password": hostile(
        lambda: changed(zipped({"a.pdf": GOOD}), central=(8, b"\x01\x00"), local=(6, b"\x01\x00")),
        "a.zip", "password_protected",
    ),
    "member of unknown packing": hostile(
        lambda: changed(zipped({"a.pdf": GOOD}), central=(10, b"\x63\x00"), local=(8, b"\x63\x00")),
        "a.zip", "unsafe_archive",
    ),
    "member packed by LZMA": hostile(
        lambda: zipped({"a.pdf": GOOD}, packing=zipfile.ZIP_LZMA), "a.zip", "unsafe_archive"
    ),
    "member with a wrong checksum": hostile(
        lambda: changed(zipped({"a.pdf": GOOD}), central=(16, b"abcd"), local=(14, b"abcd")), "a.zip", "truncated"
    ),
    "member larger than it says": hostile(says_smaller, "a.zip", "unsafe_archive", "truncated"),
    "member of another name inside": hostile(
        lambda: zipped({"a.pdf": GOOD}).replace(b"a.pdf", b"b.pdf", 1), "a.zip", "truncated"
    ),
    "ZIP with a program before": hostile(lambda: b"MZ" + bytes(100) + zipped({"a.pdf": GOOD}), "a.zip", "name_differs"),
    "ZIP with a PDF before": hostile(lambda: GOOD + zipped({"a.pdf": GOOD}), "a.zip", READY, "truncated"),
    "mark of a ZIP and nothing": hostile(lambda: b"PK\x03\x04", "a.zip", "truncated"),
    "end of a ZIP that says 65,535 files": hostile(
        lambda: b"PK\x05\x06" + b"\xff" * 18, "a.zip", "truncated"
    ),
    "workbook": hostile(
        lambda: zipped({"[Content_Types].xml": TYPES, "xl/workbook.xml": b"<w/>"}), "a.xlsx", "unknown_type"
    ),
    "program of Java": hostile(
        lambda: zipped({"META-INF/MANIFEST.MF": b"Main-Class: A", "A.class": b"\xca\xfe\xba\xbe" + bytes(50)}),
        "a.jar", UNPACKED,
    ),
    "files of the same name": hostile(
        lambda: zipped({"x/a.pdf": GOOD, "y/a.pdf": files.small_pdf(9)}), "a.zip", UNPACKED
    ),
    "files with names that act": hostile(
        lambda: zipped({"=cmd().pdf": GOOD, "-rf.pdf": files.small_pdf(3), "a\u202efdp.exe": files.small_pdf(4)}),
        "a.zip", UNPACKED,
    ),
    "DOCX": hostile(docx, "a.docx", READY),
    "DOCX called ZIP": hostile(docx, "a.zip", READY),
    "DOCX without its document": hostile(lambda: zipped({"[Content_Types].xml": TYPES}), "a.docx", "unknown_type"),
    "DOCX whose document is no XML": hostile(
        lambda: zipped({"[Content_Types].xml": TYPES, "word/document.xml": b"<w:document"}), "a.docx", "truncated"
    ),
    "DOCX with entities": hostile(lambda: docx("<w:p><w:r><w:t>&b;</w:t></w:r></w:p>", head=LAUGHS), "a.docx",
                                  "unsafe_document"),
    "DOCX of 200 MiB of XML": hostile(lambda: docx(" " * (100 * MIB)), "a.docx", "unpacks_too_large"),
    "DOCX 100,000 elements deep": hostile(lambda: docx("<w:a>" * 100_000 + "</w:a>" * 100_000), "a.docx",
                                          "unsafe_document", "unpacks_too_large"),
    "DOCX of 60 tables in each other": hostile(lambda: docx(deep_tables(60)), "a.docx", READY, "unsafe_document"),
    "DOCX of 500,000 elements": hostile(
        lambda: docx("<w:p/>" * 500_000), "a.docx", "unsafe_document", "unpacks_too_large", "too_many_pages"
    ),
    "DOCX with a template elsewhere": hostile(
        lambda: with_relations(("attachedTemplate", "http://evil.example/t.dotm", True), inner=PLAN),
        "a.docx", READY,
    ),
    "DOCX with a picture elsewhere": hostile(
        lambda: with_relations(("image", "file:///etc/passwd", True)), "a.docx", READY
    ),
    "DOCX with a picture out of its folder": hostile(
        lambda: with_relations(("image", "../../../../etc/passwd", False)), "a.docx", READY
    ),
    "DOCX with a picture of 900 megapixels": hostile(
        lambda: with_relations(("image", "media/i.png", False),
                               **{"word/media/i.png": files.pixel_bomb("PNG")}),
        "a.docx", READY,
    ),
    "DOCX with a picture of nonsense": hostile(
        lambda: with_relations(("image", "media/i.png", False), **{"word/media/i.png": bytes(range(256))}),
        "a.docx", READY,
    ),
    "DOCX with a vector picture": hostile(
        lambda: with_relations(("image", "media/i.emf", False), **{"word/media/i.emf": b"\x01" + bytes(90)}),
        "a.docx", READY,
    ),
    "DOCX with macros": hostile(lambda: docx(**{"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}), "a.docx", READY),
    "DOCX with an embedded program": hostile(
        lambda: with_relations(("oleObject", "embeddings/o.bin", False), inner=PLAN,
                               **{"word/embeddings/o.bin": b"\xd0\xcf\x11\xe0"}),
        "a.docx", READY,
    ),
    "DOCX with a way out": hostile(lambda: docx(**{"../../evil.txt": b"x"}), "a.docx", "unsafe_archive"),
    "DOCX whose header is itself": hostile(
        lambda: with_relations(("header", "document.xml", False), inner=PLAN),
        "a.docx", READY,
    ),
    "old Word document": hostile(lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.doc", "unknown_type"),
}  # fmt: skip
