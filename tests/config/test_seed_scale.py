"""A site of any size is made for measuring only, by statements that know each table's columns."""

import pytest
from django.core.management import CommandError, call_command

from coding.models import Encounter
from config.demo.scale import TABLES, insert, literal


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
