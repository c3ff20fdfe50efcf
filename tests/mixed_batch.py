"""A batch as a practice sends it: every type that is taken, and what goes wrong with files; small ones."""

import io
import random
from collections.abc import Iterator

import pillow_heif
from PIL import Image

from tests import files, scans
from tests.hostile import archives, documents

LETTERS, DOTS = 130, 100  # printed large, so that a small scan of the page can be read
QUOTED = 'Smith "Bo" Jane.pdf'
EMPTY = "nothing.pdf"
FEW, MANY = 24, 60  # files


def mixed_files(total: int) -> dict[str, bytes]:
    """By name, in the order in which they are sent; no two show the same page but the duplicate and its original."""
    found = dict(scanned())
    found.update(typed(4 if total >= MANY else 1))
    found["charts of the week.zip"] = archives.zipped(
        {
            "a/visit 900.pdf": files.small_pdf(900),
            "again.txt": found["dictation 1.txt"],
            "b/tool.exe": b"MZ" + bytes(50),
        }
    )
    found["damaged.pdf"] = found["scan.pdf"][:5000]
    found["expired session.pdf"] = files.html()
    found["locked.pdf"] = files.encrypted_pdf()
    found[EMPTY] = b""
    found["Müller, Ana – visita nº 3 (50%) #2 it's.pdf"] = files.text_pdf("Señora Müller", "Plan: reposo")
    found[QUOTED] = files.small_pdf(901)
    for number in range(total - 1 - len(found)):
        found[f"visit {number}.pdf"] = files.text_pdf(
            *(f"Visit {number}, page {page}.\nThe knee is better." for page in range(1 + number % 2))
        )
    found["visit 3 again.pdf"] = found["visit 3.pdf"]
    assert len(found) == total
    return found


def scanned() -> Iterator[tuple[str, bytes]]:
    """Seven pages whose words have to be read from the image."""
    pages = [page(seed) for seed in range(7)]
    dots = {"dpi": (DOTS, DOTS)}
    yield "scan.pdf", files.encoded(pages[0], "PDF", resolution=float(DOTS))
    yield "two pages.tiff", files.encoded(pages[1], "TIFF", save_all=True, append_images=[pages[2]], **dots)
    bits = pages[3].point(lambda value: 255 if value > 140 else 0).convert("1")
    yield "fax.tif", files.encoded(bits, "TIFF", compression="group4", **dots)
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright, the sensor lying
    lying = pages[4].transpose(Image.Transpose.ROTATE_90)
    yield "photograph.jpg", files.encoded(lying, "JPEG", quality=85, exif=exif, **dots)
    yield "screen.PNG", files.encoded(pages[5], "PNG", **dots)
    out = io.BytesIO()
    pillow_heif.from_pillow(pages[6].convert("RGB")).save(out, quality=80)
    yield "telephone.heic", out.getvalue()


def page(seed: int) -> Image.Image:
    """A few lines of words, clean and grey."""
    chance = random.Random(seed)  # noqa: S311
    note = "\n".join(" ".join(chance.sample(files.WORDS, 3)) for _ in range(12))
    drawn, _ = scans.paper(note, size=LETTERS)
    return scans.reduced(drawn, DOTS)


def typed(each: int) -> Iterator[tuple[str, bytes]]:
    """What is set on pages: documents of words, so many of each kind and one text more."""
    for number in range(each):
        yield f"letter {number}.docx", archives.docx(f"<w:p><w:r><w:t>Plan {number}: rest and ice</w:t></w:r></w:p>")
        yield f"note {number}.rtf", documents.rtf(f"{{\\b Plan {number}:}} rest and \\'fcben\\par Sign\\u233?")
        yield f"summary {number}.xml", documents.cda(f"<paragraph>Colchicine 0.{number} mg</paragraph>")
    for number in range(each + 1):
        yield f"dictation {number}.txt", f"Dictation {number}. The knee is better.\nSeñora López: 38,5 °C".encode()
