"""The operators' pages: read-only, without patients and secrets, behind the site's own sign-in."""

import pytest
from django.apps import apps
from django.urls import reverse

from coding.models import Code
from portal.admin import operators
from portal.models import AuditEvent
from tests import factories


@pytest.fixture
def operator(db):
    return factories.UserFactory(is_staff=True, is_superuser=True)


def test_a_stranger_signs_in_by_the_sites_own_page(client, db):
    answer = client.get("/operator/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/account/login/")
    assert client.post("/operator/login/", {"username": "x", "password": "y"}).url.startswith("/account/login/")


@pytest.mark.parametrize("who", ["cleo", "ann", "ada", "max_"])
def test_for_others_there_are_no_such_pages(request, as_user, who, cleo, ann, ada, max_):
    browser = as_user(request.getfixturevalue(who))
    assert browser.get("/operator/", follow=True).status_code == 404
    assert AuditEvent.objects.filter(action="access.refused").exists()


def test_nothing_can_be_added_changed_or_removed(as_user, operator):
    browser = as_user(operator)
    for model, page in operators._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert not page.actions, model
        assert browser.post(reverse(f"{name}_add"), {}).status_code == 403, model
        assert browser.post(reverse(f"{name}_delete", args=[1]), {"post": "yes"}).status_code in {302, 403}, model
        assert browser.post(reverse(f"{name}_change", args=[1]), {}).status_code in {302, 403}, model


def test_every_table_of_every_app_is_there_once():
    ours = {
        table for app in ("portal", "coding", "claims", "feedback") for table in apps.get_app_config(app).get_models()
    }
    assert set(operators._registry) == ours
    assert operators._registry[Code].search_fields, "its own page was not taken over by the plain one"


def test_every_table_can_be_looked_at(as_user, operator, cleo, river):
    factories.AssignmentFactory()
    factories.CommentFactory()
    factories.PageFactory()
    browser = as_user(operator)
    for model in operators._registry:
        page = browser.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
        assert page.status_code == 200, model
        row = model._default_manager.first()
        if row is not None:
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
            assert browser.get(reverse(name, args=[row.pk])).status_code == 200, model


def test_patients_and_secrets_are_not_shown(as_user, operator, river):
    page = factories.PageFactory(text="Jane Quillfeather, born 1960", chart__original_name="quillfeather-jane.pdf")
    factories.CommentFactory(body="About Jane Quillfeather")
    browser = as_user(operator)
    for model in operators._registry:
        shown = set(operators._registry[model].fields_shown())
        assert not shown & set(getattr(model, "patient_fields", ())), model
        assert not shown & {"password", "token_hash"}, model
        listed = browser.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
        assert "quillfeather" not in listed.content.decode().lower(), model
    detail = browser.get(reverse("admin:portal_chart_change", args=[page.chart_id])).content.decode()
    assert "quillfeather" not in detail.lower()


def test_what_other_packages_register_is_not_there(as_user, operator):
    browser = as_user(operator)
    for address in ("usersessions/usersession/", "mfa/authenticator/", "auth/group/", "account/emailaddress/"):
        assert browser.get(f"/operator/{address}").status_code == 404
