"""One more row of each kind on the pages by which the work is run."""

from datetime import time, timedelta

from django.utils import timezone

from coding.actions.hours import record_absence, set_hours
from coding.actions.saved_views import save_view
from coding.actions.work_queues import change_queue, examine_queue, go_live, make_queue
from coding.rules.encounter_filter import read_filter
from coding.rules.hours import AbsenceReason, Hours
from coding.rules.work_queues import Conditions, Rules
from portal.rules.roles import Role
from tests import factories
from tests.coding import listed
from tests.people_factories import CredentialDemandFactory, CredentialFactory


def more_hours(world, number):
    """Another coder with a week, an absence, and work in hand."""
    coder, at = factories.UserFactory(roles=[Role.CODER]), timezone.now()
    set_hours(user=coder, hours=[Hours(day, time(8), time(16)) for day in range(5)], by=world.max, at=at)
    more_absences(world, number, user=coder)
    factories.AssignmentFactory(user=coder)


def more_absences(world, number, user=None):
    """Another absence to come, noted by somebody else, whose work goes to yet another."""
    day = timezone.now().date() + timedelta(days=10 + number)
    other = factories.UserFactory(roles=[Role.CODER])
    record_absence(
        user=user or world.ann, starts_on=day, ends_on=day, reason=AbsenceReason.HOLIDAY, hand_to=other, by=new_max(),
        at=timezone.now(),
    )  # fmt: skip


def more_queues(world, number):
    """Another live queue, with a draft beside it, and work that waits."""
    at = timezone.now()
    queue = make_queue(name=f"Queue {number}", rules=Rules(Conditions(pages_to=number)), by=new_max(), at=at)
    examine_queue(queue=queue, by=new_max(), at=at)
    go_live(queue=queue, by=new_max(), at=at)
    change_queue(queue=queue, rules=Rules(), by=new_max(), at=at)
    factories.EncounterFactory(chart=factories.ChartFactory(batch=world.batch))


def more_views_and_work(world, number):
    """Work of every kind of other people's, and another manager's view that is shared, which names one of them."""
    at, coder = timezone.now(), factories.UserFactory(roles=[Role.CODER])
    batch = factories.BatchFactory(practice=world.river)
    listed.work(batch, coder=coder, verifier=factories.UserFactory(roles=[Role.VERIFIER]), at=at, number=number)
    save_view(
        name=f"View {number}", found=read_filter(f"coder:#{coder.pk}"), sort="due", is_shared=True, by=new_max(), at=at
    )


def more_queue_versions(world, number):
    """Another version of the queue that went live and ended, by other people, and a tested one."""
    at = timezone.now()
    more_queues(world, number)
    for rules in (Rules(most_open=number), Rules()):
        change_queue(queue=world.work_queue, rules=rules, by=new_max(), at=at)
        examine_queue(queue=world.work_queue, by=new_max(), at=at)
        if rules.most_open:
            go_live(queue=world.work_queue, by=new_max(), at=at)


def new_max():
    return factories.UserFactory(roles=[Role.MANAGER])


def more_credentials(world, number):
    """Another person's credential, checked by yet another, and another practice that demands one."""
    CredentialFactory()
    CredentialDemandFactory(practice=factories.PracticeFactory())
