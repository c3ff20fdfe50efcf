"""The doors' pages: accounts, keys and passwords of SFTP, and the FHIR server."""

import json
import subprocess

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.models import AuditEvent, EndpointState, FhirEndpoint, Job, SftpAccount, SftpKey, SftpServer
from portal.rules.inbox import FileState
from tests import factories


@pytest.fixture
def browser(cleo, as_user):
    return as_user(cleo)


@pytest.fixture
def public_key(tmp_path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True)
    return (tmp_path / "key.pub").read_text()


def fingerprint(tmp_path):
    shown = subprocess.run(["ssh-keygen", "-l", "-f", str(tmp_path / "key.pub")], capture_output=True, text=True)
    return shown.stdout.split()[1]


def made(browser, river, **changes):
    sent = {"name": "Records export", "suffix": "records", "owner": "", "specialty": "radiology", **changes}
    return browser.post(reverse("portal:sftp_account_add", args=[river.pk]), sent)


def test_an_account_gets_a_key_whose_fingerprint_is_openssh_s(browser, river, public_key, tmp_path):
    assert made(browser, river).status_code == 302
    account = SftpAccount.objects.get()
    assert (account.login, account.specialty, account.owner) == ("river-records", "radiology", None)
    page = reverse("portal:sftp_account", args=[account.pk])
    assert browser.post(page, {"name": "server room", "text": public_key}).status_code == 302
    key = SftpKey.objects.get()
    assert key.fingerprint == fingerprint(tmp_path)
    assert key.fingerprint in browser.get(page).content.decode()
    assert browser.post(reverse("portal:sftp_key_revoke", args=[key.pk])).status_code == 302
    key.refresh_from_db()
    assert key.revoked_at is not None
    actions = list(AuditEvent.objects.filter(action__startswith="sftp").values_list("action", flat=True))
    assert sorted(actions) == ["sftp_account.created", "sftp_key.added", "sftp_key.revoked"]


@pytest.mark.parametrize(("text", "why"), [
    ("-----BEGIN OPENSSH PRIVATE KEY-----", "private key"),
    ("ssh-dss AAAAB3NzaC1kc3MAAACB", "it begins with ssh-ed25519"),
    ("ssh-ed25519 AAAAC3Nza", "damaged"),
    ("ssh-ed25519 AAAAB3NzaC1yc2EAAAADAQABAAAAQQ==", "damaged"),
    ("command=\"rm\" ssh-ed25519 AAAA", "it begins with ssh-ed25519"),
])  # fmt: skip
def test_what_is_no_public_key_is_refused_with_the_reason(browser, river, text, why):
    account = factories.SftpAccountFactory(practice=river)
    answer = browser.post(reverse("portal:sftp_account", args=[account.pk]), {"name": "x", "text": text})
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not SftpKey.objects.exists()


def test_a_short_rsa_key_is_refused(browser, river, tmp_path):
    subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "1024", "-N", "", "-f", str(tmp_path / "rsa")], check=True)
    account = factories.SftpAccountFactory(practice=river)
    text = (tmp_path / "rsa.pub").read_text()
    answer = browser.post(reverse("portal:sftp_account", args=[account.pk]), {"name": "x", "text": text})
    assert "2048 bits" in answer.content.decode()


def test_one_key_opens_one_account(browser, river, lake, public_key, otto, as_user):
    ours, theirs = factories.SftpAccountFactory(practice=river), factories.SftpAccountFactory(practice=lake)
    assert as_user(otto).post(
        reverse("portal:sftp_account", args=[theirs.pk]), {"name": "x", "text": public_key}
    ).status_code == 302  # fmt: skip
    answer = browser.post(reverse("portal:sftp_account", args=[ours.pk]), {"name": "x", "text": public_key})
    assert "opens an account already" in answer.content.decode()


def test_a_name_is_not_given_twice_even_after_its_end(browser, river):
    made(browser, river)
    browser.post(reverse("portal:sftp_account_end", args=[SftpAccount.objects.get().pk]))
    assert "not given twice" in made(browser, river).content.decode()
    assert SftpAccount.objects.get().ended_at is not None


def test_an_account_cannot_belong_to_somebody_of_another_practice(browser, river, otto):
    assert made(browser, river, owner=str(otto.pk)).status_code == 200
    assert not SftpAccount.objects.exists()


