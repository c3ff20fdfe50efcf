"""Pictures: pixel and frame bombs, broken directories, disguises."""

import io
import struct
import zlib

import pillow_heif
from PIL import Image

from tests import files
from tests.files import encoded, png_chunk, swollen
from tests.hostile import READY, hostile


def png(width: int, height: int, data: bytes, *more: bytes, depth: int = 8, colour: int = 0) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + b"".join(more)
        + png_chunk(b"IDAT", data)
        + png_chunk(b"IEND", b"")
    )


def data_bomb() -> bytes:
    """A small image whose data unpack to a gigabyte."""
    return png(100, 100, swollen(bytes(1024**2), 1024))


def text_bomb() -> bytes:
    text = png_chunk(b"zTXt", b"Comment\x00\x00" + swollen(bytes(1024**2), 200))
    return png(10, 10, zlib.compress(bytes(110)), text)


def tiff(*entries: tuple[int, int, int, int], after: int = 0, tail: bytes = b"") -> bytes:
    """A little-endian TIFF of one directory; entries are (tag, type, count, value)."""
    body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\x00" + struct.pack("<IH", 8, len(entries)) + body + struct.pack("<I", after) + tail


def plain_tiff(width: int, height: int, **other: int) -> bytes:
    values = {"compression": 1, "offset": 200, "counts": 1, "strips": 1, **other}
    return tiff(
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, values["compression"]),
        (262, 3, 1, 1), (273, 4, values["strips"], values["offset"]), (277, 3, 1, 1), (278, 4, 1, height),
        (279, 4, values["strips"], values["counts"]), after=values.get("after", 0), tail=bytes(500),
    )  # fmt: skip


def frames(count: int) -> bytes:
    return files.tiff({**files.POINTS, 256: 8, 257: 8, 278: 8}, b"\xaa\x55" * 4, frames=count)


def jpeg_that_says(width: int, height: int) -> bytes:
    whole = bytearray(files.jpeg())
    place = whole.index(b"\xff\xc0")
    whole[place + 5 : place + 9] = struct.pack(">HH", height, width)
    return bytes(whole)


def heic(width: int = 240, height: int = 180) -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(files.scan(5, size=(width, height), mode="RGB")).save(out, quality=60)
    return out.getvalue()


