"""The smallest valid rows of the portal: practices, people, batches, charts, doors, channels."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from portal.models import (
    Attempt,
    Batch,
    BusinessAssociateAgreement,
    Channel,
    Chart,
    Contract,
    Dispatch,
    FhirEndpoint,
    InboxFile,
    InboxFolder,
    Location,
    Manifest,
    Membership,
    Page,
    PageWords,
    Payer,
    Practice,
    Provider,
    SftpAccount,
    SftpKey,
    Skill,
    Upload,
    User,
    UserRole,
)
from portal.rules.intake import ChartStatus
from portal.rules.lifecycle import BatchStatus
from portal.rules.npi import check_digit
from portal.rules.roles import Role
from portal.rules.specialties import Specialty

PASSWORD = "correct-horse-battery"


class PracticeFactory(DjangoModelFactory):
    """A practice with a contract and an agreement in force."""

    class Meta:
        model = Practice
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Practice {n}")
    code = factory.Sequence(lambda n: f"P{n}")

    @factory.post_generation
    def paperwork(self: Practice, create: bool, wanted: Any, **_kwargs: Any) -> None:  # noqa: FBT001
        if create and wanted is not False:
            day = datetime(2020, 1, 1, tzinfo=UTC).date()
            Contract.objects.create(practice=self, starts_on=day, delivery_formats=["csv", "xlsx"])
            BusinessAssociateAgreement.objects.create(practice=self, signed_on=day, starts_on=day)


class UserFactory(DjangoModelFactory):
    """A person: UserFactory(roles=[Role.CODER]), UserFactory(roles=[Role.PRACTICE], practice=river)."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    name = factory.Sequence(lambda n: f"Person Number{n}")

    @classmethod
    def _create(cls, model_class: type[User], *_args: Any, **kwargs: Any) -> User:
        roles, practice = kwargs.pop("roles", []), kwargs.pop("practice", None)
        specialties = kwargs.pop("specialties", list(Specialty))
        user = model_class.objects.create_user(password=kwargs.pop("password", PASSWORD), **kwargs)
        UserRole.objects.bulk_create(UserRole(user=user, role=role) for role in roles)
        if {Role.CODER, Role.VERIFIER} & set(roles):
            Skill.objects.bulk_create(Skill(user=user, specialty=specialty) for specialty in specialties)
        if practice is not None:
            Membership.objects.create(practice=practice, user=user)
        return model_class.objects.get(pk=user.pk)


def npi(number: int) -> str:
    """A valid NPI made from a small number."""
    nine = f"1{number:08d}"
    return f"{nine}{check_digit(nine)}"


class ProviderFactory(DjangoModelFactory):
    class Meta:
        model = Provider

    practice = factory.SubFactory(PracticeFactory)
    name = factory.Sequence(lambda n: f"Doctor {n}")
    npi = factory.Sequence(npi)
    specialty = Specialty.PRIMARY_CARE


class LocationFactory(DjangoModelFactory):
    class Meta:
        model = Location

    practice = factory.SubFactory(PracticeFactory)
    name = factory.Sequence(lambda n: f"Office {n}")
    place_of_service = "11"


class PayerFactory(DjangoModelFactory):
    class Meta:
        model = Payer

    practice = factory.SubFactory(PracticeFactory)
    name = factory.Sequence(lambda n: f"Payer {n}")


class BatchFactory(DjangoModelFactory):
    """A batch that was sent and is in progress."""

    class Meta:
        model = Batch

    practice = factory.SubFactory(PracticeFactory)
    number = factory.Sequence(lambda n: n + 1000)  # above those that actions count out
    name = factory.Sequence(lambda n: f"Clinic notes {n}")
    specialty = Specialty.PRIMARY_CARE
    status = BatchStatus.RECEIVED
    created_at = factory.LazyFunction(timezone.now)
    received_at = factory.LazyFunction(timezone.now)
    due_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=24))


class ChartFactory(DjangoModelFactory):
    """A ready chart of one page; its stored file does not exist (see tests.files for real ones)."""

    class Meta:
        model = Chart

    batch = factory.SubFactory(BatchFactory)
    practice = factory.SelfAttribute("batch.practice")
    original_name = factory.Sequence(lambda n: f"scan-{n:03d}.pdf")
    size = 1000
    sha256 = factory.Sequence(lambda n: hashlib.sha256(str(n).encode()).hexdigest())
    media_type = "application/pdf"
    storage_name = factory.Sequence(lambda n: f"charts/00/{n:032x}")
    status = ChartStatus.READY
    page_count = 1
    received_at = factory.LazyFunction(timezone.now)
    ready_at = factory.LazyFunction(timezone.now)


class PageFactory(DjangoModelFactory):
    class Meta:
        model = Page

    chart = factory.SubFactory(ChartFactory)
    practice = factory.SelfAttribute("chart.practice")
    number = factory.Sequence(lambda n: n + 1)
    width = 850
    height = 1100
    image_name = factory.Sequence(lambda n: f"pages/00/{n:032x}")


