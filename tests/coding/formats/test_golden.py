"""Each format as a file that can be looked at: what leaves the building, byte for byte."""

import io
import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from coding.rules.formats import FORMATS
from coding.rules.formats.fixed_file import spans
from portal.rules.delivery_formats import DELIVERY_FORMATS, LONGEST_FORMAT, UNLESS_CHOSEN
from tests.coding.formats.visits import RESULT, contents

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "formats"
WRITTEN = ("csv", "txt", "fixed", "xml", "json")


def rendered(name, template=None, result=RESULT):
    return FORMATS[name].render(contents(result), template or FORMATS[name].TEMPLATE)


def golden(name):
    return GOLDEN / f"result-{name}{FORMATS[name].ENDING}"


@pytest.mark.parametrize("name", WRITTEN)
def test_a_format_is_its_golden_file(name):
    assert rendered(name) == golden(name).read_bytes()


def parts(workbook):
    """The files within, by name: how tightly they are packed depends on the machine's zlib."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as book:
        return {one.filename: (one.date_time, book.read(one)) for one in book.infolist()}


def test_the_workbook_is_its_golden_file():
    assert parts(rendered("xlsx")) == parts(golden("xlsx").read_bytes())


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_says_what_it_is(name):
    form = FORMATS[name]
    assert DELIVERY_FORMATS[name] == form.LABEL
    assert form.ENDING.startswith(".")
    assert "/" in form.MEDIA_TYPE


def test_contracts_offer_the_formats_that_there_are():
    assert list(DELIVERY_FORMATS) == list(FORMATS)
    assert set(UNLESS_CHOSEN) <= set(FORMATS)
    assert max(map(len, FORMATS)) <= LONGEST_FORMAT


def test_json_and_xml_say_the_same():
    told = json.loads(rendered("json"))
    root = ET.fromstring(rendered("xml"))  # noqa: S314  (our own)
    assert (root.get("batch"), root.get("practice")) == (told["batch"], told["practice"])
    assert [as_record(one) for one in root.findall("result")] == told["results"]


def as_record(element):
    """A record as JSON has it; numbers are those that JSON has as numbers."""
    found = {}
    for child in element:
        if child.tag == "lines":
            found["lines"] = [as_record(one) for one in child]
        elif child.tag in {"diagnoses", "modifiers", "pointers"}:
            found[child.tag] = [int(one.text) if child.tag == "pointers" else one.text for one in child]
        elif child.tag in {"line", "units"}:
            found[child.tag] = int(child.text)
        else:
            found[child.tag] = child.text
    return found


def test_each_line_of_fixed_width_is_as_wide_as_the_columns():
    template = FORMATS["fixed"].TEMPLATE
    lines = rendered("fixed").decode().split("\r\n")
    assert lines.pop() == ""
    assert {len(line) for line in lines} == {spans(template)[-1][1]}
    first, last = spans(template)[[column.key for column in template.columns].index("member_id")]
    assert lines[0][first - 1 : last].rstrip() == "-123", "a file for a machine has the value as it is"