def rotten_heic() -> bytes:
    whole = bytearray(heic())
    for place in range(len(whole) // 2, len(whole), 7):
        whole[place] ^= 0xFF
    return bytes(whole)


BOX = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
SMALL = Image.new("L", (40, 40), 128)

FILES = {
    "PNG of 900 megapixels": hostile(lambda: files.pixel_bomb("PNG"), "a.png", "too_large"),
    "TIFF of 900 megapixels": hostile(lambda: files.pixel_bomb("TIFF"), "a.tif", "too_large"),
    "JPEG that says 65,500 x 65,500": hostile(lambda: jpeg_that_says(65500, 65500), "a.jpg", "too_large"),
    "JPEG that says 9,000 x 9,000": hostile(
        lambda: jpeg_that_says(9000, 9000), "a.jpg", READY, "truncated", "too_costly"
    ),
    "JPEG of no height": hostile(lambda: jpeg_that_says(1600, 0), "a.jpg", "truncated"),
    "PNG of no width": hostile(lambda: png(0, 10, zlib.compress(b"")), "a.png", "truncated"),
    "PNG of 2^31 x 1": hostile(lambda: png(2**31 - 1, 1, zlib.compress(b"")), "a.png", "too_large", "truncated"),
    "PNG data of a gigabyte": hostile(data_bomb, "a.png", READY, "truncated", "too_costly"),
    "PNG comment of 200 MiB": hostile(text_bomb, "a.png", READY, "truncated", "too_costly"),
    "PNG with a wrong checksum": hostile(
        lambda: png(10, 10, zlib.compress(bytes(110))).replace(b"IDAT", b"IDAS", 1), "a.png", "truncated"
    ),
    "PNG of an unknown colour": hostile(lambda: png(10, 10, zlib.compress(bytes(110)), colour=5), "a.png", "truncated"),
    "PNG that moves": hostile(
        lambda: encoded(SMALL, "PNG", save_all=True, append_images=[SMALL.rotate(n) for n in (5, 9)]), "a.png", READY
    ),
    "TIFF of 2,500 frames": hostile(lambda: frames(2500), "a.tif", "too_many_pages"),
    "TIFF whose directory follows itself": hostile(
        lambda: plain_tiff(10, 10, after=8), "a.tif", "truncated", "too_many_pages", READY
    ),
    "TIFF whose directory is nowhere": hostile(
        lambda: b"II*\x00" + struct.pack("<I", 2**31) + bytes(50), "a.tif", "truncated"
    ),
    "TIFF of 65,535 entries": hostile(lambda: b"II*\x00\x08\x00\x00\x00\xff\xff" + bytes(200), "a.tif", "truncated"),
    "TIFF with four billion strips": hostile(lambda: plain_tiff(10, 10, strips=2**32 - 1), "a.tif", "truncated"),
    "TIFF whose strip lies outside": hostile(lambda: plain_tiff(10, 10, offset=2**31), "a.tif", "truncated"),
    "TIFF of unknown packing": hostile(lambda: plain_tiff(10, 10, compression=31337), "a.tif", "truncated"),
    "TIFF of 80 megapixels in a byte": hostile(
        lambda: plain_tiff(80_000, 1000), "a.tif", "truncated", "too_costly", "too_large"
    ),
    "TIFF of fax nonsense": hostile(lambda: plain_tiff(20_000, 4000, compression=4), "a.tif", READY, "truncated"),
    "TIFF of one byte more than its mark": hostile(lambda: b"II*\x00\x00", "a.tif", "truncated"),
    "big TIFF of nonsense": hostile(lambda: b"II+\x00\x08\x00\x00\x00" + b"\xff" * 90, "a.tif", "truncated"),
    "JPEG mark and nothing": hostile(lambda: b"\xff\xd8\xff\xe0" + bytes(100), "a.jpg", "truncated"),
    "JPEG with rotten EXIF": hostile(
        lambda: files.jpeg().replace(b"Exif\x00\x00MM", b"Exif\x00\x00XX", 1), "a.jpg", READY, "truncated"
    ),
    "JPEG in four inks": hostile(lambda: encoded(SMALL.convert("CMYK"), "JPEG"), "a.jpg", READY),
    "HEIC brand and nothing": hostile(lambda: BOX, "a.heic", "truncated"),
    "HEIC brand and nonsense": hostile(lambda: BOX + bytes(range(256)) * 20, "a.heic", "truncated"),
    "HEIC whose coded half is rotten": hostile(rotten_heic, "a.heic", READY, "truncated"),
    "HEIC whose boxes say 4 GiB": hostile(lambda: BOX + b"\xff\xff\xff\xffmeta" + bytes(99), "a.heic", "truncated"),
    "HEIC called JPEG": hostile(heic, "a.jpg", READY),
    "AVIF": hostile(lambda: b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif" + bytes(99), "a.heic", "name_differs"),
    "film": hostile(lambda: b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "a.mp4", "unknown_type"),
    "GIF that is a script": hostile(lambda: b"GIF89a/*" + bytes(20) + b"*/=alert(1)", "a.gif", "unknown_type"),
    "BMP": hostile(lambda: encoded(SMALL, "BMP"), "a.bmp", "unknown_type"),
    "WebP called PNG": hostile(lambda: encoded(SMALL, "WEBP"), "a.png", "name_differs"),
    "SVG with a script": hostile(
        lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "a.svg", "unknown_type"
    ),
    "program": hostile(lambda: b"MZ" + bytes(200), "a.exe", "unknown_type"),
    "program called PDF": hostile(lambda: b"\x7fELF" + bytes(200), "a.pdf", "name_differs"),
    "nothing": hostile(lambda: b"", "a.png", "empty"),
}
