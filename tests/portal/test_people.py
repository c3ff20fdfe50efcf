"""Admins manage people on the site."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from portal import scope
from portal.actions.people import (
    AlreadyDone,
    LastAdmin,
    NotOneself,
    add_client_rule,
    change_roles,
    deactivate_person,
    reactivate_person,
    reset_second_factor,
)
from portal.actions.tokens_admin import create_token
from portal.models import AuditEvent, ClientRule, Membership, Skill, TokenScope, User, UserRole
from portal.rules.roles import Role
from portal.rules.specialties import Specialty
from portal.signals import person_deactivated
from tests import factories


def sign_in(person):
    """A browser that signed in by the page, so that its session is listed."""
    browser = Client()
    answer = browser.post("/account/login/", {"login": person.email, "password": factories.PASSWORD})
    assert answer.status_code == 302, answer.content
    return browser


def actions_about(person):
    return set(
        AuditEvent.objects.filter(object_type="portal.user", object_id=person.pk).values_list("action", flat=True)
    )


def test_the_list_shows_who_may_what(as_user, ada, ann, cleo, river):
    page = as_user(ada).get("/people/").content.decode()
    for words in (ann.name, ann.email, "Coder", cleo.name, "Practice user", river.name):
        assert words in page


def test_the_list_can_be_searched_and_filtered(as_user, ada, ann, cleo):
    admin = as_user(ada)
    assert cleo.name not in admin.get("/people/?q=archer").content.decode()
    assert ann.name in admin.get("/people/?q=archer").content.decode()
    assert ann.name not in admin.get("/people/?role=practice").content.decode()
    assert "Nobody fits" in admin.get("/people/?q=zzz").content.decode()


def test_the_list_shows_open_sessions_and_second_step(as_user, ada, ann):
    sign_in(ann)
    Authenticator.objects.create(user=ann, type="totp", data={})
    row = as_user(ada).get("/people/?q=archer").content.decode()
    assert 'data-label="Sessions" class="num">1<' in row
    assert 'data-label="Second step">App<' in row


def test_a_long_list_has_pages_that_show_everybody_once(as_user, ada):
    for _ in range(60):
        factories.UserFactory(name="Same Name")
    admin, seen, address = as_user(ada), [], "/people/"
    for _ in range(3):
        answer = admin.get(address)
        seen += [row["url"] for row in answer.context["people"]]
        if not answer.context["pagination"]["next_url"]:
            break
        address = f"/people/{answer.context['pagination']['next_url']}"
    assert len(seen) == len(set(seen)) == User.objects.count()


@pytest.mark.parametrize("address", ["/people/", "/people/invite/", "/practices/", "/audit/"])
def test_for_others_these_pages_do_not_exist(as_user, cleo, ann, max_, bill, address):
    for person in (cleo, ann, max_, bill):
        assert as_user(person).get(address).status_code == 404


def test_roles_are_shown_before_they_change(as_user, ada, ann):
    admin, address = as_user(ada), f"/people/{ann.pk}/roles/"
    page = admin.post(address, {"roles": ["coder", "admin"]}).content.decode()
    assert "Will be able to" in page
    assert "read the audit trail" in page
    assert "Admin and Coder" in page  # two duties in one hand
    assert User.objects.get(pk=ann.pk).roles == {Role.CODER}
    assert admin.post(address, {"roles": ["coder", "admin"], "confirmed": "1"}).status_code == 302
    assert User.objects.get(pk=ann.pk).roles == {Role.CODER, Role.ADMIN}
    assert UserRole.objects.get(user=ann, role="admin").granted_by == ada
    assert actions_about(ann) == {"role.granted"}


def test_roles_that_do_not_fit_are_refused_with_a_reason(as_user, ada, ann, river):
    admin, address = as_user(ada), f"/people/{ann.pk}/roles/"
    assert "cannot hold" in admin.post(address, {"roles": ["coder", "practice"], "practice": river.pk}).content.decode()
    assert "Choose the practice" in admin.post(address, {"roles": ["practice"]}).content.decode()
    assert "at least one role" in admin.post(address, {"confirmed": "1"}).content.decode()
    assert User.objects.get(pk=ann.pk).roles == {Role.CODER}


def test_whoever_moves_to_the_service_leaves_the_practice(ada, cleo, river):
    change_roles(user=cleo, roles=[Role.CODER], practice=None, by=ada, at=timezone.now())
    assert cleo.practice_ids == frozenset()
    assert cleo.is_service_staff
    assert actions_about(cleo) == {"role.granted", "role.removed", "membership.removed"}


def test_a_practice_user_moves_to_another_practice(ada, cleo, river, lake):
    change_roles(user=cleo, roles=[Role.PRACTICE], practice=lake, by=ada, at=timezone.now())
    assert [row.practice for row in Membership.objects.filter(user=cleo)] == [lake]


def test_the_last_admin_stays_admin(ada):
    with pytest.raises(LastAdmin):
        change_roles(user=ada, roles=[Role.MANAGER], practice=None, by=ada, at=timezone.now())
    assert User.objects.get(pk=ada.pk).roles == {Role.ADMIN}


def test_a_deactivated_admin_does_not_count_as_one(ada):
    second = factories.UserFactory(roles=[Role.ADMIN])
    deactivate_person(user=second, by=ada, at=timezone.now())
    with pytest.raises(LastAdmin):
        change_roles(user=ada, roles=[Role.MANAGER], practice=None, by=ada, at=timezone.now())


def test_the_page_explains_that_the_last_admin_stays(as_user, ada):
    answer = as_user(ada).post(f"/people/{ada.pk}/roles/", {"roles": ["manager"], "confirmed": "1"}, follow=True)
    assert "last admin" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_remove_each_other_at_once_leave_one(ada):
    other = factories.UserFactory(roles=[Role.ADMIN])

    def remove(pair):
        by, user = pair
        try:
            with scope.service():
                change_roles(user=user, roles=[Role.MANAGER], practice=None, by=by, at=timezone.now())
        except LastAdmin:
            return "refused"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(remove, [(ada, other), (other, ada)]))
    assert outcomes == ["done", "refused"]
    assert UserRole.objects.filter(role=Role.ADMIN).count() == 1


def test_skills_and_push_limit_are_set(as_user, ada, ann):
    skills = ["radiology:coding", "cardiology:precoding", "cardiology:coding"]
    answer = as_user(ada).post(f"/people/{ann.pk}/work/", {"skills": skills, "push_limit": "3"})
    assert answer.status_code == 302
    skills = {row.specialty: row.stages for row in Skill.objects.filter(user=ann)}
    assert skills == {"radiology": ["coding"], "cardiology": ["precoding", "coding"]}
    assert User.objects.get(pk=ann.pk).push_limit == 3
    assert actions_about(ann) == {"person.work_changed"}


def test_a_push_limit_out_of_range_is_refused(as_user, ada, ann):
    answer = as_user(ada).post(f"/people/{ann.pk}/work/", {"skills": ["radiology:coding"], "push_limit": "999"})
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()


def test_a_practice_is_kept_away_and_given_back(as_user, ada, ann, river):
    admin = as_user(ada)
    sent = {"practice": river.pk, "reason": "Worked there until 2025"}
    assert admin.post(f"/people/{ann.pk}/client-rules/", sent).status_code == 302
    assert "already" in admin.post(f"/people/{ann.pk}/client-rules/", sent).content.decode()
    rule = ClientRule.objects.get(user=ann)
    assert "Worked there" in admin.get(f"/people/{ann.pk}/").content.decode()
    assert admin.post(f"/people/{ann.pk}/client-rules/{rule.pk}/remove/").status_code == 302
    assert not ClientRule.objects.exists()
    assert actions_about(ann) == {"client_rule.added", "client_rule.removed"}


def test_the_database_keeps_a_rule_once(ada, ann, river):
    add_client_rule(user=ann, practice=river, reason="x", by=ada, at=timezone.now())
    with pytest.raises(IntegrityError, match="portal_clientrule_once"), transaction.atomic():
        ClientRule.objects.create(user=ann, practice=river, reason="y")


def test_who_is_deactivated_is_out_at_once_and_hands_over(ada, ann):
    browser = sign_in(ann)
    told = []

    def hand_over(user, to, by, at, **_more):
        told.append((user, to, by))

    person_deactivated.connect(hand_over)
    try:
        deactivate_person(user=ann, by=ada, at=timezone.now())
    finally:
        person_deactivated.disconnect(hand_over)
    assert told == [(ann, None, ada)]
    assert browser.get("/security/").url.startswith("/account/login/")
    assert not Session.objects.filter(session_key=browser.session.session_key).exists()
    assert User.objects.get(pk=ann.pk).deactivated_by == ada
    assert "person.deactivated" in actions_about(ann)


def test_the_page_asks_who_goes_on_with_the_work(ada, ann, bea, cleo, max_, as_user):
    browser, address = as_user(ada), f"/people/{ann.pk}/deactivate/"
    page = browser.get(address).content.decode()
    assert "Open work goes to" in page
    assert bea.name in page
    assert max_.name not in page.split("Open work goes to")[1]
    assert browser.post(address, {"hand_to": max_.pk}).status_code == 422
    assert User.objects.get(pk=ann.pk).is_active
    answer = browser.post(address, {"hand_to": bea.pk}, follow=True).content.decode()
    assert f"Open work went to {bea.name}." in answer
    assert "Open work goes to" not in browser.get(f"/people/{cleo.pk}/deactivate/").content.decode()


def test_a_session_that_is_not_listed_dies_with_its_person(as_user, ada, ann):
    browser = as_user(ann)
    assert browser.get("/security/").status_code == 200
    User.objects.filter(pk=ann.pk).update(is_active=False, deactivated_at=timezone.now(), deactivated_by=ada)
    assert browser.get("/security/").status_code == 302


def test_who_comes_back_has_the_roles_they_had(as_user, ada, ann):
    deactivate_person(user=ann, by=ada, at=timezone.now())
    with pytest.raises(AlreadyDone):
        deactivate_person(user=ann, by=ada, at=timezone.now())
    assert as_user(ada).post(f"/people/{ann.pk}/reactivate/").status_code == 302
    ann.refresh_from_db()
    assert ann.is_active
    assert sign_in(ann).get("/security/").status_code == 200
    with pytest.raises(AlreadyDone):
        reactivate_person(user=ann, by=ada, at=timezone.now())


def test_nobody_deactivates_themselves_or_the_last_admin(ada):
    with pytest.raises(NotOneself):
        deactivate_person(user=ada, by=ada, at=timezone.now())
    other = factories.UserFactory(roles=[Role.ADMIN])
    deactivate_person(user=other, by=ada, at=timezone.now())
    with pytest.raises(LastAdmin):
        deactivate_person(user=ada, by=other, at=timezone.now())


def test_deactivation_asks_first(as_user, ada, ann):
    admin = as_user(ada)
    assert "goes back to the queue" in admin.get(f"/people/{ann.pk}/deactivate/").content.decode()
    assert User.objects.get(pk=ann.pk).is_active
    assert admin.post(f"/people/{ann.pk}/deactivate/").status_code == 302
    assert not User.objects.get(pk=ann.pk).is_active
    assert "Deactivated" in admin.get(f"/people/{ann.pk}/").content.decode()


def test_the_database_knows_since_when_and_by_whom_somebody_is_out(ann, ada):
    with pytest.raises(IntegrityError, match="portal_user_inactive_since"), transaction.atomic():
        User.objects.filter(pk=ann.pk).update(is_active=False)
    with pytest.raises(IntegrityError, match="portal_user_deactivated_by_at"), transaction.atomic():
        User.objects.filter(pk=ann.pk).update(is_active=False, deactivated_at=timezone.now())


def test_all_sessions_of_a_person_are_ended(as_user, ada, ann):
    browsers = [sign_in(ann), sign_in(ann)]
    answer = as_user(ada).post(f"/people/{ann.pk}/sessions/", follow=True)
    assert "2 sessions" in answer.content.decode()
    for browser in browsers:
        assert browser.get("/security/").status_code == 302
    assert "sessions.revoked" in actions_about(ann)


def test_a_lost_second_factor_is_reset_by_another(as_user, ada, ann):
    browser = sign_in(ann)
    for kind in ("totp", "recovery_codes", "webauthn"):
        Authenticator.objects.create(user=ann, type=kind, data={"name": "key"})
    assert as_user(ada).post(f"/people/{ann.pk}/second-factor/").status_code == 302
    assert not Authenticator.objects.filter(user=ann).exists()
    assert browser.get("/security/").status_code == 302
    event = AuditEvent.objects.get(action="second_factor.reset")
    assert event.actor == ada
    assert event.detail["removed"] == ["recovery_codes", "totp", "webauthn"]
    with pytest.raises(NotOneself):
        reset_second_factor(user=ada, by=ada, at=timezone.now())


def key_of(person, practice, name="Export"):
    now = timezone.now()
    return create_token(
        practice=practice,
        name=name,
        scopes=[TokenScope.SEND],
        expires_at=now + timedelta(days=30),
        by=person,
        at=now,
    )[0]


def revoked(token):
    token.refresh_from_db()
    trail = AuditEvent.objects.filter(action="token.revoked", object_id=token.pk).count()
    assert trail == (token.revoked_at is not None)
    return token.revoked_at is not None


def test_keys_made_by_somebody_who_left_are_listed_and_stay(as_user, ada, cleo, river):
    token, admin = key_of(cleo, river), as_user(ada)
    assert token.prefix in admin.get(f"/people/{cleo.pk}/deactivate/").content.decode()
    admin.post(f"/people/{cleo.pk}/deactivate/")
    assert token.prefix in admin.get(f"/people/{cleo.pk}/").content.decode()
    assert not revoked(token)


def test_keys_are_revoked_with_their_makers_access_if_so_chosen(as_user, ada, cleo, otto, river, lake):
    token, others = key_of(cleo, river), key_of(otto, lake)
    as_user(ada).post(f"/people/{cleo.pk}/deactivate/", {"revoke_keys": "1"})
    assert revoked(token)
    assert not revoked(others)
    assert AuditEvent.objects.get(action="token.revoked").actor == ada


def test_keys_of_somebody_who_moves_stay_with_the_practice_they_leave(as_user, ada, cleo, river, lake):
    token, admin, address = key_of(cleo, river), as_user(ada), f"/people/{cleo.pk}/roles/"
    stays = {"roles": ["practice"], "practice": river.pk}
    moves = {"roles": ["practice"], "practice": lake.pk}
    assert token.prefix not in admin.post(address, stays).content.decode()
    assert token.prefix in admin.post(address, moves).content.decode()
    admin.post(address, {**moves, "confirmed": "1"})
    page = admin.get(f"/people/{cleo.pk}/").content.decode()
    assert token.prefix in page
    assert f"{token.name}, {river.name}" in page
    assert not revoked(token)


def test_keys_of_somebody_who_moves_are_revoked_if_so_chosen(as_user, ada, cleo, river, lake):
    left, brought = key_of(cleo, river), key_of(cleo, lake)
    moves = {"roles": ["practice"], "practice": lake.pk, "confirmed": "1", "revoke_keys": "1"}
    as_user(ada).post(f"/people/{cleo.pk}/roles/", moves)
    assert (revoked(left), revoked(brought)) == (True, False)
    work = key_of(cleo, river, "Old")
    as_user(ada).post(f"/people/{cleo.pk}/roles/", {"roles": ["coder"], "confirmed": "1", "revoke_keys": "1"})
    assert revoked(work)
    assert revoked(brought)


def test_keys_are_revoked_later_on_the_page_of_their_maker(as_user, ada, cleo, river):
    token, admin = key_of(cleo, river), as_user(ada)
    answer = admin.post(f"/people/{cleo.pk}/keys/revoke/", follow=True)
    assert "1 API key of" in answer.content.decode()
    assert token.prefix not in answer.content.decode()
    assert revoked(token)
    assert "0 API keys of" in admin.post(f"/people/{cleo.pk}/keys/revoke/", follow=True).content.decode()


def test_the_practice_sees_which_keys_were_made_by_somebody_who_is_gone(as_user, ada, cleo, river, lake):
    key_of(cleo, river)
    colleague = factories.UserFactory(roles=[Role.PRACTICE], practice=river)
    assert "left</span>" not in as_user(colleague).get("/api-keys/").content.decode()
    change_roles(user=cleo, roles=[Role.PRACTICE], practice=lake, by=ada, at=timezone.now())
    assert "left</span>" in as_user(colleague).get("/api-keys/").content.decode()


def test_an_admin_sees_no_charts_or_batches(as_user, ada):
    from portal.models import Batch, Chart

    factories.ChartFactory()
    assert not Batch.objects.visible_to(ada).exists()
    assert not Chart.objects.visible_to(ada).exists()


def test_a_skill_stands_once(ann):
    with pytest.raises(IntegrityError, match="portal_skill_once"), transaction.atomic():
        Skill.objects.create(user=ann, specialty=Specialty.RADIOLOGY)
    with pytest.raises(IntegrityError, match="portal_userrole_once"), transaction.atomic():
        UserRole.objects.create(user=ann, role=Role.CODER)
