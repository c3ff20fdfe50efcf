"""Composing a template: by buttons, with a preview, in words that say what is wrong and where."""

from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.output_templates import save_output_template
from coding.rules.formats import FORMATS
from coding.rules.formats.template import Column
from portal.models import AuditEvent, Contract, OutputTemplateVersion
from tests.coding.test_delivery import batch, deliver  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db
SETTINGS = {
    "csv": {"separator": "comma", "quoting": "needed", "line_end": "crlf", "encoding": "utf8_marked",
            "date_format": "iso", "header_row": "on", "dots": "on"},
    "fixed": {"line_end": "crlf", "encoding": "utf8", "date_format": "iso", "dots": "on"},
    "xml": {"date_format": "iso", "dots": "on"},
}  # fmt: skip
NAME = {"name_joiner": "-", "part_1": "practice", "part_2": "batch", "part_3": "version"}


def form(*keys, kind="csv", **more):
    rows = {f"key-{number}": key for number, key in enumerate(keys, start=1)}
    return {**SETTINGS[kind], **NAME, "row": list(range(1, len(keys) + 1)), **rows, "do": "save", **more}


def post(browser, practice, kind="csv", **fields):
    return browser.post(reverse("coding:output-format", args=[practice.pk, kind]), fields)


def headings(page):
    return [row["label"] for row in page.context["rows"]]


def test_a_manager_saves_a_template_and_deliveries_are_written_with_it(batch, max_, as_user):  # noqa: F811
    browser = as_user(max_)
    answer = post(browser, batch.practice, **form("patient", "procedure", **{"heading-2": "CPT"}))
    assert answer.status_code == 302
    Contract.objects.update(delivery_formats=["csv"])
    deliver(batch)
    version = OutputTemplateVersion.objects.get()
    sent = version.deliveries.get()
    assert sent.format == "csv"
    assert version.created_by == max_
    page = browser.get(answer["Location"])
    assert headings(page) == ["Patient", "Procedure"]
    assert "Saved as version 1." in page.content.decode()


def test_an_admin_composes_with_invented_rows_only(batch, ada, max_, as_user):  # noqa: F811
    deliver(batch)
    by_max = as_user(max_).get(reverse("coding:output", args=[batch.practice.pk]))
    real = by_max.context["sources"][1][0]
    asked = form("patient", do="show", source=real)
    assert "Marta Quinlan" in post(as_user(max_), batch.practice, **asked).content.decode()
    assert AuditEvent.objects.get(action="output_template.previewed").actor == max_
    by_ada = post(as_user(ada), batch.practice, **asked)
    assert by_ada.context["sources"] == [("", "Invented rows")]
    assert "Sample, Rosa" in by_ada.content.decode()
    assert "Quinlan" not in by_ada.content.decode()


@pytest.mark.parametrize(
    ("step", "order", "focus"),
    [
        ("down-1", ["Procedure", "Patient", "Units"], "down-1"),
        ("up-2", ["Procedure", "Patient", "Units"], "down-2"),
        ("up-3", ["Patient", "Units", "Procedure"], "up-3"),
        ("up-1", ["Patient", "Procedure", "Units"], ""),
        ("remove-3", ["Patient", "Procedure"], "remove-2"),
        ("down-99", ["Patient", "Procedure", "Units"], ""),
    ],
)
def test_a_button_changes_the_order_and_keeps_the_focus(river, max_, as_user, step, order, focus):
    page = post(as_user(max_), river, **form("patient", "procedure", "units", do=step))
    assert headings(page) == order
    assert page.context["draft"].focus == focus
    assert not OutputTemplateVersion.objects.exists()


def test_a_column_is_added_at_the_end_and_its_heading_has_the_focus(river, max_, as_user):
    page = post(as_user(max_), river, **form("patient", "sex", do="add", add="payer"))
    assert headings(page) == ["Patient", "Sex", "Payer"]
    assert 'id="heading-3"' in page.content.decode()
    assert page.context["draft"].focus == "heading-3"
    assert "Payer added as column 3." in page.content.decode()


