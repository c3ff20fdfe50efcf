"""How each named constraint about templates of results, and about what was delivered, is broken."""

from django.utils import timezone

from coding.models import DeliveredResult
from coding.rules.formats import FORMATS
from coding.rules.plain_data import as_json
from portal.models import OutputTemplateVersion
from tests import factories


def delivered(**fields):
    batch = fields.pop("batch", None) or factories.BatchFactory()
    return DeliveredResult.objects.create(**{
        "practice": batch.practice, "batch": batch, "version": 1, "contents": {}, "templates": {},
        "created_at": timezone.now(), **fields,
    })  # fmt: skip


def output_template(**fields):
    practice = fields.pop("practice", None) or factories.PracticeFactory()
    return OutputTemplateVersion.objects.create(**{
        "practice": practice, "format": "csv", "version": 1, "body": as_json(FORMATS["csv"].TEMPLATE),
        "created_at": timezone.now(), "created_by": factories.UserFactory(roles=["admin"]), **fields,
    })  # fmt: skip


BROKEN_OUTPUT = {"coding_delivered_result_once": lambda: delivered(batch=delivered().batch)}
BROKEN_OUTPUT_AT_THE_END = {
    "coding_deliveredresult_batch_id_same_practice": lambda: delivered(practice=factories.PracticeFactory()),
}
FROZEN_OUTPUT = {"deliveredresult": delivered}
