"""The official files beside this checkout: each loads whole, twice is once, and spoiled lines are named exactly."""

import csv
import gzip
import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest

from coding.actions.carried_lists import CARRIED, load_carried_lists
from coding.actions.code_sets import RowsRefused, load_code_file
from coding.models import Code, Edition
from coding.rules.code_sets import CodeSet
from tests.shared_data import DATA, needs_official_files

pytestmark = [needs_official_files, pytest.mark.django_db]
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = date(2015, 10, 1)


def lines(content: bytes) -> int:
    return sum(bool(line.strip()) for line in content.splitlines())


def records(content: bytes, delimiter: str = ",") -> int:
    return sum(1 for _ in csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=delimiter)) - 1


def tabbed(content: bytes) -> int:
    return records(content, "\t")


def hcpcs_records(content: bytes) -> int:
    return sum(line[10:11] in b"37" for line in content.splitlines())


def entries(content: bytes) -> int:
    """The codes of an index or table, and the terms that have none."""
    found = 0
    for term in ET.fromstring(content).iter():  # noqa: S314  (an official file)
        if term.tag in {"mainTerm", "term"}:
            codes = [node.text for node in term if node.tag in {"code", "subcat", "cell"} and node.text.strip("-")]
            found += len(codes) or 1
    return found


class File(NamedTuple):
    code_set: CodeSet
    path: str
    count: Callable[[bytes], int]
    spoil: str = r"^.(?=[0-9A-Z ]*[0-9])"  # the first character of a code at the beginning of a line


CODE_IN_XML = r"(?<=>)[A-Z](?=[0-9][0-9A-Z][0-9A-Z.-]*</c)"
FILES = [
    File(CodeSet.ICD10CM, "icd10cm/icd10cm_codes_fy2026apr.tsv.gz", tabbed),
    File(CodeSet.ICD10CM, "icd10cm/icd10cm_codes_fy2027_derived.tsv.gz", tabbed),
    File(CodeSet.ICD10CM, "samples/icd10cm_order_2025_sample.txt", lines),
    File(CodeSet.ICD10CM_INDEX, "icd10cm/ICD10CM_2025_Index.csv", records, r"(?<=,)[A-Z](?=[0-9][0-9A-Z.]*-?$)"),
    File(CodeSet.ICD10CM_EXTERNAL_INDEX, "icd10cm/icd-10-cm-eindex-2025.xml", entries, CODE_IN_XML),
    File(CodeSet.ICD10CM_NEOPLASM, "icd10cm/icd-10-cm-neoplasm-2025.xml", entries, CODE_IN_XML),
    File(CodeSet.ICD10CM_DRUG, "icd10cm/icd-10-cm-drug-2025.xml", entries, CODE_IN_XML),
    File(CodeSet.ICD9CM, "icd9/CMS32_DESC_LONG_DX.txt", lines),
    File(CodeSet.ICD9CM, "icd9/CMS32_DESC_SHORT_DX.txt", lines),
    File(CodeSet.ICD9CM_PROCEDURES, "icd9/CMS32_DESC_LONG_SG.txt", lines),
    File(CodeSet.ICD9CM_PROCEDURES, "icd9/CMS32_DESC_SHORT_SG.txt", lines),
    File(CodeSet.ICD9CM, "samples/CMS32_DESC_LONG_DX_sample.txt", lines),
    File(CodeSet.GEM_9_TO_10, "gems/2018_I9gem.txt", lines),
    File(CodeSet.GEM_10_TO_9, "gems/2018_I10gem.txt", lines),
    File(CodeSet.HCPCS, "hcpcs/hcpcs_level2_2024apr.csv", records),
    File(CodeSet.HCPCS, "hcpcs/hcpcs_level2_2025oct_rebuilt.csv", records),
    File(CodeSet.HCPCS, "samples/HCPC2025_OCT_ANWEB_sample_rebuilt.txt", hcpcs_records, r"^.(?=.{9}[37])"),
    File(CodeSet.PLACES_OF_SERVICE, "hcpcs/pos_codes.csv", records, r"^[0-9](?=[0-9],(Non-)?Facility)"),
]
# Each layout has a file in every run; more files of the same layout are read by `make faults`.
MORE = {
    "icd10cm/icd10cm_codes_fy2027_derived.tsv.gz", "icd9/CMS32_DESC_SHORT_DX.txt", "icd9/CMS32_DESC_SHORT_SG.txt",
    "gems/2018_I10gem.txt", "hcpcs/hcpcs_level2_2024apr.csv",
}  # fmt: skip
EACH = [
    pytest.param(file, id=Path(file.path).name, marks=[pytest.mark.every_fault] if file.path in MORE else [])
    for file in FILES
]


def content_of(file: File) -> bytes:
    content = (DATA / file.path).read_bytes()
    return gzip.decompress(content) if file.path.endswith(".gz") else content


def spoiled(file: File, content: bytes) -> tuple[bytes, list[int]]:
    """The file with three of its lines spoiled, and which."""
    form = re.compile(file.spoil.encode())
    every = content.splitlines(keepends=True)
    fit = [number for number, line in enumerate(every) if number and form.search(line.rstrip())]
    chosen = [fit[len(fit) * tenth // 10] for tenth in (1, 5, 9)]
    for number in chosen:
        every[number] = form.sub(b"?", every[number].rstrip(), count=1) + b"\n"
    return b"".join(every), [number + 1 for number in chosen]


def load(file: File, content: bytes | Path, **more):
    source = content if isinstance(content, Path) else io.BytesIO(content)
    return load_code_file(
        code_set=file.code_set, file=source, file_name=file.path, name="official", effective=DAY, by=None, at=NOON,
        **more,
    )  # fmt: skip


@pytest.mark.parametrize("file", EACH)
def test_a_file_loads_whole_and_its_spoiled_lines_are_named(file):
    content = content_of(file)
    count = file.count(content)
    report = load(file, DATA / file.path)
    assert (report.edition.rows, report.left_out) == (count, 0)

    assert load(file, DATA / file.path).unchanged
    assert Edition.objects.get() == report.edition

    bad, numbers = spoiled(file, content)
    with pytest.raises(RowsRefused) as refusal:
        load(file, bad)
    assert [row.line for row in refusal.value.refused] == numbers
    assert Edition.objects.get() == report.edition

    told = load(file, bad, leave_out_refused=True)
    assert (told.edition.rows, told.left_out) == (count - 3, 3)
    assert Edition.objects.get() == told.edition


def test_the_changes_that_come_along_make_the_list_of_fy2027():
    tens = [carried for carried in CARRIED if carried.layout.code_set is CodeSet.ICD10CM]
    load_carried_lists(at=NOON, lists=tens)
    made = set(Code.objects.filter(edition__name="FY2027").values_list("code", "billable"))
    derived = content_of(FILES[1]).decode().splitlines()[1:]
    assert made == {
        (cells["code"], cells["billable"] == "1")
        for cells in csv.DictReader(io.StringIO("\n".join(["code\tbillable\tlong_title", *derived])), delimiter="\t")
    }
