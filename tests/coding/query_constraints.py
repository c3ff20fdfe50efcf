"""The constraints of the tables of queries, each broken once; for tests/coding/test_constraints.py."""

from datetime import timedelta

from django.utils import timezone

from tests import factories, query_factories


def query(**fields):
    return query_factories.QueryFactory(**fields)


def change(row, **values):
    type(row).objects.filter(pk=row.pk).update(**values)


def reply(**fields):
    return query_factories.SignedAddendumFactory(**fields)


def two_pending():
    first = query()
    query(encounter=first.encounter, status="expired", expired_at=timezone.now())


def same_position_twice():
    first = query_factories.QueryIndicatorFactory()
    query_factories.QueryIndicatorFactory(query=first.query)


def reply_about_another_visit():
    reply(encounter=factories.EncounterFactory(chart__batch=factories.BatchFactory(practice=(of := query()).practice)),
          query=of)  # fmt: skip


BROKEN_QUERIES = {
    "coding_query_one_pending": two_pending,
    "coding_query_stage_known": lambda: change(query(), stage="tea"),
    "coding_query_purpose_known": lambda: query(purpose="money"),
    "coding_query_form_known": lambda: query(form="quiz"),
    "coding_query_status_known": lambda: query(
        status="lost", ended_at=timezone.now(), ended_by=factories.UserFactory()
    ),
    "coding_query_required_options": lambda: query(options=["Yes", "No"]),
    "coding_query_expires_later": lambda: query(expires_at=timezone.now() - timedelta(days=1)),
    "coding_query_ended_by_at": lambda: query(status="withdrawn", ended_at=timezone.now()),
    "coding_query_due_both": lambda: query(due_before=timezone.now()),
    "coding_query_ended_when": lambda: query(status="answered"),
    "coding_queryindicator_position_once": same_position_twice,
    "coding_queryindicator_from_one": lambda: query_factories.QueryIndicatorFactory(position=0),
    "coding_queryindicator_says_something": lambda: query_factories.QueryIndicatorFactory(quote=""),
    "coding_signedaddendum_role_known": lambda: reply(signer_role="friend"),
    "coding_signedaddendum_hash_form": lambda: reply(sha256="x" * 64),
    "coding_signedaddendum_for_whom": lambda: reply(signer_role="on_behalf"),
}
BROKEN_QUERIES_AT_THE_END = {
    "coding_signedaddendum_of_encounter": reply_about_another_visit,
    "coding_query_encounter_id_same_practice": lambda: query(practice=factories.PracticeFactory()),
    "coding_query_provider_id_same_practice": lambda: query(provider=factories.ProviderFactory()),
    "coding_queryindicator_page_id_same_practice": lambda: query_factories.QueryIndicatorFactory(
        page=factories.PageFactory()
    ),
}
