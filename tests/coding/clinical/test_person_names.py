"""One line with a name, in parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.rules.formats.person_names import PersonName, one_line, person_name


@pytest.mark.parametrize(
    ("line", "family", "given_names", "others"),
    [
        ("Quinlan, Marta", "Quinlan", ("Marta",), ("", "", "")),
        ("Marta Louise Quinlan", "Quinlan", ("Marta", "Louise"), ("", "", "")),
        ("QUINLAN,MARTA L", "QUINLAN", ("MARTA", "L"), ("", "", "")),
        ("Dr. Reyes", "Reyes", (), ("Dr.", "", "")),
        ("Dr. Ana Reyes, MD", "Reyes", ("Ana",), ("Dr.", "", "MD")),
        ("Reyes, Ana, M.D., FACC", "Reyes", ("Ana",), ("", "", "M.D. FACC")),
        ("John Smith Jr.", "Smith", ("John",), ("", "Jr.", "")),
        ("Smith Jr., John", "Smith", ("John",), ("", "Jr.", "")),
        ("Smith, John, III", "Smith", ("John",), ("", "III", "")),
        ("Ida van der Berg", "van der Berg", ("Ida",), ("", "", "")),
        ("Maria de la Cruz", "de la Cruz", ("Maria",), ("", "", "")),
        ("De La Cruz, Maria", "De La Cruz", ("Maria",), ("", "", "")),
        ("Sr. Pedro Gómez", "Gómez", ("Pedro",), ("Sr.", "", "")),
        ("Cher", "Cher", (), ("", "", "")),
        ("Van Do", "Do", ("Van",), ("", "", "")),
        ("MD", "MD", (), ("", "", "")),
        ("Quinlan,", "Quinlan", (), ("", "", "")),
        ("", "", (), ("", "", "")),
    ],
)
def test_the_parts_of_a_name(line, family, given_names, others):
    name = person_name(line)
    assert (name.family, name.given, (name.prefix, name.suffix, name.degree)) == (family, given_names, others)


def words_of(name: PersonName):
    return sorted(" ".join((name.family, *name.given, name.prefix, name.suffix, name.degree)).split())


@given(st.text(max_size=60))
def test_no_word_of_a_name_is_lost(line):
    name = person_name(line)
    assert name.text == one_line(line)
    assert words_of(name) == sorted(name.text.replace(",", " ").split())


@given(st.text(max_size=60))
def test_a_name_is_one_line_without_control_characters(line):
    text = one_line(line)
    assert text == one_line(text)
    assert not any(sign in text for sign in "\r\n\t\x00\x0b\x1c\x85\u2028")
    assert text.encode().decode() == text
