"""Draws a note as a page that looks scanned: letterhead, slight turn, speckle; the same bytes every time."""

import io
import random
import textwrap
import time

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

WIDTH, HEIGHT = 1275, 1650  # letter paper at 150 dpi
MARGIN = 110
LINE = 26
INK = 38
PAPER = 247
CHARACTERS = 92
DAY_ONE = time.struct_time((2026, 1, 1, 0, 0, 0, 3, 1, 0))


def pages(*, letterhead: str, facts: list[str], title: str, body: str, signed: str, seed: int) -> list[Image.Image]:
    """The note on as many grey pages as it needs."""
    lines = wrapped(title, body, signed)
    room = (HEIGHT - 2 * MARGIN - 260) // LINE
    parts = [lines[start : start + room] for start in range(0, len(lines), room)] or [[]]
    return [
        scanned(
            drawn(letterhead, facts, part, number=number, total=len(parts)),
            random.Random(f"{seed}-{number}"),  # noqa: S311  (speckle, not secrets)
        )
        for number, part in enumerate(parts, start=1)
    ]


def wrapped(title: str, body: str, signed: str) -> list[str]:
    """The note in lines; a heading and a numbered point begin a new line."""
    lines = [title.upper(), ""]
    for paragraph in body.split("\n\n"):
        running = ""
        for line in paragraph.splitlines():
            if line.isupper():
                lines.append(line)
            elif line[:1].isdigit() and line[1:2] == ".":
                lines += textwrap.wrap(running, CHARACTERS)
                running = line
            else:
                running = f"{running} {line}".strip()
        lines += [*textwrap.wrap(running, CHARACTERS), ""]
    return [*lines, signed]


def drawn(letterhead: str, facts: list[str], lines: list[str], *, number: int, total: int) -> Image.Image:
    """A clean page."""
    page = Image.new("L", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(page)
    large, plain, small = (ImageFont.load_default(size) for size in (34, 20, 16))
    pen.text((MARGIN, MARGIN - 30), letterhead, font=large, fill=INK)
    pen.line((MARGIN, MARGIN + 20, WIDTH - MARGIN, MARGIN + 20), fill=INK + 40, width=2)
    for row, fact in enumerate(facts):
        pen.text((MARGIN + (row % 2) * 540, MARGIN + 40 + (row // 2) * 30), fact, font=plain, fill=INK)
    top = MARGIN + 60 + (len(facts) + 1) // 2 * 30 + 30
    for row, line in enumerate(lines):
        heading = line.isupper() and len(line) > 3  # noqa: PLR2004
        pen.text(
            (MARGIN, top + row * LINE), line, font=plain, fill=INK - 20 if heading else INK, stroke_width=int(heading)
        )
    pen.text((MARGIN, HEIGHT - 70), f"Page {number} of {total}", font=small, fill=INK + 50)
    return page


def scanned(page: Image.Image, chance: random.Random) -> Image.Image:
    """The page as a scanner of modest quality returns it."""
    turned = page.rotate(chance.uniform(-1.1, 1.1), resample=Image.Resampling.BICUBIC, fillcolor=PAPER - 6)
    speckle = Image.frombytes("L", (WIDTH // 3, HEIGHT // 3), chance.randbytes((WIDTH // 3) * (HEIGHT // 3)))
    speckle = speckle.resize((WIDTH, HEIGHT)).point(lambda value: 255 if value < 236 else 205 + value % 30)  # noqa: PLR2004
    return ImageChops.multiply(turned, speckle).filter(ImageFilter.GaussianBlur(0.7))


def as_pdf(images: list[Image.Image]) -> bytes:
    """A scanned PDF without a text layer."""
    out = io.BytesIO()
    images[0].save(
        out,
        "PDF",
        save_all=True,
        append_images=images[1:],
        resolution=150,
        quality=60,
        creationDate=DAY_ONE,
        modDate=DAY_ONE,
    )
    return out.getvalue()


def as_tiff(images: list[Image.Image]) -> bytes:
    """A fax-like TIFF: one bit a pixel, Group 4."""
    out = io.BytesIO()
    black_white = [image.point(lambda value: 255 if value > 150 else 0).convert("1") for image in images]  # noqa: PLR2004
    black_white[0].save(out, "TIFF", save_all=True, append_images=black_white[1:], compression="group4", dpi=(150, 150))
    return out.getvalue()
