"""`manage.py price`, over loaded files; and every amount that CMS published for Arkansas in 2025."""

import csv
import json
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from coding.actions.prices import locality_of_zip, schedule_of
from coding.models import Fee, FeeSchedule, Locality, RelativeValue, ZipLocality
from coding.rules.code_sets import CodeSet
from coding.rules.fee_schedules import MEDICARE, Schedule
from coding.rules.pricing import Service, price_claim
from coding.rules.rbrvs import Factor, FeeTables, Indices
from coding.rules.tables import RelativeValue as Row
from tests import factories
from tests.coding.prices.rows import row
from tests.shared_data import DATA, needs_official_files

JANUARY, OCTOBER = date(2025, 1, 1), date(2025, 10, 1)


def edition(code_set, effective=JANUARY, name=""):
    return factories.EditionFactory(code_set=code_set, effective=effective, name=name or f"{code_set} {effective}")


def stored(found, of):
    names = [field.name for field in RelativeValue._meta.concrete_fields if field.name not in {"id", "edition"}]
    return RelativeValue.objects.create(edition=of, **{name: getattr(found, name) for name in names})


@pytest.fixture
def files(db):
    first, second = edition(CodeSet.RELATIVE_VALUES), edition(CodeSet.RELATIVE_VALUES, OCTOBER)
    factor = Decimal("32.3465")
    stored(row("G0101", "1.30", "1.35", "0.57", "0.10", conversion_factor=factor), first)
    stored(row("G0101", "2.00", "1.35", "0.57", "0.10", conversion_factor=factor), second)
    stored(row("G0105", "3.26", "6.44", "1.79", "0.43", multiple_procedure="2", conversion_factor=factor), first)
    stored(
        row("G0106", "4.57", "8.33", "2.38", "0.56", multiple_procedure="3", endoscopic_base="G0105",
            conversion_factor=factor), first,
    )  # fmt: skip
    indices = {"work": 1, "expense": Decimal("0.860"), "malpractice": Decimal("0.518")}
    for effective in (JANUARY, OCTOBER):
        Locality.objects.create(
            edition=edition(CodeSet.GPCI, effective),
            carrier="07102",
            locality="13",
            state="AR",
            name="ARKANSAS",
            **indices,
        )


def run(*args, **options):
    out = StringIO()
    call_command("price", *args, stdout=out, **options)
    return out.getvalue()


def test_one_service(files):
    said = run("g0101", "--on", "2025-02-01", "--locality", "07102-13", "--pos", "11").splitlines()
    assert said[0] == "G0101: 81.28"
    assert "relative_values 2025-01-01: (1.30 × 1.0000" in said[1]


def test_the_release_of_the_date_of_service_counts(files):
    assert "103.92" in run("G0101", "--on", "2025-10-01", "--locality", "07102-13")
    assert "81.28" in run("G0101", "--on", "2025-09-30", "--locality", "07102-13")


def test_without_a_locality_the_amount_is_national(files):
    assert run("G0101", "--on", "2025-02-01").startswith("G0101: 88.95")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["G0101"], "Name a service and its date"),
        (
            ["G0101", "--on", "2025-02-01", "--locality", "99999-01"],
            "99999-01 is not among the localities of 2025-02-01",
        ),
        (["--csv", "/nowhere/lines.csv"], "cannot be read"),
        (["G0101", "--on", "2025-02-01", "--units", "0"], "units"),
        (["G0101", "--on", "2025-02-01", "--units", "-5"], "units"),
        (["G0101", "--on", "2025-02-01", "--units", "99999999999"], "units"),
        (["G0101\0", "--on", "2025-02-01"], "A service is a code"),
        (["-", "--on", "2025-02-01"], "A service is a code"),
        (["G0101", "--on", "2025-02-01", "--locality", "07102\0-13"], "A locality is written"),
    ],
)
def test_what_is_missing_is_said(files, args, message):
    with pytest.raises(CommandError, match=message):
        run(*args)


