"""Joining by invitation."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal import scope
from portal.actions.invitations import (
    AlreadyAPerson,
    AlreadyInvited,
    InvitationGone,
    RolesDoNotFit,
    accept_invitation,
    invite_person,
    resend_invitation,
    revoke_invitation,
)
from portal.models import AuditEvent, Invitation, Job, Notice, User
from portal.rules.roles import Role
from portal.rules.specialties import Specialty
from tests import factories

PASSWORD = "four unrelated small words"


@pytest.fixture
def invited(ada):
    """Invite somebody as a coder: invited(email=…) answers (invitation, secret)."""

    def invite(**changes):
        wanted = {
            "email": "New.Person@Example.com",
            "name": "New Person",
            "roles": [Role.CODER],
            "practice": None,
            "specialties": [Specialty.RADIOLOGY],
            "by": ada,
            "at": timezone.now(),
        }
        return invite_person(**{**wanted, **changes})

    return invite


def join(client, secret, **changes):
    return client.post(f"/join/{secret}", {"name": "New Person", "password": PASSWORD, **changes})


def test_only_a_hash_of_the_secret_is_kept(invited):
    invitation, secret = invited()
    assert len(secret) >= 43  # 256 bits in base 64
    assert secret not in str(vars(invitation))
    assert re.fullmatch("[0-9a-f]{64}", invitation.token_hash)


def test_the_link_goes_into_the_outbox_and_out_again_when_it_is_used(invited):
    _, secret = invited()
    notice = Notice.objects.get(kind="invitation")
    assert (notice.email, notice.link) == ("new.person@example.com", f"/join/{secret}")
    assert Job.objects.get(kind="portal.send_notice").object_id == notice.pk
    accept_invitation(secret=secret, name="New Person", password=PASSWORD, at=timezone.now())
    notice.refresh_from_db()
    assert notice.link == ""


def test_whoever_follows_the_link_is_in(client, invited, ada):
    invitation, secret = invited()
    page = client.get(f"/join/{secret}")
    assert "new.person@example.com" in page.content.decode()
    assert join(client, secret).status_code == 302
    person = User.objects.get(email="new.person@example.com")
    assert client.session["_auth_user_id"] == str(person.pk)
    assert person.check_password(PASSWORD)
    assert person.roles == {Role.CODER}
    assert [skill.specialty for skill in person.skills.all()] == [Specialty.RADIOLOGY]
    assert person.user_roles.get().granted_by == ada
    address = EmailAddress.objects.get(user=person)
    assert address.verified
    assert address.primary
    invitation.refresh_from_db()
    assert invitation.accepted_by == person


def test_a_practice_user_joins_the_practice(client, invited, river):
    _, secret = invited(roles=[Role.PRACTICE], practice=river, specialties=[])
    assert join(client, secret).status_code == 302
    assert User.objects.get(email="new.person@example.com").practice_ids == {river.pk}


def test_a_link_works_once(client, invited):
    _, secret = invited()
    join(client, secret)
    client.logout()
    assert client.get(f"/join/{secret}").status_code == 404
    assert join(client, secret).status_code == 404
    assert User.objects.filter(email="new.person@example.com").count() == 1


def test_a_link_ends_after_72_hours(client, invited, time_machine):
    _, secret = invited()
    start = timezone.now()
    time_machine.move_to(start + timedelta(hours=71, minutes=59))
    assert client.get(f"/join/{secret}").status_code == 200
    time_machine.move_to(start + timedelta(hours=72, minutes=1))
    assert client.get(f"/join/{secret}").status_code == 404
    with pytest.raises(InvitationGone):
        accept_invitation(secret=secret, name="New Person", password=PASSWORD, at=timezone.now())


def test_a_link_that_was_taken_back_opens_nothing(client, invited, ada):
    invitation, secret = invited()
    revoke_invitation(invitation=invitation, by=ada, at=timezone.now())
    assert client.get(f"/join/{secret}").status_code == 404
    assert not Notice.objects.exclude(link="").exists()
    with pytest.raises(InvitationGone):
        revoke_invitation(invitation=invitation, by=ada, at=timezone.now())


def test_sending_again_replaces_the_link(client, invited, ada):
    invitation, first = invited()
    second = resend_invitation(invitation=invitation, by=ada, at=timezone.now())
    assert client.get(f"/join/{first}").status_code == 404
    assert client.get(f"/join/{second}").status_code == 200
    assert list(Notice.objects.exclude(link="").values_list("link", flat=True)) == [f"/join/{second}"]


def test_what_was_used_is_not_sent_again(invited, ada):
    invitation, secret = invited()
    accept_invitation(secret=secret, name="New Person", password=PASSWORD, at=timezone.now())
    with pytest.raises(InvitationGone):
        resend_invitation(invitation=invitation, by=ada, at=timezone.now())


@pytest.mark.parametrize("password", ["short", "1234567891011", "new.person@example.com", ""])
def test_a_weak_password_is_refused_with_a_reason(client, invited, password):
    _, secret = invited()
    answer = join(client, secret, password=password)
    assert answer.status_code == 200
    assert "There is a problem" in answer.content.decode()
    assert not User.objects.filter(email="new.person@example.com").exists()


def test_somebody_signed_in_does_not_join_as_another_person(as_user, cleo, invited):
    _, secret = invited()
    page = as_user(cleo).get(f"/join/{secret}")
    assert "Sign out first" in page.content.decode()
    assert join(as_user(cleo), secret).status_code == 200
    assert not User.objects.filter(email="new.person@example.com").exists()


def test_an_address_is_invited_once_at_a_time(invited):
    invited()
    with pytest.raises(AlreadyInvited):
        invited(email="new.person@example.com ")


def test_an_expired_invitation_gives_way_to_a_new_one(invited):
    invited()
    invited(at=timezone.now() + timedelta(hours=73))
    assert Invitation.objects.filter(revoked_at=None).count() == 1


def test_who_is_here_is_not_invited(invited, ann):
    with pytest.raises(AlreadyAPerson):
        invited(email=ann.email.upper())


def test_roles_of_service_and_practice_exclude_each_other(invited, river):
    with pytest.raises(RolesDoNotFit):
        invited(roles=[Role.PRACTICE, Role.CODER], practice=river)
    with pytest.raises(RolesDoNotFit):
        invited(roles=[Role.PRACTICE], practice=None)
    with pytest.raises(RolesDoNotFit):
        invited(roles=[Role.CODER], practice=river)


def test_the_database_keeps_one_open_invitation_for_an_address(invited):
    invitation, _ = invited()
    with pytest.raises(IntegrityError, match="portal_invitation_one_open"), transaction.atomic():
        Invitation.objects.create(
            email=invitation.email, name="x", roles=["coder"], token_hash="0" * 64, created_at=timezone.now(),
            expires_at=timezone.now(),
        )  # fmt: skip


def test_the_database_keeps_who_accepted_and_when_together(invited):
    invitation, _ = invited()
    with pytest.raises(IntegrityError, match="portal_invitation_accepted_by_at"), transaction.atomic():
        Invitation.objects.filter(pk=invitation.pk).update(accepted_at=timezone.now())


def test_invitations_stand_in_the_trail_without_the_address(invited, ada):
    _, secret = invited()
    accept_invitation(secret=secret, name="New Person", password=PASSWORD, at=timezone.now())
    actions = list(AuditEvent.objects.order_by("at", "action").values_list("action", flat=True))
    assert {"person.invited", "invitation.accepted", "role.granted"} <= set(actions)
    for event in AuditEvent.objects.all():
        assert "example.com" not in str(event.detail)
        assert secret not in str(event.detail)


def test_an_admin_invites_on_the_site_and_sees_the_link_once(as_user, ada, client):
    admin = as_user(ada)
    answer = admin.post(
        "/people/invite/",
        {"email": "new@example.com", "name": "New Person", "roles": ["verifier"], "specialties": ["radiology"]},
    )
    path = re.search(r"/join/[\w-]+", answer.content.decode()).group()
    assert path.removeprefix("/join/") not in admin.get("/people/").content.decode()
    assert client.get(path).status_code == 200


def test_a_coder_is_invited_with_a_specialty(as_user, ada):
    answer = as_user(ada).post("/people/invite/", {"email": "new@example.com", "name": "N P", "roles": ["coder"]})
    assert "at least one specialty" in answer.content.decode()
    assert not Invitation.objects.exists()


def test_a_second_invitation_is_explained(as_user, ada, ann, invited):
    invited(email="new@example.com")
    sent = {"name": "N P", "roles": ["manager"]}
    assert (
        "open invitation" in as_user(ada).post("/people/invite/", {**sent, "email": "new@example.com"}).content.decode()
    )
    assert "already signs in" in as_user(ada).post("/people/invite/", {**sent, "email": ann.email}).content.decode()


def test_invitations_are_sent_again_and_taken_back_on_the_site(as_user, ada, invited):
    invitation, _ = invited()
    admin = as_user(ada)
    assert "/join/" in admin.post(f"/people/invitations/{invitation.pk}/resend/").content.decode()
    assert admin.post(f"/people/invitations/{invitation.pk}/revoke/").status_code == 302
    again = admin.post(f"/people/invitations/{invitation.pk}/resend/", follow=True)
    assert "used or taken back" in again.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["cleo", "ann", "max_"])
def test_others_invite_nobody(request, as_user, who):
    answer = as_user(request.getfixturevalue(who)).post("/people/invite/", {"email": "x@example.com"})
    assert answer.status_code == 404
    assert AuditEvent.objects.filter(action="access.refused").exists()


@pytest.mark.django_db
def test_the_first_admin_of_a_site_gets_a_link_from_the_command_line(client, capsys):
    with scope.opened(staff=False):
        call_command("invite_admin", "first@example.com", "First Admin")
    path = re.search(r"/join/[\w-]+", capsys.readouterr().out).group()
    assert join(client, path.removeprefix("/join/")).status_code == 302
    assert User.objects.get(email="first@example.com").roles == {Role.ADMIN}


def test_the_command_says_why_it_refuses(ann):
    with pytest.raises(CommandError, match="already signs in"):
        call_command("invite_admin", ann.email, "Ann")


def test_two_people_with_one_link_make_one_account(invited):
    _, secret = invited()
    factories.UserFactory(email="new.person@example.com")
    with pytest.raises(InvitationGone):
        accept_invitation(secret=secret, name="New Person", password=PASSWORD, at=timezone.now())
