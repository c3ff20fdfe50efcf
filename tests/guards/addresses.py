"""Every address of the site: about what, and for whom. An address that is not listed fails the build."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.test import Client
from django.utils import timezone

from portal.page_links import Writer

STAFF = frozenset({"ann", "kim", "bea", "max", "bill", "ada"})
PRACTICE = frozenset({"cleo", "otto"})
EVERYONE = STAFF | PRACTICE
WORKERS = frozenset({"ann", "kim", "bea"})
TALKERS = PRACTICE | WORKERS | {"max"}


@dataclass(frozen=True)
class Address:
    """Who may come here (`for_whom`), with which of River's objects; an object is left out of lists and forms."""

    for_whom: frozenset[str]
    objects: Callable[[Any], Mapping[str, Any]] = field(default=lambda world: {})
    foreign: bool = False  # names an object of River's, which otto must not tell from none at all
    anonymous: bool = False  # open to people who are not signed in
    form: Callable[[Any], Mapping[str, Any]] = field(default=lambda world: {})  # what a form from this page carries
    # A link made for one session only: its words for a browser that is signed in as one of `for_whom`.
    personal: Callable[[Any, Any], Mapping[str, Any]] | None = None


def about(name: str, *for_whom: str, key: str = "pk", **more: Any) -> Address:
    """An address with the id of one of River's objects."""
    return Address(
        for_whom=frozenset(for_whom),
        objects=lambda world: {
            key: getattr(world, name).pk,
            **{word: value(world) if callable(value) else value for word, value in more.items()},
        },
        foreign=True,
    )


def bench(name: str, *for_whom: str, **more: Any) -> Address:
    """An address of a bench; its forms name the encounter and the assignment they were made for."""
    return replace(
        about(name, *for_whom, **more),
        form=lambda world: {
            "encounter": getattr(world, name).pk,
            "assignment": getattr(world, name).assignments.latest("pk").pk,
            "version": 0,
            "body": "{}",
            "stage": "coding",
        },
    )


def link(kind: str, name: str, *for_whom: str) -> Address:
    """A signed link to the first page of one of River's objects; made for cleo's session where no other is given."""

    def made(world: Any, client: Any) -> Mapping[str, Any]:
        session = client.session
        person = int(session["_auth_user_id"])
        return {"link": Writer(kind, person, session.session_key, timezone.now()).to(getattr(world, name).pk, 1)}

    def cleos(world: Any) -> Mapping[str, Any]:
        client = Client()
        client.force_login(world.cleo)
        return made(world, client)

    return Address(frozenset(for_whom), cleos, foreign=True, personal=made)


def page(*for_whom: str) -> Address:
    """An address without an object."""
    return Address(for_whom=frozenset(for_whom))


