"""A page that is one picture is taken out of the PDF; whatever else shows on it, it looks as pdfium draws it."""

import io
import random

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageStat

from portal.parsers import pdf_pages
from portal.parsers.pdf_pages import PdfPages, rendered
from portal.parsers.picture import is_grey
from tests import files

WHOLE = b"q 612 0 0 792 0 0 cm /Im0 Do Q"
SIZE = (1275, 1650)
MASK = files.stream(bytes(range(0, 256, 4)), b"/Type/XObject/Subtype/Image/Width 8/Height 8/BitsPerComponent 8"
                    b"/ColorSpace/DeviceGray")  # fmt: skip
TEXT = b" BT /F1 60 Tf %d Tr 60 400 Td (Stat) Tj ET"


def form(size=SIZE, *, mode="L", seed=1):
    """A scan with a dark and, in colour, a red part, so that nothing that is turned or mirrored looks the same."""
    image = files.scan(seed, size=size).convert(mode)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0] // 3, size[1] // 5), fill="red" if mode == "RGB" else 40)
    return image


def jpeg_object(image, more=b""):
    content = files.encoded(image, "JPEG", quality=85)
    space = b"/DeviceRGB" if image.mode == "RGB" else b"/DeviceGray"
    return files.stream(content, b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/Filter/DCTDecode"
                        b"/ColorSpace%s%s" % (*image.size, space, more))  # fmt: skip


def one_page(*, contents=WHOLE, picture=None, page=b"", more=b"", second=b"null", state=b""):
    """A PDF of one page; the parts are spelled as PDF spells them."""
    return files.pdf([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R%s"
        b"/Resources<</XObject<</Im0 5 0 R/Im1 7 0 R>>/Font<</F1 6 0 R>>/ExtGState<</G1<<%s>>>>>>>>" % (page, state),
        files.stream(contents),
        picture or jpeg_object(form(), more),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold>>",
        second,
    ])  # fmt: skip


def drawn(tmp_path, content):
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    return PdfPages(path, 10)


def apart(one, other):
    """Mean difference of grey levels, of 255."""
    return max(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean)


@pytest.fixture
def taken(monkeypatch):
    """What was taken out instead of drawn."""
    pictures, found = [], pdf_pages.picture_of

    def noting(*arguments):
        picture = found(*arguments)
        if picture is not None:
            pictures.append(picture)
        return picture

    monkeypatch.setattr(pdf_pages, "picture_of", noting)
    return pictures


def both(tmp_path, content):
    """The page as it is kept, and as pdfium draws the whole of it."""
    pages = drawn(tmp_path, content)
    page = pages.document[0]
    return pages.draw(0).image, rendered(page, 1275 / min(page.get_size()))


