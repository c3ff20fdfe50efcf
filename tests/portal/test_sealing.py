"""The sealed file: what was put in comes out, and whatever is done to it is noticed."""

import io
import secrets

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from portal.sealing import HEADER, SEGMENT, TAG, Altered, SealedFile, sealed
from tests import damage, files

SECRET = bytes(range(32))
NAME = "practices/7/charts/ab/abc"
BIG = secrets.token_bytes(2 * SEGMENT + 1000)


def seal(content: bytes, *, name: str = NAME, secret: bytes = SECRET, blocks: int = 300_000) -> bytes:
    parts = [content[start : start + blocks] for start in range(0, len(content), blocks)]
    return b"".join(sealed(parts, secret=secret, number=3, name=lambda: name))


def opened(kept: bytes, *, name: str = NAME, secret: bytes = SECRET) -> SealedFile:
    return SealedFile(io.BytesIO(kept), secret=lambda number: secret, name=name)


@pytest.mark.parametrize("size", [0, 1, 15, 16, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 2 * SEGMENT + 1000])
def test_what_was_put_in_comes_out(size):
    kept = seal(BIG[:size])
    file = opened(kept)
    assert (file.size, file.number, file.read()) == (size, 3, BIG[:size])
    assert len(kept) == HEADER.size + size + TAG * max(1, -(-size // SEGMENT))


def test_nothing_of_the_content_is_visible_and_no_two_files_are_alike():
    first, second = seal(b"Marta Quinlan " * 1000), seal(b"Marta Quinlan " * 1000)
    assert b"Marta" not in first
    assert first[HEADER.size :][:16] != second[HEADER.size :][:16]


SEALED_BIG = seal(BIG)


@given(st.integers(0, len(BIG) + 10), st.integers(0, 3 * SEGMENT))
def test_any_part_can_be_read_alone(start, wanted):
    file = opened(SEALED_BIG)
    assert file.seek(start) == start
    assert file.read(wanted) == BIG[start : start + wanted]
    assert file.tell() == max(start, min(start + wanted, len(BIG)))


def test_it_seeks_like_a_file():
    file = opened(seal(BIG))
    assert file.seek(-10, io.SEEK_END) == len(BIG) - 10
    assert file.read() == BIG[-10:]
    file.seek(5)
    assert file.seek(5, io.SEEK_CUR) == 10
    with pytest.raises(ValueError, match="before the beginning"):
        file.seek(-1)
    assert io.BufferedReader(opened(seal(BIG))).read(77) == BIG[:77]


@pytest.mark.parametrize(
    "harm",
    [
        lambda kept: b"",
        lambda kept: kept[: HEADER.size],
        lambda kept: kept[:-1],
        lambda kept: kept[: HEADER.size + SEGMENT + TAG],  # cut between two segments
        lambda kept: kept[: HEADER.size + 2 * (SEGMENT + TAG)],
        lambda kept: kept + b"x",
        lambda kept: kept + kept[HEADER.size :],
        lambda kept: b"x" + kept[1:],  # not a sealed file
        lambda kept: kept[:7] + b"\2" + kept[8:],  # of another version
        lambda kept: kept[:8] + b"\0\0\0\4" + kept[12:],  # of another key number
        lambda kept: kept[:12] + bytes(20) + kept[32:],  # another salt
        damage.flipped,
    ],
)
def test_a_cut_or_changed_or_longer_file_does_not_open(harm):
    with pytest.raises(Altered):
        opened(harm(seal(BIG)))


@pytest.mark.parametrize("place", [HEADER.size, HEADER.size + SEGMENT + 3, HEADER.size + SEGMENT + TAG])
def test_a_changed_segment_is_not_read(place):
    kept = bytearray(seal(BIG))
    kept[place] ^= 1
    with pytest.raises(Altered):
        opened(bytes(kept)).read()


def test_segments_cannot_change_places():
    kept, step = seal(BIG), SEGMENT + TAG
    first, second = kept[HEADER.size :][:step], kept[HEADER.size + step :][:step]
    with pytest.raises(Altered):
        opened(kept[: HEADER.size] + second + first + kept[HEADER.size + 2 * step :]).read()


def test_a_segment_of_another_file_under_the_same_key_does_not_fit():
    kept, other, step = seal(BIG), seal(BIG), SEGMENT + TAG
    with pytest.raises(Altered):
        opened(kept[: HEADER.size] + other[HEADER.size :][:step] + kept[HEADER.size + step :]).read()


def test_a_file_put_in_anothers_place_or_opened_by_anothers_key_does_not_open():
    with pytest.raises(Altered):
        opened(seal(b"x"), name="practices/7/charts/ab/other")
    with pytest.raises(Altered):
        opened(seal(b"x"), secret=bytes(32))


def test_pdf_and_image_readers_take_it_for_a_file():
    with pikepdf.open(opened(seal(files.small_pdf(1)))) as document:
        assert len(document.pages) == 1
    with Image.open(opened(seal(files.png()))) as image:
        image.load()


def test_sealing_and_reading_need_the_memory_of_some_segments_only():
    """Whatever is handed on is a piece; nothing holds the whole."""
    pieces = list(sealed([BIG], secret=SECRET, number=1, name=lambda: NAME))
    assert max(len(piece) for piece in pieces) == SEGMENT + TAG
    file = opened(b"".join(pieces))
    assert max(len(piece) for piece in file.pieces(len(BIG))) == SEGMENT