LINES = """claim,hcpcs,modifiers,units,date,carrier,locality,pos
1,G0106,,1,2025-02-01,07102,13,22
1,G0105,,1,2025-02-01,07102,13,22
2,G0105,,1,2025-02-01,7102,13,22
,G0101,25,2,2025-02-01,,,11
,G0101,,1,01/02/2025,,,11
,G9999,,1,2025-02-01,,,11
,G0101,,1,2025-02-01,00000,01,11
,G0101,,0,2025-02-01,,,11
"""


def test_a_file_of_lines_comes_back_in_its_order_with_amount_and_steps(files, tmp_path):
    file = tmp_path / "lines.csv"
    file.write_text(LINES)
    rows = list(csv.DictReader(StringIO(run("--csv", str(file)))))
    assert [found["amount"] for found in rows] == ["223.41", "0.00", "162.45", "177.90", "", "", "", ""]
    assert [found["hcpcs"] for found in rows] == [
        "G0106",
        "G0105",
        "G0105",
        "G0101",
        "G0101",
        "G9999",
        "G0101",
        "G0101",
    ]
    assert rows[1]["steps"].endswith("the base endoscopy is part of the others of its family")
    assert [found["steps"] for found in rows[4:]] == [
        "the date is YYYY-MM-DD",
        "G9999 is not in the fee schedule of 2025-02-01",
        "00000-01 is not among the localities of 2025-02-01 (gpci 2025-01-01).",
        "units are a whole number from 1 to 99999",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("G0101,,1,2025-02-01,,,11,too,many", "more or fewer cells"),
        ("G0101,,1,2025-02-01", "more or fewer cells"),
        ("G0101,,99999999999,2025-02-01,,,11", "from 1 to 99999"),
        ("G0101,,٣,2025-02-01,,,11", "from 1 to 99999"),
        ("G0101\0,,1,2025-02-01,,,11", "four or five letters"),
        ("G0101,,1,2025-02-01,0\0,1,11", "A locality is written"),
    ],
)
def test_a_row_that_says_no_service_is_told_so_and_the_others_are_priced(files, tmp_path, line, said):
    file = tmp_path / "lines.csv"
    file.write_text("hcpcs,modifiers,units,date,carrier,locality,pos\n" + line + "\nG0101,,1,2025-02-01,,,11\n")
    bad, good = csv.DictReader(StringIO(run("--csv", str(file))))
    assert (bad["amount"], said in bad["steps"], good["amount"]) == ("", True, "88.95")


def test_a_cell_without_end_is_named(files, tmp_path):
    file = tmp_path / "lines.csv"
    file.write_text("hcpcs,modifiers,units,date,carrier,locality,pos\n" + "x" * 200_000 + ",,1,2025-02-01,,,11\n")
    with pytest.raises(CommandError, match="is no CSV"):
        run("--csv", str(file))


def test_a_file_that_was_priced_before_is_priced_anew_in_the_same_columns(files, tmp_path):
    file = tmp_path / "lines.csv"
    file.write_text("hcpcs,modifiers,units,date,carrier,locality,pos\nG0101,,1,2025-02-01,,,11\n")
    first = run("--csv", str(file))
    file.write_text(first)
    assert run("--csv", str(file)) == first


def test_a_file_without_a_column_is_refused(files, tmp_path):
    file = tmp_path / "lines.csv"
    file.write_text("hcpcs,units\nG0101,1\n")
    with pytest.raises(CommandError, match="no column modifiers, date, carrier, locality, pos"):
        run("--csv", str(file))


def test_many_claims_take_few_queries(files, tmp_path, django_assert_max_num_queries):
    header, line = LINES.splitlines()[:2]
    file = tmp_path / "lines.csv"
    file.write_text("\n".join([header, *(line.replace("1,", f"{number},", 1) for number in range(200))]))
    with django_assert_max_num_queries(12):
        rows = list(csv.DictReader(StringIO(run("--csv", str(file)))))
    assert {found["amount"] for found in rows} == {"223.41"}