def stencil():
    bits = random.Random(3).randbytes(SIZE[1] * ((SIZE[0] + 7) // 8))  # noqa: S311
    return files.stream(bits, b"/Type/XObject/Subtype/Image/Width %d/Height %d/ImageMask true" % SIZE)


def fax_picture(decode=b""):
    image = form((1728, 2200)).convert("1")
    return files.stream(image.tobytes(), b"/Type/XObject/Subtype/Image/Width 1728/Height 2200/BitsPerComponent 1"
                        b"/ColorSpace/DeviceGray" + decode)  # fmt: skip


TAKEN = {
    "as it is": one_page(),
    "in colour": one_page(picture=jpeg_object(form(mode="RGB"))),
    "negative": one_page(more=b"/Decode[1 0]"),
    "grey in three bands": one_page(picture=jpeg_object(form().convert("RGB"))),
    "300 dpi": one_page(picture=jpeg_object(form((2550, 3300)))),
    "square pixels it has not": one_page(picture=jpeg_object(form((1728, 1560)))),
    "turned 90": one_page(page=b"/Rotate 90"),
    "turned 180": one_page(page=b"/Rotate 180"),
    "turned 270": one_page(page=b"/Rotate 270"),
    "words that scanners lay over it": one_page(contents=WHOLE + TEXT % 3),
    "a crop box of the whole": one_page(page=b"/CropBox[0 0 612 792]"),
}
DRAWN = {
    "text over it": one_page(contents=WHOLE + TEXT % 0),
    "a line over it": one_page(contents=WHOLE + b" 20 w 0 0 m 600 700 l S"),
    "two pictures": one_page(
        contents=WHOLE + b" q 100 0 0 100 200 300 cm /Im1 Do Q", second=jpeg_object(form((90, 90)))
    ),
    "half of the page": one_page(contents=b"q 612 0 0 396 0 0 cm /Im0 Do Q"),
    "larger than the page": one_page(contents=b"q 700 0 0 900 0 0 cm /Im0 Do Q"),
    "mirrored": one_page(contents=b"q -612 0 0 792 612 0 cm /Im0 Do Q"),
    "upside down": one_page(contents=b"q 612 0 0 -792 0 792 cm /Im0 Do Q"),
    "turned by its matrix": one_page(contents=b"q 0 792 -612 0 612 0 cm /Im0 Do Q"),
    "aslant": one_page(contents=b"q 612 0 60 792 0 0 cm /Im0 Do Q"),
    "clipped": one_page(contents=b"q 100 100 300 300 re W n 612 0 0 792 0 0 cm /Im0 Do Q"),
    "cropped": one_page(page=b"/CropBox[100 100 500 500]"),
    "a crop box beyond the paper": one_page(contents=b"q 700 0 0 900 0 0 cm /Im0 Do Q", page=b"/CropBox[0 0 700 900]"),
    "see-through": one_page(contents=b"/G1 gs " + WHOLE, state=b"/ca 0.4"),
    "blended": one_page(contents=b"0 1 0 rg 0 0 612 792 re f /G1 gs " + WHOLE, state=b"/BM/Multiply"),
    "a soft mask": one_page(more=b"/SMask 7 0 R", second=MASK),
    "a mask of colours": one_page(more=b"/Mask[0 60]"),
    "a stencil": one_page(contents=b"0 0 1 rg " + WHOLE, picture=stencil()),
    "a small picture": one_page(picture=jpeg_object(form((850, 1100)))),
    "a note on it": one_page(
        page=b"/Annots[<</Type/Annot/Subtype/Square/Rect[100 100 400 400]/C[1 0 0]/F 4/AP<</N 7 0 R>>>>]",
        second=files.stream(b"1 0 0 rg 0 0 300 300 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 300 300]"),
    ),
    "hidden in a layer": one_page(more=b"/OC<</Type/OCG/Name(Scan)>>"),
    "a fax": one_page(picture=fax_picture()),
    "a fax in white on black": one_page(picture=fax_picture(b"/Decode[1 0]")),
    "nothing": one_page(contents=b"q Q"),
}  # fmt: skip


@pytest.mark.parametrize("kind", TAKEN)
def test_a_page_of_one_picture_is_taken_out(tmp_path, taken, kind):
    kept, whole = both(tmp_path, TAKEN[kind])
    assert len(taken) == 1
    assert max(abs(a - b) for a, b in zip(kept.size, whole.size, strict=True)) <= 1
    assert apart(kept, whole.resize(kept.size)) < 3


@pytest.mark.parametrize("kind", DRAWN)
def test_anything_else_on_the_page_is_drawn(tmp_path, taken, kind):
    kept, whole = both(tmp_path, DRAWN[kind])
    assert not taken
    assert kept.size == whole.size
    assert apart(kept, whole) < 3


def test_a_picture_is_kept_sharper_than_it_would_be_drawn(tmp_path):
    picture = form()
    sent = Image.open(io.BytesIO(files.encoded(picture, "JPEG", quality=85)))
    kept, whole = both(tmp_path, TAKEN["as it is"])
    assert apart(kept, sent) < apart(whole.resize(sent.size), sent)
    assert apart(kept, sent) < 0.1


@pytest.mark.parametrize(("ink", "grey"), [(b"0 g", True), (b"1 0 0 rg", False), (b"0.2 0.2 0.6 rg", False)])
def test_a_written_page_is_grey_unless_its_ink_is_not(tmp_path, ink, grey):
    """A line as thin as a hair is enough."""
    content = one_page(
        contents=ink + b" BT /F1 12 Tf 60 700 Td (Plan: start lisinopril 10 mg) Tj ET 60 500 400 0.4 re f"
    )
    kept, whole = both(tmp_path, content)
    assert (kept.mode == "L") == grey == is_grey(whole)
    assert apart(kept, whole) < 3


def test_a_page_of_more_parts_than_are_looked_at_is_drawn(tmp_path, taken):
    dots = b" ".join(b"%d %d 1 1 re f" % (n % 600, n // 6) for n in range(pdf_pages.MOST_PARTS + 1))
    kept, whole = both(tmp_path, one_page(contents=dots))
    assert not taken
    assert apart(kept, whole) < 3