class SftpAccountFactory(DjangoModelFactory):
    """An account of a system, without a key."""

    class Meta:
        model = SftpAccount

    practice = factory.SubFactory(PracticeFactory)
    login = factory.Sequence(lambda n: f"account-{n}")
    name = "Records export"
    specialty = Specialty.PRIMARY_CARE
    created_at = factory.LazyFunction(timezone.now)
    created_by = factory.SubFactory(UserFactory)


class SftpKeyFactory(DjangoModelFactory):
    class Meta:
        model = SftpKey

    account = factory.SubFactory(SftpAccountFactory)
    practice = factory.SelfAttribute("account.practice")
    name = "first"
    public_key = "ssh-ed25519 AAAA"
    fingerprint = factory.Sequence(lambda n: f"SHA256:{n:043d}")
    created_at = factory.LazyFunction(timezone.now)
    created_by = factory.SubFactory(UserFactory)


class InboxFolderFactory(DjangoModelFactory):
    class Meta:
        model = InboxFolder

    account = factory.SubFactory(SftpAccountFactory)
    practice = factory.SelfAttribute("account.practice")
    name = factory.Sequence(lambda n: f"clinic-{n}")
    created_at = factory.LazyFunction(timezone.now)
    touched_at = factory.LazyFunction(timezone.now)


class InboxFileFactory(DjangoModelFactory):
    """A file that a connection just writes; its bytes do not exist."""

    class Meta:
        model = InboxFile

    folder = factory.SubFactory(InboxFolderFactory)
    account = factory.SelfAttribute("folder.account")
    practice = factory.SelfAttribute("folder.practice")
    name = factory.Sequence(lambda n: f"scan-{n}.pdf")
    station = "0" * 16
    staged = factory.Sequence(lambda n: f"{n:032x}")
    opened_at = factory.LazyFunction(timezone.now)
    written_at = factory.LazyFunction(timezone.now)


class FhirEndpointFactory(DjangoModelFactory):
    """An endpoint whose server does not exist and whose key opens nothing."""

    class Meta:
        model = FhirEndpoint

    practice = factory.SubFactory(PracticeFactory)
    base_url = "https://ehr.example.com/fhir"
    token_url = "https://ehr.example.com/token"
    client_id = "chartline"
    specialty = Specialty.PRIMARY_CARE
    key_id = factory.Sequence(lambda n: f"{n:024x}")
    private_key = "sealed"
    public_key = '{"kty": "EC"}'
    since = factory.LazyFunction(timezone.now)
    created_at = factory.LazyFunction(timezone.now)
    created_by = factory.SubFactory(UserFactory)


class ChannelFactory(DjangoModelFactory):
    """A webhook whose receiver does not exist and whose secret opens nothing."""

    class Meta:
        model = Channel

    practice = factory.SubFactory(PracticeFactory)
    kind = "webhook"
    name = factory.Sequence(lambda n: f"Billing system {n}")
    url = "https://ehr.example.com/hook"
    made_at = factory.LazyFunction(timezone.now)
    made_by = factory.SubFactory(UserFactory)
    changed_at = factory.LazyFunction(timezone.now)


class DispatchFactory(DjangoModelFactory):
    """A test that waits to be sent."""

    class Meta:
        model = Dispatch

    channel = factory.SubFactory(ChannelFactory)
    practice = factory.SelfAttribute("channel.practice")
    key = factory.Sequence(lambda n: f"msg_{n:032x}")
    made_at = factory.LazyFunction(timezone.now)


class AttemptFactory(DjangoModelFactory):
    """An attempt that failed."""

    class Meta:
        model = Attempt

    dispatch = factory.SubFactory(DispatchFactory)
    practice = factory.SelfAttribute("dispatch.practice")
    number = factory.Sequence(lambda n: n + 1)
    at = factory.LazyFunction(timezone.now)
    outcome = "failed"
    fault = "timeout"


class PageWordsFactory(DjangoModelFactory):
    """A page that waits to be read."""

    class Meta:
        model = PageWords

    page = factory.SubFactory(PageFactory)
    practice = factory.SelfAttribute("page.practice")
    due_at = factory.LazyFunction(timezone.now)


class UploadFactory(DjangoModelFactory):
    """A file of 1000 bytes of which nothing has arrived."""

    class Meta:
        model = Upload

    batch = factory.SubFactory(BatchFactory, status=BatchStatus.OPEN, received_at=None, due_at=None)
    practice = factory.SelfAttribute("batch.practice")
    name = factory.Sequence(lambda n: f"scan-{n:03d}.pdf")
    size = 1000
    created_at = factory.LazyFunction(timezone.now)
    created_by = factory.SubFactory(UserFactory)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))


class ManifestFactory(DjangoModelFactory):
    """A manifest of one column, without rows; its stored file does not exist."""

    class Meta:
        model = Manifest

    batch = factory.SubFactory(BatchFactory, status=BatchStatus.OPEN, received_at=None, due_at=None)
    practice = factory.SelfAttribute("batch.practice")
    storage_name = factory.Sequence(lambda n: f"manifests/00/{n:032x}")
    sha256 = "0" * 64
    headings = ["File"]
    columns = ["file"]
    created_at = factory.LazyFunction(timezone.now)
    created_by = factory.SubFactory(UserFactory)
