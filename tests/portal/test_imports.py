"""Many at once from a table: first shown line by line, then the good ones taken together."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.models import AuditEvent, Invitation, Location, Payer, Provider
from tests import factories

pytestmark = pytest.mark.django_db
PEOPLE = """Name,E-mail address,Role,Practice code,Skills
Nora Webb,nora@example.com,Coder; Verifier,,Cardiology; Primary care
Piet Vos,piet@example.com,Practice user,RIVER,
Wrong Role,wrong@example.com,Wizard,,
No Practice,none@example.com,practice user,,
Nora Again,NORA@example.com,Manager,,
Cleo Twin,{cleo},Manager,,
"""


def send(client, address, text, **more):
    file = SimpleUploadedFile("table.csv", text if isinstance(text, bytes) else text.encode())
    return client.post(address, {"file": file, **more})


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def test_people_are_shown_first_each_wrong_line_with_its_reason_and_nobody_is_invited_yet(as_ada, river, cleo):
    page = send(as_ada, reverse("portal:people_import"), PEOPLE.format(cleo=cleo.email))
    rows = {line: faults for line, _, faults in page.context["rows"]}
    assert rows[2] == rows[3] == ()
    assert "Wizard" in rows[4][0]
    assert rows[5] == ("Practice: Choose the practice of this practice user.",)
    assert "The same as line 2." in rows[6]
    assert rows[7] == ("Somebody already signs in with this address.",)
    assert "2 invitations of 6 lines can be taken" in " ".join(page.content.decode().split())
    assert not Invitation.objects.exists()


def test_the_good_lines_are_taken_with_what_they_say(as_ada, river, cleo):
    address = reverse("portal:people_import")
    page = send(as_ada, address, PEOPLE.format(cleo=cleo.email))
    done = as_ada.post(address, {"text": page.context["again"].initial["text"], "take": "1"}, follow=True)
    assert "2 invitations taken. 4 lines left out." in done.content.decode()
    nora, piet = Invitation.objects.order_by("name")
    assert (nora.roles, nora.specialties) == (["coder", "verifier"], ["cardiology", "primary_care"])
    assert (piet.roles, piet.practice) == (["practice"], river)
    assert AuditEvent.objects.filter(action="person.invited").count() == 2
    again = send(as_ada, address, PEOPLE.format(cleo=cleo.email))
    assert "No line can be taken" in again.content.decode()


def test_providers_come_with_checked_numbers(as_ada, river):
    good, taken = factories.npi(501), factories.ProviderFactory(practice=river).npi
    text = f"NPI;Specialty;Provider name\n{good};cardiology;Dr. Søn\n1234567890;cardiology;X\n{taken};radiology;Y\n"
    address = reverse("portal:practice_import", args=[river.pk, "provider"])
    page = send(as_ada, address, text.encode("cp1252"))
    rows = {line: faults for line, _, faults in page.context["rows"]}
    assert rows[2] == ()
    assert "not an NPI" in rows[3][0]
    assert "already exists" in rows[4][0]
    as_ada.post(address, {"text": page.context["again"].initial["text"], "take": "1"})
    assert Provider.objects.filter(practice=river, npi=good, name="Dr. Søn", specialty="cardiology").count() == 1


def test_a_place_of_service_whose_zero_a_spreadsheet_took_away_gets_it_back(as_ada, river):
    address = reverse("portal:practice_import", args=[river.pk, "location"])
    send(as_ada, address, "Location,POS\nTelehealth,2\n", take="1")
    assert Location.objects.get(practice=river, name="Telehealth").place_of_service == "02"


def test_payers_bring_their_other_names(as_ada, river):
    address = reverse("portal:practice_import", args=[river.pk, "payer"])
    send(as_ada, address, "Payer,Payer ID,Other names\nBlue Heron,BH001,BHHP; Blue Heron HMO\n", take="1")
    assert Payer.objects.get(practice=river, name="Blue Heron").also_known_as == ["BHHP", "Blue Heron HMO"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Name,NPI\nX,1\n", "must name these columns too: Specialty"),
        (b"\x00\x01", "not text"),
        (b"NPI,Name,Specialty\n", "no rows"),
        (b"just words\nmore words\n", "No columns"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_with_what_to_do(as_ada, river, content, said):
    page = send(as_ada, reverse("portal:practice_import", args=[river.pk, "provider"]), content)
    assert page.status_code == 200
    assert said in page.content.decode()
    assert not Provider.objects.filter(practice=river).exists()


def test_without_a_file_the_form_says_so_and_an_unknown_kind_does_not_exist(as_ada, river):
    assert "Choose the CSV file." in as_ada.post(reverse("portal:people_import")).content.decode()
    assert as_ada.get(f"/practices/{river.pk}/agreement/import/").status_code == 404


def test_managers_import_nobody(client, max_, river):
    client.force_login(max_)
    assert send(client, reverse("portal:people_import"), PEOPLE).status_code == 404
