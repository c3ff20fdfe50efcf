"""Pages of known words at known places, and what scanners, feeders and fax machines make of them."""

import io
import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from font_roboto import font_files
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from tests import files

DOTS = 300  # an inch, of the page before it is scanned
WIDTH, HEIGHT = 2550, 3300
MARGIN = 260
SIZE, LEADING = 46, 62  # of the letters: 11 points
NOTE = """River Family Medicine
Patient: Rosa Whitfield   DOB: 04/17/1958   MRN: 00417-22
Date of service: 03/11/2026   Provider: Dana Okafor, MD

CHIEF COMPLAINT
Follow-up of type 2 diabetes, hypertension and left knee pain.

HISTORY OF PRESENT ILLNESS
67-year-old woman seen for a planned visit. Home glucose runs 140 to 190 mg/dL before
breakfast. She takes metformin 1000 mg twice daily and lisinopril 20 mg daily, and
reports no missed doses. Left knee pain for six weeks, worse on stairs, 5/10, eased by
acetaminophen. Denies chest pain, shortness of breath, dizziness or falls. Numbness of
both feet at night for about a year.

PAST MEDICAL HISTORY
Type 2 diabetes mellitus since 2011; essential hypertension; hyperlipidemia; stage 3a
chronic kidney disease; cholecystectomy 2003. No known drug allergies.

PHYSICAL EXAMINATION
BP 148/86, pulse 76, temperature 98.4 F, weight 187 lb, BMI 31.2. Heart: regular rate
and rhythm, no murmur. Lungs clear. Left knee: small effusion, crepitus, range 0-110
degrees, no instability. Feet: monofilament reduced at 6 of 10 sites on the right and 7
of 10 on the left; pulses palpable, skin intact.

RESULTS
Hemoglobin A1c 8.3 % (7.6 % in October). Creatinine 1.21 mg/dL, eGFR 49. LDL 92 mg/dL.
X-ray of the left knee: medial joint space narrowing, small osteophytes.

ASSESSMENT AND PLAN
1. Type 2 diabetes with diabetic polyneuropathy, not at goal. Add empagliflozin 10 mg
daily; A1c in 3 months.
2. Hypertension with chronic kidney disease stage 3a. Increase lisinopril to 40 mg;
basic metabolic panel in two weeks.
3. Primary osteoarthritis of the left knee. Injection of triamcinolone 40 mg after
consent, sterile technique, no complication.
4. Obesity, BMI 31.2. Referred to the dietitian.

Electronically signed by Dana Okafor, MD on 03/11/2026 at 16:42
"""


@dataclass(frozen=True)
class Written:
    """A word and where it stands, in shares of the page's width and height."""

    text: str
    box: tuple[float, float, float, float]


def paper(note: str = NOTE, *, size: int = SIZE) -> tuple[Image.Image, list[Written]]:
    """A clean page at 300 dots an inch, and its words."""
    page = Image.new("L", (WIDTH, HEIGHT), 255)
    pen, font = ImageDraw.Draw(page), ImageFont.truetype(font_files["Roboto"], size)
    words = []
    for row, line in enumerate(note.splitlines()):
        across, top = float(MARGIN), MARGIN + row * LEADING * size / SIZE
        for text in line.split():
            pen.text((across, top), text, font=font, fill=20)
            left, upper, right, lower = pen.textbbox((across, top), text, font=font)
            words.append(Written(text, (left / WIDTH, upper / HEIGHT, right / WIDTH, lower / HEIGHT)))
            across += font.getlength(text + " ")
    return page, words


def turned(box: tuple[float, float, float, float], degrees: float) -> tuple[float, float, float, float]:
    """Where a box lies after the page was turned against the clock about its middle."""
    angle = math.radians(degrees)
    corners = [(x * WIDTH - WIDTH / 2, y * HEIGHT - HEIGHT / 2) for x in box[::2] for y in box[1::2]]
    places = [
        (x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)) for x, y in corners
    ]
    across, down = [x / WIDTH + 0.5 for x, _ in places], [y / HEIGHT + 0.5 for _, y in places]
    return min(across), min(down), max(across), max(down)


def reduced(page: Image.Image, dots: int) -> Image.Image:
    return page.resize((WIDTH * dots // DOTS, HEIGHT * dots // DOTS), Image.Resampling.BOX) if dots != DOTS else page


def skewed(page: Image.Image, degrees: float) -> Image.Image:
    """Pulled in at an angle; positive lifts the right end of the lines."""
    return page.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=255)


def grainy(page: Image.Image, grain: int, blur: float, seed: int) -> Image.Image:
    """Grey paper with the grain of a sensor, slightly out of focus."""
    soft = np.asarray(page.filter(ImageFilter.GaussianBlur(blur)), dtype=np.float32) * 0.78 + 30
    noise = np.random.default_rng(seed).normal(0, grain, soft.shape)
    return Image.fromarray(np.clip(soft + noise, 0, 255).astype(np.uint8))


def clean(page: Image.Image, dots: int) -> Image.Image:
    return reduced(page, dots)


def skew(page: Image.Image, dots: int) -> Image.Image:
    return grainy(reduced(skewed(page, 1.7), dots), 8, 0.5 * dots / 200, 1)


def noisy(page: Image.Image, dots: int) -> Image.Image:
    return grainy(reduced(skewed(page, -2.5), dots), 34, 0.8 * dots / 200, 2)


def fax(page: Image.Image, dots: int) -> Image.Image:
    """One bit a point, half as many lines as columns (204 x 98), a little skewed, with dropped and added points."""
    chance = random.Random(3)  # noqa: S311
    small = skewed(page, 0.8).resize((WIDTH * dots // DOTS, HEIGHT * dots // DOTS // 2), Image.Resampling.BOX)
    hits = Image.frombytes("L", small.size, chance.randbytes(small.width * small.height))
    small = ImageChops.add(small, hits.point(lambda value: 255 if value == 0 else 0))
    small = ImageChops.multiply(small, hits.point(lambda value: 0 if value == 1 else 255))
    bits = small.point(lambda value: 255 if value > 140 else 0)
    return bits.resize((WIDTH * dots // DOTS, HEIGHT * dots // DOTS), Image.Resampling.NEAREST)


KINDS: Mapping[str, Callable[[Image.Image, int], Image.Image]] = {
    "clean": clean,
    "skewed": skew,
    "noisy": noisy,
    "fax": fax,
}

TURNED: Mapping[str, float] = {"clean": 0.0, "skewed": 1.7, "noisy": -2.5, "fax": 0.8}  # degrees against the clock


def with_layer(page: Image.Image, words: Sequence[Written]) -> bytes:
    """A PDF of the picture with these words as an invisible text layer over it."""
    across, up = 612 / 1000, 792 / 1000
    text = b"".join(
        b"BT 3 Tr /F1 %.2f Tf 1 0 0 1 %.2f %.2f Tm (%s) Tj ET\n"
        % (
            (word.box[3] - word.box[1]) * 1000 * up, word.box[0] * 1000 * across, (1 - word.box[3]) * 1000 * up,
            word.text.encode("latin-1"),
        )
        for word in words
    )  # fmt: skip
    out = io.BytesIO()
    page.convert("L").save(out, "JPEG", quality=85)
    return files.pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
            b"/Resources<</Font<</F1 6 0 R>>/XObject<</Im 5 0 R>>>>>>",
            files.stream(b"q 612 0 0 792 0 0 cm /Im Do Q\n" + text),
            files.stream(
                out.getvalue(),
                b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8"
                b"/Filter/DCTDecode" % page.size,
            ),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        ]
    )
