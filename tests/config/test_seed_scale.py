"""A site of any size is a site: its rows fit each other, its keys are on, its history gives its statuses."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, OuterRef, Subquery

from coding.models import Assignment, Coding, Encounter, EncounterEvent, FlowDay, RolledDay, Verification
from coding.rules.flow.places import Place
from coding.rules.lifecycle import MOVES
from config.demo.scale import TABLES, insert, literal
from feedback.models import Comment, Thread
from portal import scope
from portal.models import Batch, Chart, Page, Practice

KEYS = "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'"


def keys():
    with connection.cursor() as cursor:
        cursor.execute(KEYS)
        return set(cursor.fetchall())


@pytest.fixture
def seeded(transactional_db):
    """Three hundred visits, a hundred a day; the foreign keys before."""
    before = keys()
    call_command("seed_scale", encounters=300, per_day=100, verbosity=0)
    with scope.service():
        yield before


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_the_rows_fit_each_other_and_the_keys_are_on_again(seeded):
    assert keys() == seeded
    assert Encounter.objects.count() == Chart.objects.count() == 300
    assert Batch.objects.count() == Thread.objects.count() == Comment.objects.count() == 30
    assert Page.objects.count() == sum(Chart.objects.values_list("page_count", flat=True))
    last = EncounterEvent.objects.filter(encounter=OuterRef("pk")).order_by("-at", "-pk").values("new_status")[:1]
    odd = Encounter.objects.annotate(last=Subquery(last)).exclude(status=F("last"))
    assert not odd.exists(), "a status that its history does not give"
    assert Encounter.objects.values("status").distinct().count() >= 4, "visits stand all along the line"
    for move, old, new in EncounterEvent.objects.values_list("move", "old_status", "new_status").distinct():
        assert move == "create" or (old in MOVES[move].old and MOVES[move].new == new), move
    finished = Encounter.objects.exclude(finished_at=None)
    assert not finished.filter(codings=None).exists()
    assert not Assignment.objects.filter(encounter__in=finished, ended_at=None).exists()
    assert not Verification.objects.filter(coder=F("verifier")).exists()
    assert Coding.objects.annotate(of=Count("diagnoses")).filter(of__gte=1).count() == Coding.objects.count()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_its_days_are_rolled_up_and_balance(seeded):
    for place, statuses in ((Place.HELD, ["held"]), (Place.FINISHED, ["verified", "delivered"])):
        entered = sum(FlowDay.objects.filter(place=place).values_list("entered", flat=True))
        left = sum(FlowDay.objects.filter(place=place).values_list("left", flat=True))
        assert entered - left == Encounter.objects.filter(status__in=statuses).count(), place
    assert RolledDay.objects.filter(is_closed=True).exists()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_larger_number_makes_the_history_longer_and_leaves_the_rest(seeded):
    first = dict(Encounter.objects.values_list("pk", "status"))
    oldest = Encounter.objects.earliest("created_at").created_at
    call_command("seed_scale", encounters=500, per_day=100, verbosity=0)
    assert Encounter.objects.count() == 500
    assert {pk: status for pk, status in Encounter.objects.values_list("pk", "status") if pk in first} == first
    assert not Encounter.objects.exclude(pk__in=first).filter(created_at__gt=oldest).exists()
    assert Practice.objects.filter(code__startswith="SCALE").count() == 40
    days = RolledDay.objects.order_by("day").values_list("day", flat=True)
    assert days[0] <= Encounter.objects.earliest("created_at").created_at.date()
    arrived = FlowDay.objects.filter(place=Place.PRECODING)
    assert sum(arrived.values_list("entered", flat=True)) == 500, "every visit is in the roll-ups once"


def test_it_is_refused_where_people_work(settings):
    settings.DEMO = settings.DEBUG = settings.TESTING = False
    with pytest.raises(CommandError, match="CHARTLINE_DEMO=1"):
        call_command("seed_scale", encounters=10)


def test_columns_that_nobody_names_get_their_defaults():
    statement = insert("coding.assignment", {"practice_id": "1"}, "nothing")
    assert "'pulled'" in statement
    assert literal(Encounter._meta.get_field("finished_at")) is None
    assert literal(Encounter._meta.get_field("priority")) == "0"
    assert "coding.encounterevent" in TABLES
