"""Real files, good and bad, made on the spot: what practices send, and what they send by mistake."""

import hashlib
import io
import random
import struct
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

LETTER = (612, 792)
WORDS = ("patient", "denies", "chest", "pain", "assessment", "plan", "lisinopril", "daily", "follow", "in", "weeks")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# -- PDF -----------------------------------------------------------------------------------------
def pdf(objects: Sequence[bytes], *, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start))
    return out.getvalue()


def stream(content: bytes, extra: bytes = b"") -> bytes:
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(content), extra, content)


def text_pdf(*pages: str, size: tuple[int, int] = LETTER) -> bytes:
    """A PDF with a text layer, one page for each text."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    kids = []
    for text in pages or ("Assessment: well visit.",):
        lines = b"".join(b"(%s) Tj T*\n" % line.encode("latin-1", "replace") for line in text.splitlines())
        objects.append(stream(b"BT /F1 14 Tf 72 700 Td 18 TL\n" + lines + b"ET"))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>>>>>"
            % (*size, len(objects))
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(kids), len(kids))
    return pdf(objects)


def scan(seed: int = 1, *, size: tuple[int, int] = (1700, 2200), mode: str = "L") -> Image.Image:
    """A page as a scanner makes it: lines of words, slightly turned, with noise."""
    return scanned(seed, size, mode).copy()


@lru_cache(maxsize=16)  # drawn by many tests, and not quickly
def scanned(seed: int, size: tuple[int, int], mode: str) -> Image.Image:
    chance = random.Random(seed)  # noqa: S311
    page = Image.new("L", size, 255)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(30)
    for y in range(150, size[1] - 150, 44):
        draw.text((120, y), " ".join(chance.choice(WORDS) for _ in range(11)), fill=0, font=font)
    page = page.rotate(0.6, fillcolor=250, resample=Image.Resampling.BICUBIC)
    page = Image.blend(page, Image.frombytes("L", size, chance.randbytes(size[0] * size[1])), 0.08)
    return page.point(lambda value: 255 if value > 160 else 0).convert("1") if mode == "1" else page.convert(mode)


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


@lru_cache(maxsize=16)
def scanned_pdf(pages: int = 1, *, seed: int = 1) -> bytes:
    """A PDF of scanned pages without a text layer."""
    first, *others = [scan(seed + number) for number in range(pages)]
    return encoded(first, "PDF", resolution=200.0, save_all=True, append_images=others)


def small_pdf(seed: int) -> bytes:
    """A cheap, unique, valid PDF of one page with a text layer."""
    return text_pdf(f"Visit number {seed}.\nThe knee is better.")


# -- images --------------------------------------------------------------------------------------
@lru_cache(maxsize=16)
def fax_tiff(pages: int = 3, *, seed: int = 1) -> bytes:
    """A TIFF of several bilevel pages in G4, as fax machines and scanners send them."""
    first, *others = [scan(seed + number, mode="1") for number in range(pages)]
    return encoded(first, "TIFF", compression="group4", save_all=True, append_images=others, dpi=(200, 200))


def coarse_fax_tiff() -> bytes:
    """A fax in standard resolution: 204 dots an inch across, 98 down."""
    return encoded(scan(size=(1728, 1078), mode="1"), "TIFF", compression="group4", dpi=(204, 98))


@lru_cache(maxsize=16)
def jpeg(*, orientation: int = 1, size: tuple[int, int] = (1600, 1200), seed: int = 3) -> bytes:
    """A photograph of a page; orientation as in EXIF."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(scan(seed, size=size, mode="RGB"), "JPEG", quality=80, exif=exif)


@lru_cache(maxsize=64)
def png(*, mode: str = "L", seed: int = 4) -> bytes:
    return encoded(scan(seed, size=(900, 1200), mode=mode), "PNG")


# -- what goes wrong -----------------------------------------------------------------------------
def html() -> bytes:
    return b"<!DOCTYPE html><html><title>Error</title><p>Your session has expired.</p></html>"


def encrypted_pdf() -> bytes:
    """A PDF that asks for a password: no password fits its user and owner entries."""
    handler = b"<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P -4>>" % (b"ab" * 32, b"cd" * 32)
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>",
            handler,
        ],
        trailer=b"/Encrypt 4 0 R/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]",
    )


def swollen(block: bytes, times: int, *, head: bytes = b"") -> bytes:
    """A zlib stream (RFC 1950) of the head and so many times the block, which is packed once: bombs come quickly."""
    checksum = zlib.adler32(head)
    for _ in range(times):
        checksum = zlib.adler32(block, checksum)
    return b"\x78\xda" + flushed(head) + flushed(block) * times + b"\x03\x00" + checksum.to_bytes(4, "big")


def flushed(content: bytes) -> bytes:
    """Packed so that it refers to nothing before it and may follow anything."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH)


def flate_bomb() -> bytes:
    """About a kilobyte whose page content unpacks twice, to 200 MiB."""
    content = zlib.compress(swollen(b"0 0 1 1 re f\n" * 80_000, 200), 9)
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R>>",
            stream(content, b"/Filter[/FlateDecode/FlateDecode]"),
        ]
    )


def many_pages(count: int = 100_000) -> bytes:
    """A PDF of empty pages."""
    kids = b" ".join(b"%d 0 R" % number for number in range(3, count + 3))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>"
    tree = b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count)
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", tree, *[page] * count])


def no_pages() -> bytes:
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"])


def huge_page() -> bytes:
    """A page of 90,000 points, a square of 32 metres."""
    return text_pdf("wide", size=(90_000, 90_000))


def pixel_bomb(form: str) -> bytes:
    """30,000 x 30,000 white pixels in a few kilobytes."""
    side = 30_000
    if form == "TIFF":
        white = b"\xff" * (side // 8) + b"\x00\x10\x01"  # ITU-T T.6: a bit for each line, and the end
        return tiff({**POINTS, 256: side, 257: side, 259: 4, 278: side}, white)
    row = b"\x00" + b"\xff" * (side // 8)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", swollen(row * 300, side // 300)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


# Tags of TIFF 6.0: a bit a point, 0 is white, as it is, one point a sample.
POINTS = {258: 1, 259: 1, 262: 0, 277: 1}
STRIP, STRIP_BYTES = 273, 279


def tiff(tags: Mapping[int, int], content: bytes, *, frames: int = 1) -> bytes:
    """A TIFF with these tags of its only strip, so many times over."""
    known = sorted({**tags, STRIP: 0, STRIP_BYTES: len(content)}.items())
    length = 2 + 12 * len(known) + 4
    out = [b"II*\x00", struct.pack("<I", 8)]
    for number in range(frames):
        place = 8 + number * (length + len(content)) + length
        after = place + len(content) if number < frames - 1 else 0
        entries = [struct.pack("<HHII", tag, 4, 1, place if tag == STRIP else value) for tag, value in known]
        out += [struct.pack("<H", len(known)), *entries, struct.pack("<I", after), content]
    return b"".join(out)
