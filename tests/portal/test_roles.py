"""The permission table."""

import itertools

import pytest

from portal.rules.roles import (
    PERMISSIONS,
    ROLE_LABELS,
    STAFF_ROLES,
    Permission,
    Role,
    granted,
    misfit,
    overlapping_duties,
)


def test_every_role_has_a_label_and_permissions():
    assert set(ROLE_LABELS) == set(PERMISSIONS) == set(Role)


def test_every_permission_is_granted_to_somebody():
    assert granted(Role) == set(Permission)


def test_nobody_without_a_role_may_do_anything():
    assert granted([]) == frozenset()


def test_roles_add_up():
    for one, other in itertools.combinations(Role, 2):
        assert granted([one, other]) == PERMISSIONS[one] | PERMISSIONS[other]


def test_an_admin_sees_no_charts_and_no_batches():
    assert not {Permission.SEE_CHARTS, Permission.SEE_BATCHES, Permission.DOWNLOAD_RESULTS} & PERMISSIONS[Role.ADMIN]


def test_only_admins_manage_people_and_read_the_trail():
    for role in set(Role) - {Role.ADMIN}:
        assert not {Permission.MANAGE_PEOPLE, Permission.READ_AUDIT, Permission.MANAGE_PRACTICES} & PERMISSIONS[role]


def test_a_practice_user_does_no_work_of_the_service():
    assert (
        not {Permission.CODE, Permission.PRECODE, Permission.VERIFY, Permission.MANAGE_WORK}
        & PERMISSIONS[Role.PRACTICE]
    )


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_a_practice_user_holds_no_staff_role(role):
    assert "role of the service" in misfit([Role.PRACTICE, role], has_practice=True)


def test_a_practice_user_needs_a_practice_and_others_have_none():
    assert "Choose the practice" in misfit([Role.PRACTICE], has_practice=False)
    assert "Only practice users" in misfit([Role.CODER], has_practice=True)
    assert not misfit([Role.PRACTICE], has_practice=True)
    assert not misfit([Role.CODER, Role.VERIFIER], has_practice=False)


def test_somebody_without_a_role_does_not_fit():
    assert misfit([], has_practice=False)


def test_an_admin_who_codes_is_pointed_out():
    assert overlapping_duties([Role.ADMIN, Role.CODER]) == [(Role.ADMIN, Role.CODER)]
    assert overlapping_duties([Role.CODER, Role.VERIFIER]) == []
