"""The smallest valid credential, and a demand of one."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from portal.models import Credential, CredentialDemand
from portal.rules.credentials import CredentialKind
from portal.rules.roles import Role
from tests.factories import UserFactory


class CredentialFactory(DjangoModelFactory):
    """A CPC that somebody checked, and that holds for a year from now."""

    class Meta:
        model = Credential

    user = factory.SubFactory(UserFactory, roles=[Role.CODER])
    kind = CredentialKind.CPC
    number = factory.Sequence(lambda n: f"0{n:07d}")
    expires_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=365))
    recorded_at = factory.LazyFunction(timezone.now)
    recorded_by = factory.SubFactory(UserFactory, roles=[Role.MANAGER])
    checked_at = factory.SelfAttribute("recorded_at")
    checked_by = factory.SelfAttribute("recorded_by")


class CredentialDemandFactory(DjangoModelFactory):
    """CPC or CCS for everything."""

    class Meta:
        model = CredentialDemand

    kinds = factory.LazyFunction(lambda: [CredentialKind.CPC, CredentialKind.CCS])
    set_at = factory.LazyFunction(timezone.now)
    set_by = factory.SubFactory(UserFactory, roles=[Role.MANAGER])