ADDRESSES: Mapping[str, Address] = {
    # people and accounts
    "portal:home": page(*EVERYONE),
    "portal:healthz": Address(EVERYONE, anonymous=True),
    "portal:readyz": Address(EVERYONE, anonymous=True),
    "portal:join": Address(EVERYONE, lambda world: {"token": world.join_token}, anonymous=True),
    "portal:unlock": page(*EVERYONE),
    "portal:keep_alive": page(*EVERYONE),
    "portal:security": page(*EVERYONE),
    "portal:appearance": Address(EVERYONE, anonymous=True),
    "portal:keyboard": page(*EVERYONE),
    "portal:notifications": page(*EVERYONE),
    "portal:single_keys": page(*EVERYONE),
    "portal:people": page("ada"),
    "portal:exclusions": page("ada"),
    "portal:exclusion_add": Address(frozenset({"ada"}), lambda world: {"pk": world.ann.pk}),
    "portal:access_reviews": page("ada"),
    "portal:access_review_start": page("ada"),
    **{
        f"portal:access_review{what}": Address(frozenset({"ada"}), lambda world: {"pk": world.access_review.pk})
        for what in ("", "_decide", "_close", "_file")
    },
    "portal:people_import": page("ada"),
    "portal:practice_import": about("river", "ada", kind="provider"),
    "portal:invite": page("ada"),
    "portal:invitation_resend": about("invitation", "ada"),
    "portal:invitation_revoke": about("invitation", "ada"),
    "portal:person": about("cleo", "ada"),
    "portal:person_roles": about("cleo", "ada"),
    "portal:person_work": about("ann", "ada"),
    "portal:person_rule_add": about("ann", "ada"),
    "portal:person_rule_remove": about("ann", "ada", rule=lambda world: world.rule.pk),
    "portal:person_deactivate": about("cleo", "ada"),
    "portal:person_reactivate": about("cleo", "ada"),
    "portal:person_sessions": about("cleo", "ada"),
    "portal:person_keys": about("cleo", "ada"),
    "portal:person_second_factor": about("cleo", "ada"),
    "coding:hours": page("max"),
    "coding:person-hours": about("ann", "max"),
    "coding:hours-set": about("ann", "max"),
    "coding:absence-add": about("ann", "max"),
    "coding:absence-cancel": about("absence", "max"),
    "coding:work-queues": page("max"),
    "coding:work-queue-new": page("max"),
    "coding:work-queue": about("work_queue", "max"),
    "coding:work-queue-step": about("work_queue", "max", step="test"),
    "portal:credentials": page("max", "ada"),
    "portal:credential_record": page("max", "ada"),
    "portal:credential_check": about("credential", "max", "ada"),
    "portal:credential_remove": about("credential", "max", "ada"),
    "portal:demand_set": page("max", "ada"),
    "portal:demand_drop": about("demand", "max", "ada"),
    "portal:practices": page("ada"),
    "portal:practice_create": page("ada"),
    "portal:practice": about("river", "ada"),
    "portal:practice_edit": about("river", "ada"),
    "portal:practice_contract": about("river", "ada"),
    "portal:practice_recipients": about("river", "ada"),
    "portal:practice_part_add": about("river", "ada", kind="provider"),
    "portal:practice_part": about("river", "ada", kind="provider", part=lambda world: world.provider.pk),
    "portal:doors": about("river", "cleo", "ada"),
    "portal:sftp_account_add": about("river", "cleo", "ada"),
    "portal:sftp_passwords": about("river", "ada"),
    "portal:sftp_account": about("sftp_account", "cleo", "ada"),
    "portal:sftp_account_end": about("sftp_account", "cleo", "ada"),
    "portal:sftp_password": about("sftp_account", "cleo", "ada"),
    "portal:sftp_key_revoke": about("sftp_key", "cleo", "ada"),
    "portal:fhir_endpoint": about("river", "cleo", "ada"),
    "portal:fhir_do": about("river", "cleo", "ada"),
    "portal:fhir_keys": Address(EVERYONE, lambda world: {"key_id": world.fhir_endpoint.key_id}, anonymous=True),
    "portal:channels": about("river", "cleo", "max", "ada"),
    "portal:channel_add": about("river", "ada", kind="webhook"),
    "portal:channel": about("channel", "cleo", "max", "ada"),
    "portal:channel_change": about("channel", "ada"),
    "portal:channel_do": about("channel", "max", "ada"),
    "portal:dispatch": about("dispatch", "cleo", "max", "ada"),
    "portal:dispatch_do": about("dispatch", "max", "ada"),
    "portal:tokens": page(*PRACTICE),
    "portal:token_create": page(*PRACTICE),
    "portal:token_revoke": about("token", "cleo"),
    "portal:audit": page("ada"),
    "portal:audit_export": page("ada"),
    # what comes in
    "portal:upload": page(*PRACTICE),
    "portal:upload-batch": page(*PRACTICE),
    "portal:separator-sheet": page(*PRACTICE),
    "portal:batches": page("cleo", "otto", "max", "bill"),
    "portal:batch": about("batch", "cleo", "max", "bill"),
    "portal:batch-charts": about("batch", "cleo", "max", "bill"),
    "portal:batch-receipt": about("batch", "cleo", "max", "bill"),
    "portal:batch-file": about("open_batch", "cleo"),
    "portal:batch-manifest": about("open_batch", "cleo"),
    "portal:batch-uploads": about("open_batch", "cleo"),
    "portal:batch-checks": about("batch", "cleo"),
    "portal:upload-part": about("upload", "cleo"),
    "portal:upload-complete": about("upload", "cleo"),
    "portal:upload-abandon": about("upload", "cleo"),
    "portal:send-batch": about("open_batch", "cleo"),
    "portal:chart": about("chart", "cleo", "max", "bill"),
    "portal:chart-original": about("chart", "cleo", "max", "bill"),
    "portal:page-image": about("chart", "cleo", "max", "bill", number=1),
    "portal:page-by-link": link("chart", "chart", "cleo", "max", "bill"),
    "portal:try-again": about("refused_chart", "max"),
    "portal:unlock-chart": about("chart", "cleo"),
    "portal:give-up-chart": about("chart", "cleo", "max"),
    "portal:work-anyway": about("chart", "cleo", "max"),
    # the work: ann holds `coding_work`, bea holds `verifying_work`
    "coding:queue": page(*WORKERS),
    "coding:next": page(*WORKERS),
    "coding:choose-stage": page(*WORKERS),
    "coding:journal-key": page(*WORKERS),
    "coding:work": about("coding_work", "ann"),
    "coding:encounter": about("coding_work", "ann", "max", "bill", "cleo"),
    "coding:page-image": about("coding_work", "ann", "max", "bill", "cleo", number=1),
    "coding:page-words": about(
        "coding_work", "ann", "max", "bill", "cleo", page=lambda world: world.coding_work.pages().first().pk
    ),
    "coding:added-page-image": about(
        "coding_work", "ann", "max", "bill", "cleo", chart=lambda world: world.added_chart.pk, number=1
    ),
    "coding:page-by-link": link("encounter", "coding_work", "ann", "max", "bill", "cleo"),
    "coding:precode": bench("precoding_work", "ann"),
    "coding:precode-again": bench("precoding_work", "ann"),
    "coding:move-page": bench("precoding_work", "ann"),
    "coding:read-fact": bench("precoding_work", "ann"),
    "coding:split": bench("precoding_work", "ann"),
    "coding:attach": bench("precoding_work", "ann"),
    "coding:added": about("coding_work", "ann", "max", "bill", "cleo", chart=lambda world: world.added_chart.pk),
    "coding:arrange": bench("precoding_work", "ann"),
    "coding:arrange-image": bench("precoding_work", "ann", number=1),
    "coding:code": bench("coding_work", "ann"),
    "coding:findings": bench("coding_work", "ann"),
    "coding:reference": bench("coding_work", "ann"),
    "coding:verify": bench("verifying_work", "bea"),
    "coding:compare": bench("verifying_work", "bea"),
    "coding:agree": bench("verifying_work", "bea"),
    "coding:draft": bench("coding_work", "ann"),
    "coding:draft-compare": bench("coding_work", "ann"),
    "coding:draft-resolve": bench("coding_work", "ann"),
    "coding:heartbeat": bench("coding_work", "ann"),
    "coding:ahead": bench("coding_work", "ann"),
    "coding:shown": bench("coding_work", "ann"),
    "coding:recent": page(*WORKERS),
    "coding:undo": replace(about("submission", "ann"), form=lambda world: {"encounter": world.submission.encounter_id}),
    "coding:release-ahead": page(*WORKERS),
    "coding:take-back": bench("coding_work", "ann"),
    "coding:skip": bench("coding_work", "ann"),
    "coding:hold": bench("coding_work", "ann"),
    "coding:resume": about("held_work", "ann"),
    "coding:ask": bench("coding_work", "ann"),
    "coding:query-check": bench("coding_work", "ann"),
    "coding:queries": page(*TALKERS),
    "coding:query": about("query", "ann", "max", "cleo"),
    "coding:query-answer": about("query", "cleo"),
    "coding:query-withdraw": about("query", "ann", "max"),
    "coding:query-remind": about("query", "ann", "max"),
    "coding:query-close": about("query", "max"),
    "coding:not-billable": bench("coding_work", "ann"),
    "coding:send-back": bench("coding_work", "ann"),
    "coding:release": bench("coding_work", "ann"),
    "coding:find": page(*EVERYONE),
    "coding:code-lookup": page(*WORKERS),
    "coding:browser": page(*WORKERS, "max", "bill"),
    "coding:code-lists": page("ada"),
    "coding:code-file": Address(frozenset({"ada"}), lambda world: {"pk": world.code_file.pk}),
    "coding:favourite-code": page(*WORKERS),
    "coding:delivery": about("delivery", "cleo", "max"),
    "coding:superbill": about("coding_work", "cleo", "max"),
    "coding:batch-encounters": about("batch", "cleo", "max", "bill"),
    "coding:batch-timeline": about("batch", "cleo", "max", "bill"),
    "coding:accept-results": about("batch", "cleo"),
    "coding:review": about("coding_work", "cleo"),
    "coding:turnaround": page("max"),
    "coding:levels": page("ann", "kim", "max"),
    "coding:person-levels": about("ann", "ann", "max"),
    "coding:quality": page(*WORKERS, "max"),
    "coding:dispute": about("dispute", "ann", "bea", "max"),
    "coding:dispute-step": replace(
        about("dispute", "ann", "bea", "max"), form=lambda world: {"move": "agree", "comment": "Yes."}
    ),
    "coding:person-quality": about("ann", "ann", "max"),
    "coding:double-coding": page("max"),
    "coding:suggestion-figures": page("max"),
    "coding:output": about("river", "max", "ada"),
    "coding:output-format": about("river", "max", "ada", kind="csv"),
    "coding:quality-terms": about("river", "max", "ada"),
    "coding:set-quality-terms": about("river", "ada"),
    "coding:remarks": page("bea", "max"),
    "coding:remark": about("remark", "bea", "max"),
    "coding:remark-step": replace(about("remark", "bea", "max"), form=lambda world: {"move": "take"}),
    "coding:remark-page": about("remark", "max", number=1),
    "coding:verifier-quality": about("bea", "bea", "max"),
    "coding:firewall": page("max"),
    "coding:education": about("ann", "ann", "max"),
    "coding:give-lesson": about("ann", "max"),
    "coding:drift-alarms": page("ann", "kim", "max"),
    "coding:acknowledge-alarm": about("drift_alarm", "max"),
    "coding:plans": page("max"),
    "coding:plan": about("river", "max"),
    "coding:set-plan": about("river", "max"),
    "coding:place-coder": about("river", "max"),
    "coding:start-audit": about("river", "max"),
    "coding:end-audit": about("focused_audit", "max"),
    "coding:audit-draws": about("river", "max"),
    "coding:make-audit-draw": about("river", "max"),
    "coding:audit-draw": about("audit_draw", "max"),
    "coding:audit-draw-file": about("audit_draw", "max", kind="csv"),
    "coding:rulings": page(*WORKERS, "max"),
    "coding:issue-ruling": page("max"),
    "coding:ruling": about("ruling", *WORKERS, "max"),
    "coding:withdraw-ruling": about("ruling", "max"),
    "coding:reports": page("cleo", "otto", "max"),
    "coding:make-report": page("max"),
    "coding:report": about("report", "cleo", "max"),
    "coding:report-file": about("report", "cleo", "max", ending="pdf"),
    "coding:share-report": about("report", "max"),
    "coding:report-schedules": page("max"),
    "coding:schedule-report": page("max"),
    "coding:end-report-schedule": about("report_schedule", "max"),
    "coding:open-emergency": page(*WORKERS, "ada"),
    "coding:emergencies": page("max", "ada"),
    "coding:review-emergency": Address(frozenset({"max", "ada"}), lambda world: {"pk": world.emergency.pk}),
    "coding:double-key": page("max"),
    "coding:double-key-practice": about("river", "max"),
    "coding:operations": page("max"),
    "coding:operations-figures": page("max"),
    "coding:line": page("max"),
    "coding:what-if": page("max"),
    "coding:line-csv": replace(page("max"), objects=lambda world: {"name": "team"}),
    "coding:operations-encounters": page("max"),
    "coding:encounter-peek": about("coding_work", "max"),
    "coding:encounter-columns": page("max"),
    "coding:save-view": page("max"),
    "coding:view-counts": page("max"),
    "coding:view-step": Address(frozenset({"max"}), lambda world: {"pk": world.saved_view.pk, "step": "share"}),
    "coding:reopen": about("coding_work", "max"),
    "coding:job-try-again": about("failed_job", "max"),
    "claims:ready": page("bill"),
    # the talk; ann and bea work on the batch
    "feedback:inbox": page(*TALKERS),
    "feedback:stream": page(*TALKERS),
    "feedback:move-item": about("inbox_item", "max"),
    "feedback:visit-remarks": about("remarked", "cleo", "max"),
    "feedback:raise-remark": about("remarked", "cleo", part="diagnosis", position=1),
    "feedback:withdraw-remark": about("remark", "cleo"),
    "feedback:complaints": page(*PRACTICE, "max"),
    "feedback:complaint": about("complaint", "cleo", "max"),
    "feedback:complaint-step": replace(about("complaint", "cleo", "max"), form=lambda world: {"move": "none"}),
    "feedback:rate": about("batch", "cleo"),
    "feedback:saved-answers": page("max"),
    "feedback:retire-answer": Address(frozenset({"max"}), lambda world: {"pk": world.saved_answer.pk}),
    "feedback:search": page(*TALKERS),
    "feedback:trends": page(*TALKERS),
    "feedback:export-all": page(*TALKERS),
    "feedback:export-thread": about("thread", "cleo", "max", "ann", "bea"),
    "feedback:questions": page(*TALKERS),
    "feedback:standing": page(*PRACTICE),
    "feedback:batch-thread": about("batch", "cleo", "max", "ann", "bea"),
    "feedback:thread": about("thread", "cleo", "max", "ann", "bea"),
    "feedback:messages": about("thread", "cleo", "max", "ann", "bea"),
    "feedback:news": about("thread", "cleo", "max", "ann", "bea"),
    "feedback:read": about("thread", "cleo", "max", "ann", "bea"),
    "feedback:add": about("thread", "cleo", "max", "ann", "bea"),
    "feedback:answer": about("comment", "cleo", "max", "ann", "bea"),
    "feedback:edit": about("comment", "cleo"),
    "feedback:delete": about("comment", "cleo", "max"),
    "feedback:history": about("comment", "cleo", "max", "ann", "bea"),
    "feedback:resolve": about("comment", "cleo", "max", "ann", "bea"),
    "feedback:attachment": about("attachment", "cleo", "max", "ann", "bea"),
}

# A practice's systems come here with a token; a person's session opens nothing.
API_ADDRESSES: Mapping[str, Address] = {
    "api:batches": page(),
    "api:batch": about("batch"),
    "api:files": about("open_batch"),
    "api:manifest": about("open_batch"),
    "api:uploads": about("open_batch"),
    "api:receipts": about("batch"),
    "api:upload": about("upload"),
    "api:complete": about("upload"),
    "api:send": about("open_batch"),
    "api:results": about("batch"),
    "api:comments": about("batch"),
    "api:result-file": about("delivery"),
    "api:schema": Address(EVERYONE, anonymous=True),
    "api:docs": Address(EVERYONE, anonymous=True),
    "api:nothing-here": Address(frozenset(), lambda world: {"anything": "somewhere"}),
}

# allauth's own pages: each is about the person who asks, and has no id of anybody else's.
LIBRARY = ("account_", "mfa_", "usersessions_")
# Django's admin, for operators only.
OPERATOR = "admin:"