def test_htmx_gets_the_editor_or_the_preview_alone(river, max_, as_user):
    url, asked = reverse("coding:output-format", args=[river.pk, "csv"]), form("patient", do="show")
    editor = as_user(max_).post(url, asked, headers={"HX-Request": "true", "HX-Target": "output-editor"})
    assert "<html" not in editor.content.decode()
    assert 'id="output-preview"' in editor.content.decode()
    shown = as_user(max_).post(url, asked, headers={"HX-Request": "true", "HX-Target": "output-preview"})
    assert "<form" not in shown.content.decode()
    assert "Sample, Rosa" in shown.content.decode()


@pytest.mark.parametrize(
    ("kind", "fields", "says"),
    [
        ("csv", form(), "Choose at least one column."),
        ("csv", form("shoe_size"), "There is no column “shoe_size”."),
        ("csv", form("patient", "patient"), "Two columns are called “Patient”."),
        ("csv", form("patient", part_3=""), "The file name needs the part “Version”."),
        ("csv", form("patient", part_4="batch"), "A part stands twice in the file name."),
        ("fixed", form("patient", kind="fixed", **{"width-1": "x"}), "a width is from 1 to 400"),
        ("fixed", form("sex", kind="fixed", header_row="on", **{"width-1": "1"}), "The heading “Sex” needs 3"),
        ("xml", form("patient", kind="xml", **{"heading-1": "Full name"}), "“Full name” is no name of an XML element"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(river, max_, as_user, kind, fields, says):
    page = post(as_user(max_), river, kind=kind, **fields)
    assert page.status_code == 422
    assert says in page.content.decode()
    assert not OutputTemplateVersion.objects.exists()


def test_the_preview_names_the_column_that_is_too_narrow(river, max_, as_user):
    page = post(as_user(max_), river, kind="fixed", **form("patient", kind="fixed", do="show", **{"width-1": "5"}))
    assert "Patient, E-00002: needs 19 characters, and the column has 5" in page.content.decode()


def test_a_batch_that_waits_is_shown_with_what_does_not_fit(batch, max_, as_user):  # noqa: F811
    Contract.objects.update(delivery_formats=["fixed"])
    narrow = replace(FORMATS["fixed"].TEMPLATE, columns=(Column("patient", width=5),))
    save_output_template(practice=batch.practice, kind="fixed", template=narrow, by=max_, at=timezone.now())
    deliver(batch)
    url = reverse("coding:output-format", args=[batch.practice.pk, "fixed"])
    assert "B-7 is finished and waits" in as_user(max_).get(url).content.decode()
    asked = form("patient", kind="fixed", do="show", source=f"batch-{batch.pk}", **{"width-1": "5"})
    assert "needs 13 characters" in post(as_user(max_), batch.practice, kind="fixed", **asked).content.decode()


def test_an_older_version_can_be_looked_at_and_saved_again(river, max_, as_user):
    browser = as_user(max_)
    post(browser, river, **form("patient"))
    post(browser, river, **form("sex"))
    url = reverse("coding:output-format", args=[river.pk, "csv"])
    assert headings(browser.get(url)) == ["Sex"]
    assert headings(browser.get(f"{url}?version=1")) == ["Patient"]
    assert browser.get(f"{url}?version=7").status_code == 404


def test_what_is_in_use_is_not_saved_again(river, max_, as_user):
    post(as_user(max_), river, **form("patient"))
    post(as_user(max_), river, **form("patient"))
    assert OutputTemplateVersion.objects.count() == 1


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_has_its_page(river, ada, as_user, kind):
    page = as_user(ada).get(reverse("coding:output-format", args=[river.pk, kind]))
    assert page.status_code == 200
    assert "RIVER-B-1-v1" in page.content.decode()


def test_people_who_do_not_set_up_practices_find_no_page(river, cleo, otto, ann, as_user):
    for stranger in (cleo, otto, ann):
        assert as_user(stranger).get(reverse("coding:output", args=[river.pk])).status_code == 404
