"""Every page with a list asks the database as often for thirty rows as for three."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.coding.judged import more_disputes, more_rulings, more_terms
from tests.coding.plans.more import more_alarms, more_draws, more_lessons, more_plans, more_verifiers
from tests.coding.report_constraints import emergency
from tests.guards.addresses import ADDRESSES, API_ADDRESSES
from tests.guards.longer import (
    more_added_pages,
    more_attempts,
    more_batches,
    more_channels,
    more_charts,
    more_codes,
    more_complaints,
    more_deliveries,
    more_doors,
    more_editions,
    more_events,
    more_keys,
    more_manifest_rows,
    more_of_a_batch,
    more_pages,
    more_parts_of_a_practice,
    more_passages,
    more_people,
    more_practices,
    more_queries,
    more_remarks,
    more_replies,
    more_reports,
    more_results,
    more_reviewed,
    more_saved_answers,
    more_standing,
    more_talk,
    more_templates,
    more_tokens,
    more_uploads,
    more_versions,
    more_visits_of_a_chart,
    more_work,
)
from tests.guards.more_running import (
    more_absences,
    more_credentials,
    more_hours,
    more_queue_versions,
    more_queues,
    more_views_and_work,
)
from tests.guards.no_lists import NO_LISTS

FEW, MANY = 3, 30


# -- one more row of each kind ---------------------------------------------------------------------


@dataclass(frozen=True)
class List:
    """Who reads the page, and what makes it longer."""

    reader: str
    more: Callable[[Any, int], None]


LISTS: Mapping[str, List] = {
    "portal:home": List("cleo", more_batches),
    "portal:batches": List("cleo", more_batches),
    "portal:batch": List("cleo", more_charts),
    "portal:batch-charts": List("max", more_charts),
    "portal:batch-receipt": List("cleo", more_charts),
    "portal:batch-manifest": List("cleo", more_manifest_rows),
    "portal:batch-uploads": List("cleo", more_uploads),
    "portal:upload-part": List("cleo", more_uploads),
    "portal:chart": List("cleo", more_pages),
    "portal:people": List("ada", more_people),
    "portal:exclusions": List("ada", more_people),
    "portal:access_reviews": List("ada", more_reviewed),
    "portal:access_review": List("ada", more_reviewed),
    "coding:hours": List("max", more_hours),
    "coding:person-hours": List("max", more_absences),
    "coding:work-queues": List("max", more_queues),
    "coding:work-queue": List("max", more_queue_versions),
    "portal:credentials": List("max", more_credentials),
    "portal:practices": List("ada", more_practices),
    "portal:practice": List("ada", more_parts_of_a_practice),
    "portal:doors": List("cleo", more_doors),
    "portal:sftp_account": List("cleo", more_keys),
    "portal:channels": List("cleo", more_channels),
    "portal:channel": List("max", more_channels),
    "portal:dispatch": List("cleo", more_attempts),
    "portal:tokens": List("cleo", more_tokens),
    "portal:person": List("ada", more_practices),
    "portal:audit": List("ada", more_events),
    "coding:queue": List("ann", more_work),
    "coding:quality": List("ann", more_disputes),
    "coding:dispute": List("bea", more_disputes),
    "coding:person-quality": List("max", more_disputes),
    "coding:quality-terms": List("max", more_terms),
    "coding:remarks": List("max", more_remarks),
    "feedback:visit-remarks": List("cleo", more_remarks),
    "coding:rulings": List("max", more_rulings),
    "coding:output": List("max", more_templates),
    "coding:output-format": List("max", more_templates),
    "coding:reports": List("cleo", more_reports),
    "coding:emergencies": List("max", lambda world, number: emergency()),
    "coding:report-schedules": List("max", more_reports),
    "coding:schedule-report": List("max", more_practices),
    "coding:education": List("max", more_lessons),
    "coding:drift-alarms": List("max", more_alarms),
    "coding:verifier-quality": List("max", more_verifiers),
    "coding:plans": List("max", more_practices),
    "coding:plan": List("max", more_plans),
    "coding:audit-draws": List("max", more_draws),
    "coding:operations": List("max", more_work),
    "coding:operations-figures": List("max", more_work),
    "coding:operations-encounters": List("max", more_views_and_work),
    "coding:view-counts": List("max", more_views_and_work),
    "coding:line": List("max", more_work),
    "coding:line-csv": List("max", more_work),
    "coding:double-key": List("max", more_practices),
    "coding:batch-encounters": List("cleo", more_results),
    "coding:batch-timeline": List("cleo", more_of_a_batch),
    "coding:turnaround": List("max", more_standing),
    "coding:browser": List("ann", more_codes),
    "coding:code-lists": List("ada", more_editions),
    "coding:encounter": List("cleo", more_replies),
    "coding:precode": List("ann", more_parts_of_a_practice),
    "coding:arrange": List("ann", more_visits_of_a_chart),
    "coding:added": List("ann", more_added_pages),
    "coding:code": List("ann", more_replies),
    "coding:ask": List("ann", more_pages),
    "coding:queries": List("max", more_queries),
    "coding:query": List("cleo", more_passages),
    "claims:ready": List("bill", more_work),
    "feedback:inbox": List("cleo", more_talk),
    "feedback:stream": List("cleo", more_talk),
    "feedback:complaints": List("max", more_complaints),
    "feedback:saved-answers": List("max", more_saved_answers),
    "feedback:export-all": List("cleo", more_talk),
    "feedback:export-thread": List("max", more_talk),
    "feedback:questions": List("cleo", more_talk),
    "feedback:standing": List("cleo", more_standing),
    "feedback:batch-thread": List("cleo", more_talk),
    "feedback:thread": List("ann", more_talk),
    "feedback:messages": List("max", more_talk),
    "feedback:history": List("cleo", more_versions),
    "api:batches": List("", more_batches),
    "api:batch": List("", more_work),
    "api:receipts": List("", more_charts),
    "api:uploads": List("", more_uploads),
    "api:upload": List("", more_uploads),
    "api:results": List("", more_deliveries),
    "api:comments": List("", more_talk),
}


def test_of_each_address_it_is_said_whether_it_shows_a_list():
    assert set(LISTS) | NO_LISTS == set(ADDRESSES) | set(API_ADDRESSES)
    assert not set(LISTS) & NO_LISTS


def browser_of(world, reader):
    client = Client()
    if reader:
        client.force_login(getattr(world, reader))
    return client


@pytest.mark.parametrize("name", LISTS)
def test_thirty_rows_cost_as_many_queries_as_three(world, name, django_assert_num_queries, time_machine):
    time_machine.move_to(timezone.now(), tick=False)  # every ten seconds a session also notes that somebody is there
    page, address = LISTS[name], {**ADDRESSES, **API_ADDRESSES}[name]
    path, browser = reverse(name, kwargs=address.objects(world)), browser_of(world, page.reader)
    headers = {} if page.reader else {"Authorization": f"Bearer {world.bearer}"}
    for number in range(1, FEW + 1):
        page.more(world, number)
    browser.get(path, headers=headers)  # what the first request of a session writes down
    with CaptureQueriesContext(connection) as few:
        shorter = browser.get(path, headers=headers)
    for number in range(FEW + 1, MANY + 1):
        page.more(world, number)
    with django_assert_num_queries(len(few)):
        longer = browser.get(path, headers=headers)
    assert shorter.status_code == longer.status_code == 200
    assert len(longer.content) > len(shorter.content), "the page did not grow: the rows are not on it"
