"""The child process against real files, good and bad."""

import hashlib
import io
import os
import re
import time

import pytest
from PIL import Image

from portal import nursery, rendering, storage
from portal.children import nobody_else
from portal.parsers.confine import PDF_TROUBLES
from portal.rules.file_types import media_type_of
from portal.rules.intake import Refusal
from tests import factories, files

pytestmark = pytest.mark.django_db


def draw(content, media_type=None):
    practice_id = factories.PracticeFactory().pk
    stored = storage.keep_bytes(content, practice_id=practice_id, folder="charts")
    with rendering.work_folder() as folder:
        rendering.fetch([stored.name], stored.sha256, folder / "source")
        return rendering.draw_pages(
            folder / "source", media_type or media_type_of(content[:1024]), folder,
            practice_id=practice_id, still_ours=nobody_else,
        )  # fmt: skip


def image_of(page):
    with storage.opened(page.image_name) as source:
        image = Image.open(io.BytesIO(source.read()))
        image.load()
        return image


def darkness(image, box):
    """Mean darkness of a part, box in shares of width and height."""
    left, top, right, bottom = box
    part = image.convert("L").crop(
        (int(left * image.width), int(top * image.height), int(right * image.width), int(bottom * image.height))
    )
    levels = part.histogram()
    return 255 - sum(level * count for level, count in enumerate(levels)) / sum(levels)


def test_a_pdf_with_a_text_layer_gives_pages_of_reading_size_and_its_words():
    first, second = draw(files.text_pdf("Assessment: gout\nPlan: colchicine", "Page two"))
    assert (first.number, first.width, first.height) == (1, 1275, 1651)
    assert first.text == "Assessment: gout\nPlan: colchicine"
    assert second.text == "Page two"
    assert image_of(first).size == (1275, 1651)


def test_drawn_text_is_kept_as_png_and_a_scan_as_jpeg():
    [drawn] = draw(files.text_pdf("Plan"))
    [scanned] = draw(files.scanned_pdf())
    assert image_of(drawn).format == "PNG"
    assert image_of(scanned).format == "JPEG"
    assert scanned.text == ""


def test_every_page_of_a_fax_tiff_is_drawn():
    pages = draw(files.fax_tiff(3))
    assert [page.number for page in pages] == [1, 2, 3]
    assert len({image_of(page).tobytes() for page in pages}) == 3


def test_a_fax_of_uneven_resolution_is_shown_in_its_true_shape():
    [page] = draw(files.coarse_fax_tiff())
    assert page.height / page.width == pytest.approx(11 / 8.47, rel=0.02)


def test_a_photograph_is_turned_as_its_camera_noted():
    [page] = draw(files.jpeg(orientation=6))
    assert (page.width, page.height) == (1200, 1600)


@pytest.mark.parametrize(("orientation", "corner"), [(1, (0, 0)), (3, (1, 1)), (6, (1, 0)), (8, (0, 1))])
def test_the_marked_corner_lands_where_the_orientation_says(orientation, corner):
    image = Image.new("RGB", (400, 400), "white")
    image.paste("black", (0, 0, 100, 100))
    exif = Image.Exif()
    exif[0x0112] = orientation
    [page] = draw(files.encoded(image, "JPEG", exif=exif))
    across, down = corner
    assert darkness(image_of(page), (across * 0.8, down * 0.8, across * 0.8 + 0.2, down * 0.8 + 0.2)) > 200


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "P", "I;16", "LA"])
def test_every_kind_of_png_pixel_is_shown_dark_on_light(mode):
    drawn = Image.new("L", (300, 300), 255)
    drawn.paste(0, (0, 0, 150, 300))
    image = drawn.point(lambda value: value * 257, "I").convert("I;16") if mode == "I;16" else drawn.convert(mode)
    [page] = draw(files.encoded(image, "PNG"))
    shown = image_of(page)
    assert darkness(shown, (0, 0, 0.4, 1)) > 240
    assert darkness(shown, (0.6, 0, 1, 1)) < 15


def test_transparent_parts_are_paper():
    image = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    [page] = draw(files.encoded(image, "PNG"))
    assert darkness(image_of(page), (0, 0, 1, 1)) < 5


def test_a_coloured_stamp_keeps_its_colour():
    image = Image.new("RGB", (800, 1000), "white")
    image.paste((200, 20, 20), (100, 100, 300, 200))
    [page] = draw(files.encoded(image, "PNG"))
    red, green, blue = image_of(page).convert("RGB").getpixel((200, 150))
    assert red > green + 100
    assert red > blue + 100


def test_small_images_are_not_blown_up():
    [page] = draw(files.encoded(Image.new("L", (300, 200), 255), "PNG"))
    assert (page.width, page.height) == (300, 200)