def test_a_password_is_shown_once_and_only_where_admins_allow_it(browser, river, ada, as_user):
    account = factories.SftpAccountFactory(practice=river)
    page = reverse("portal:sftp_password", args=[account.pk])
    assert browser.post(page).status_code == 302
    account.refresh_from_db()
    assert account.password == ""
    assert browser.post(reverse("portal:sftp_passwords", args=[river.pk]), {"allowed": "1"}).status_code == 404
    as_user(ada).post(reverse("portal:sftp_passwords", args=[river.pk]), {"allowed": "1"})
    shown = browser.post(page)
    account.refresh_from_db()
    assert account.password.startswith("argon2")
    assert shown.context["secret"] in shown.content.decode()
    assert (
        shown.context["secret"] not in browser.get(reverse("portal:sftp_account", args=[account.pk])).content.decode()
    )
    browser.post(page, {"do": "clear"})
    account.refresh_from_db()
    assert (account.password, account.password_set_at) == ("", None)


def test_the_page_says_where_the_server_is_what_is_unfinished_and_that_e_mail_is_no_door(browser, river):
    page = reverse("portal:doors", args=[river.pk])
    empty = browser.get(page).content.decode()
    assert "E-mail is never a way for charts" in empty
    assert "No accounts yet." in empty
    assert "not running" in empty
    SftpServer.objects.create(
        station="0" * 16, address="sftp.example.com:22", fingerprint="SHA256:abc", started_at=timezone.now(),
        seen_at=timezone.now(),
    )  # fmt: skip
    folder = factories.InboxFolderFactory(account=factories.SftpAccountFactory(practice=river))
    factories.InboxFileFactory(folder=folder, state=FileState.CUT, flagged_at=timezone.now())
    full = browser.get(page).content.decode()
    assert "sftp.example.com:22" in full
    assert "SHA256:abc" in full
    assert "not running" not in full
    assert "1 file in the inbox did not arrive completely" in full


def test_the_batch_page_tells_of_files_that_did_not_arrive_completely(browser, river):
    batch = factories.BatchFactory(practice=river, source="sftp")
    folder = factories.InboxFolderFactory(account=factories.SftpAccountFactory(practice=river), batch=batch)
    page = reverse("portal:batch", args=[batch.pk])
    assert "did not arrive completely" not in browser.get(page).content.decode()
    factories.InboxFileFactory(folder=folder, state=FileState.MISSED)
    assert "1 file sent by SFTP did not arrive completely" in browser.get(page).content.decode()


def test_a_fhir_server_is_set_up_and_its_key_published(browser, river, client):
    page = reverse("portal:fhir_endpoint", args=[river.pk])
    sent = {
        "base_url": "https://ehr.example.com/fhir", "token_url": "https://ehr.example.com/token",
        "client_id": "chartline", "specialty": "cardiology", "since": "2026-01-01",
    }  # fmt: skip
    assert browser.post(page, sent).status_code == 302
    endpoint = FhirEndpoint.objects.get()
    assert endpoint.since.isoformat() == "2026-01-01T00:00:00+00:00"
    published = client.get(reverse("portal:fhir_keys", args=[endpoint.key_id]))
    assert published.json() == {"keys": [json.loads(endpoint.public_key)]}
    assert "d" not in published.json()["keys"][0], "the private half was published"
    assert endpoint.private_key not in published.content.decode()
    assert "ehr.example.com/fhir" in browser.get(reverse("portal:doors", args=[river.pk])).content.decode()
    do = reverse("portal:fhir_do", args=[river.pk])
    browser.post(do, {"do": "ask"})
    assert Job.objects.get().kind == "portal.fetch_fhir"
    browser.post(do, {"do": "off"})
    endpoint.refresh_from_db()
    assert endpoint.state == EndpointState.OFF


@pytest.mark.parametrize(
    "address", ["http://ehr.example.com/fhir", "ftp://x/y", "ehr.example.com", "https://a:b@c.example/fhir"]
)
def test_addresses_that_may_not_be_asked_are_refused_in_the_form(browser, river, address):
    sent = {
        "base_url": address,
        "token_url": "https://ehr.example.com/token",
        "client_id": "c",
        "specialty": "cardiology",
    }
    answer = browser.post(reverse("portal:fhir_endpoint", args=[river.pk]), sent)
    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {"base_url"}
    assert not FhirEndpoint.objects.exists()


def test_a_fault_stands_on_the_page_with_what_to_do(browser, river):
    factories.FhirEndpointFactory(practice=river, last_fault="sign_in_refused", fault_since=timezone.now())
    page = browser.get(reverse("portal:doors", args=[river.pk])).content.decode()
    assert "The server refused our sign-in." in page
