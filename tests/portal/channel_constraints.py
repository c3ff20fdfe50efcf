"""How each named constraint of the channels' tables is broken; tests.portal.test_constraints does it."""

from django.utils import timezone

from portal.models import Delivery
from tests import factories
from tests.portal.door_constraints import again, change

NOW = timezone.now()


def a_delivery():
    """A result file of a practice of its own."""
    batch = factories.BatchFactory()
    return Delivery.objects.create(
        practice=batch.practice, batch=batch, version=1, format="csv", file_name="x.csv", storage_name="x",
        sha256="0" * 64, size=1, encounter_count=1, created_at=NOW,
    )  # fmt: skip


def same_file_twice():
    of = a_delivery()
    channel = factories.ChannelFactory(practice=of.practice)
    for _ in range(2):
        factories.DispatchFactory(channel=channel, delivery=of)


CHANNELS = {
    "portal_channel_kind_known": lambda: change(factories.ChannelFactory(), kind="pigeon"),
    "portal_channel_sign_in_known": lambda: factories.ChannelFactory(sign_in="smile"),
    "portal_channel_pause_known": lambda: factories.ChannelFactory(pause="tired", paused_at=NOW),
    "portal_channel_leads_somewhere": lambda: factories.ChannelFactory(host="ehr.example.com", port=22),
    "portal_channel_paused_since": lambda: factories.ChannelFactory(paused_at=NOW),
    "portal_channel_paused_by": lambda: factories.ChannelFactory(pause="person", paused_at=NOW),
    "portal_channel_earlier_until": lambda: factories.ChannelFactory(earlier_until=NOW),
    "portal_channel_ended_by_at": lambda: factories.ChannelFactory(ended_at=NOW),
    "portal_dispatch_state_known": lambda: factories.DispatchFactory(state="lost", ended_at=NOW),
    "portal_dispatch_trouble_known": lambda: factories.DispatchFactory(trouble="some", trouble_since=NOW),
    "portal_dispatch_key_once": lambda: again(factories.DispatchFactory()),
    "portal_dispatch_one_open": same_file_twice,
    "portal_dispatch_ended_since": lambda: factories.DispatchFactory(state="accepted"),
    "portal_dispatch_trouble_since_when": lambda: factories.DispatchFactory(trouble="late"),
    "portal_attempt_outcome_known": lambda: factories.AttemptFactory(outcome="lost"),
    "portal_attempt_number_once": lambda: again(factories.AttemptFactory()),
}

CHANNELS_AT_THE_END = {
    "portal_dispatch_channel_id_same_practice": lambda: factories.DispatchFactory(practice=factories.PracticeFactory()),
    "portal_dispatch_delivery_id_same_practice": lambda: factories.DispatchFactory(delivery=a_delivery()),
    "portal_dispatch_resend_of_id_same_practice": lambda: factories.DispatchFactory(
        resend_of=factories.DispatchFactory()
    ),
    "portal_attempt_dispatch_id_same_practice": lambda: factories.AttemptFactory(practice=factories.PracticeFactory()),
}