def test_more_pages_than_one_child_draws_come_out_once_each_in_order():
    count = rendering.SLICE_PAGES * 2 + 3
    pages = draw(files.text_pdf(*(f"number {n}" for n in range(1, count + 1))))
    assert [page.number for page in pages] == list(range(1, count + 1))
    assert [page.text for page in pages] == [f"number {n}" for n in range(1, count + 1)]


def test_text_that_a_database_would_refuse_is_cleaned():
    from portal.parsers.draw import storable

    assert storable("a\x00b\r\nc\ud800") == "ab\nc\ufffd"


def test_a_form_is_drawn_with_what_was_filled_in():
    content = files.pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/DA(/Helv 24 Tf 0 g)/DR<</Font<</Helv 6 0 R>>>>>>>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Annots[4 0 R]>>",
            b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(XXXXXXXX)/F 4/Rect[72 600 540 700]"
            b"/DA(/Helv 60 Tf 0 g)/P 3 0 R/AP<</N 5 0 R>>>>",
            files.stream(
                b"BT /Helv 60 Tf 10 20 Td (XXXXXXXX) Tj ET",
                b"/Type/XObject/Subtype/Form/BBox[0 0 468 100]/Resources<</Font<</Helv 6 0 R>>>>",
            ),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        ]
    )
    [page] = draw(content)
    assert darkness(image_of(page), (0.1, 0.1, 0.9, 0.3)) > 5


# -- refusals ------------------------------------------------------------------------------------
BAD = {
    "encrypted": (files.encrypted_pdf, Refusal.PASSWORD_PROTECTED),
    "pdf without its end": (lambda: files.scanned_pdf(2)[:-30_000], Refusal.TRUNCATED),
    "half a pdf": (lambda: files.text_pdf("a", "b")[:500], Refusal.TRUNCATED),
    "cut jpeg": (lambda: files.jpeg()[:60_000], Refusal.TRUNCATED),
    "cut png": (lambda: files.png()[:20_000], Refusal.TRUNCATED),
    "cut tiff": (lambda: files.fax_tiff(3)[:100_000], Refusal.TRUNCATED),
    "flate bomb": (files.flate_bomb, Refusal.TOO_COSTLY),
    "hundred thousand pages": (files.many_pages, Refusal.TOO_MANY_PAGES),
    "no pages": (files.no_pages, Refusal.NO_PAGES),
    "page of 32 metres": (files.huge_page, Refusal.TOO_LARGE),
    "png of 900 megapixels": (lambda: files.pixel_bomb("PNG"), Refusal.TOO_LARGE),
    "tiff of 900 megapixels": (lambda: files.pixel_bomb("TIFF"), Refusal.TOO_LARGE),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_refused_by_name_within_a_minute(kind):
    make, reason = BAD[kind]
    content, began = make(), time.monotonic()
    with pytest.raises(rendering.Refused) as refused:
        draw(content)
    assert refused.value.reason == reason
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("tenth", [1, 3, 5, 7, 9])
@pytest.mark.parametrize("make", [files.text_pdf, files.fax_tiff, files.jpeg, files.png])
def test_a_file_cut_at_any_tenth_is_refused_and_never_half_shown(make, tenth):
    content = make()
    with pytest.raises(rendering.Refused) as refused:
        draw(content[: len(content) * tenth // 10], media_type_of(content))
    assert refused.value.reason == Refusal.TRUNCATED


def test_bytes_that_changed_after_receipt_are_not_drawn(tmp_path):
    practice_id = factories.PracticeFactory().pk
    stored = storage.keep_bytes(files.text_pdf("x"), practice_id=practice_id, folder="charts")
    with pytest.raises(rendering.Refused) as refused:
        rendering.fetch([stored.name], hashlib.sha256(b"else").hexdigest(), tmp_path / "source")
    assert refused.value.reason == Refusal.CHANGED_AFTER_RECEIPT


def test_what_a_killed_worker_left_is_swept(tmp_path, monkeypatch):
    monkeypatch.setattr(rendering.tempfile, "tempdir", str(tmp_path))
    old, new = tmp_path / f"{rendering.FOLDER}old", tmp_path / f"{rendering.FOLDER}new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "source").write_bytes(b"chart")
    os.utime(old, (0, time.time() - rendering.FORGOTTEN - 1))
    rendering.sweep_work_folders()
    assert not old.exists()
    assert new.exists()
    draw(files.text_pdf("x"))
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith(rendering.FOLDER)} == {new.name}


def test_every_refusal_the_child_can_say_has_a_name():
    sources = [path.read_text() for path in (nursery.ROOT / "portal" / "parsers").glob("*.py")]
    said = {name for source in sources for name in re.findall(r'Refused\("(\w+)"\)', source)}
    assert said
    assert said | set(PDF_TROUBLES.values()) | {"truncated"} <= set(Refusal)