def test_a_zip_code_leads_to_its_locality(db):
    of = edition(CodeSet.ZIP_LOCALITIES)
    ZipLocality.objects.create(edition=of, zip_code="72201", state="AR", carrier="07102", locality="13")
    assert locality_of_zip("72201-1234", on=JANUARY) == ("07102", "13")
    assert locality_of_zip("00000", on=JANUARY) is None


def test_the_payers_schedule_of_the_day(db):
    payer = factories.PayerFactory()
    assert schedule_of(payer, on=JANUARY) == MEDICARE
    FeeSchedule.objects.create(
        practice=payer.practice, payer=payer, name="2024", starts_on=date(2024, 1, 1), ends_on=date(2024, 12, 31),
        percent_of_medicare=110,
    )  # fmt: skip
    now = FeeSchedule.objects.create(practice=payer.practice, payer=payer, name="2025", starts_on=JANUARY)
    Fee.objects.create(practice=payer.practice, schedule=now, code="G0101", amount=Decimal("90.00"))
    assert schedule_of(payer, on=date(2024, 6, 1)) == Schedule("2024", Decimal(110), {})
    assert schedule_of(payer, on=JANUARY) == Schedule("2025", None, {("G0101", ""): Decimal("90.00")})


# -- what CMS published ------------------------------------------------------------------------------


@needs_official_files
def test_every_published_amount_is_met_to_the_cent():
    points = json.loads((DATA / "rbrvs" / "testpoints_2025_AR.json").read_text())
    assert len(points) == 174
    missed = [point for point in points if str(of_point(point)) != point["published"]]
    assert missed == []


def of_point(point):
    expense, work, malpractice = (Decimal(point[name]) for name in ("pe", "work", "mp"))
    found = Row(point["hcpcs"], point["mod"], "A", work, expense, expense, malpractice)
    tables = FeeTables(
        rows={(point["hcpcs"], point["mod"]): found},
        indices=Indices(*(Decimal(value) for value in point["gpci"])),
        factors=(Factor(JANUARY, False, Decimal(point["cf"])),),
    )
    pos = "11" if point["setting"] == "nonfacility" else "22"
    modifiers = (point["mod"],) if point["mod"] else ()
    (price,) = price_claim([Service(point["hcpcs"], JANUARY, modifiers, 1, pos)], tables)
    return price.amount


@needs_official_files
def test_the_published_carrier_file_is_met_to_the_cent():
    rvus = {(found["hcpcs"], found["mod"]): found for found in csv.DictReader((DATA / "rbrvs" / "rvu2025.csv").open())}
    published = list(csv.DictReader((DATA / "rbrvs" / "pf2025_AR_07102_13.csv").open()))
    values = {key: value_of(found) for key, found in rvus.items()}
    tables = FeeTables(
        rows=values,
        indices=Indices(Decimal(1), Decimal("0.860"), Decimal("0.518")),
        factors=(Factor(JANUARY, False, Decimal("32.3465")),),
    )
    for found in published:
        modifiers = (found["mod"],) if found["mod"] else ()
        for pos, column in (("11", "nf"), ("22", "fac")):
            if found[column]:
                (price,) = price_claim([Service(found["hcpcs"], JANUARY, modifiers, 1, pos)], tables)
                assert str(price.amount) == found[column], (found, pos)


def value_of(found):
    return Row(
        found["hcpcs"], found["mod"], found["status"], Decimal(found["work"]), Decimal(found["pe_nf"]),
        Decimal(found["pe_f"]), Decimal(found["mp"]), global_days=found["glob"], multiple_procedure=found["mult"],
        bilateral=found["bilat"], assistant=found["asst"], co_surgeon=found["cosurg"], team=found["team"],
        endoscopic_base=found["endobase"],
    )  # fmt: skip
