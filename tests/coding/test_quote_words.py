"""What the words of evidence say: uncertain, denied, the family's, past, and which side."""

import pytest

from coding.rules.code_titles import Side
from coding.rules.quote_words import is_denied, is_of_family, is_past, side_in, uncertain_word

PNEUMONIA = "Pneumonia, unspecified organism"


@pytest.mark.parametrize(
    ("quote", "word"),
    [
        ("probable pneumonia", "probable"),
        ("Pneumonia is suspected", "suspected"),
        ("questionable pneumonia", "questionable"),
        ("rule out pneumonia", "rule out"),
        ("r/o pneumonia", "r/o"),
        ("infiltrate compatible with pneumonia", "compatible with"),
        ("consistent with pneumonia", "consistent with"),
        ("working diagnosis pneumonia", "working diagnosis"),
        ("most likely pneumonia", "likely"),
        ("concern for pneumonia", "concern for"),
        ("pneumonia vs. atelectasis", "vs"),
        ("pneumonia", ""),
        ("pneumonia confirmed by film, initially suspected", ""),
        ("possible pneumonia, unconfirmed", "possible"),
        ("pneumonia no longer suspected", ""),
        ("pneumonia; possible reflux", ""),
        ("pneumonia: call as soon as possible", ""),
        ("pneumonia, discussed possible side effects of the antibiotic", ""),
        ("pneumonia unlikely", ""),
    ],
)
def test_uncertain(quote, word):
    assert uncertain_word(quote, PNEUMONIA) == word


@pytest.mark.parametrize(
    ("quote", "denied"),
    [
        ("denies pneumonia", True),
        ("no pneumonia", True),
        ("no acute pneumonia", True),
        ("negative for pneumonia", True),
        ("pneumonia was ruled out", True),
        ("no evidence of acute disease", True),
        ("pneumonia has not been ruled out", False),
        ("pneumonia to be ruled out", False),
        ("no change in pneumonia", False),
        ("no medication taken for pneumonia", False),
        ("pneumonia without effusion", False),
        ("pneumonia, denies fever", False),
        ("denies pneumonia last year but has pneumonia now", False),
        ("cough", False),
    ],
)
def test_denied(quote, denied):
    assert is_denied(quote, PNEUMONIA) is denied


@pytest.mark.parametrize(
    ("quote", "family"),
    [
        ("family history of pneumonia", True),
        ("FHx: pneumonia", True),
        ("father died of pneumonia", True),
        ("mother reports pneumonia", False),
        ("pneumonia; family history of asthma", False),
        ("mother has noticed the pneumonia", False),
    ],
)
def test_of_the_family(quote, family):
    assert is_of_family(quote, PNEUMONIA) is family


@pytest.mark.parametrize(
    ("quote", "past"),
    [
        ("history of breast cancer", True),
        ("breast cancer s/p mastectomy 2010", True),
        ("h/o breast cancer, on tamoxifen", False),
        ("history of breast cancer with recurrence", False),
        ("breast cancer", False),
        ("family history of breast cancer", False),
    ],
)
def test_past(quote, past):
    assert is_past(quote) is past


@pytest.mark.parametrize(
    ("quote", "side"),
    [
        ("pain in the right knee", Side.RIGHT),
        ("Lt knee", Side.LEFT),
        ("both knees", Side.BOTH),
        ("bilateral knee pain", Side.BOTH),
        ("left knee worse than right", None),
        ("right-handed with left wrist pain", Side.LEFT),
        ("left hand dominant", None),
        ("he left the room", None),
        ("all right right now", None),
        ("left ventricular hypertrophy", None),
        ("pain in the right upper quadrant", None),
        ("knee", None),
    ],
)
def test_side(quote, side):
    assert side_in(quote) is side
