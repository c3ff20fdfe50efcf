"""The door to a practice's FHIR R4 server: a bundle is posted as it was made, and found again if it is there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from portal.channels.door import Answer, Line, Parcel, failed, rejected
from portal.channels.http_post import ask, is_refusal, post
from portal.fhir.server import Server
from portal.fhir.web import Fault
from portal.rules.dispatches import AttemptOutcome, SignIn

KIND = "application/fhir+json"
NOT_LET_IN = frozenset({"401", "403"})  # about us, not about the bundle
DONE_AT_ONCE = frozenset({"transaction", "batch"})  # Bundle.type: not kept as a resource, so that none can be found


def send(
    line: Line,
    parcel: Parcel,
    *,
    at: datetime,
    still_ours: Callable[[], None],
    note_taken: Callable[[int], None],  # noqa: ARG001  (one bundle, whole or not at all)
) -> Answer:
    """Post the bundle; 2xx means that the server has it, other refusals of what it says end it."""
    bundle = resource_in(parcel.content)
    if bundle is None:
        return rejected("not_fhir")
    headers = {"Content-Type": KIND, "Accept": KIND, "Prefer": "return=minimal", "Idempotency-Key": parcel.key}
    known_as = identifier_of(bundle)
    if known_as:
        headers["If-None-Exist"] = known_as  # FHIR R4, 3.1.0.8.1: a repetition creates nothing
    still_ours()
    try:
        headers |= signed_in(line, at=at)
    except Fault as fault:
        return failed(str(fault), final=str(fault) == "no_endpoint")
    answer = post(line.url, headers=headers, content=parcel.content, at=at)
    if answer.code in NOT_LET_IN:
        return replace(answer, fault="sign_in_refused")
    return replace(answer, outcome=AttemptOutcome.REJECTED) if is_refusal(answer) else answer


def probe(line: Line, *, key: str, at: datetime) -> Answer:  # noqa: ARG001  (nothing is posted)
    """Sign in and ask the server what it can do (FHIR R4, 3.1.0.11)."""
    base = line.url.rstrip("/").removesuffix("/Bundle")
    try:
        headers = {"Accept": KIND, **signed_in(line, at=at)}
    except Fault as fault:
        return failed(str(fault))
    answer = ask("GET", f"{base}/metadata", headers=headers, content=None, at=at)
    return replace(answer, fault="sign_in_refused") if answer.code in NOT_LET_IN else answer


def signed_in(line: Line, *, at: datetime) -> dict[str, str]:
    """The header that says who we are; Fault."""
    if line.sign_in == SignIn.NONE:
        return {}
    token = line.secret
    if line.sign_in == SignIn.BACKEND:
        if line.client is None:
            raise Fault("no_endpoint", passing=False)
        server = Server(
            base_url=line.client.base_url, token_url=line.client.token_url, client_id=line.client.client_id,
            scopes=line.scopes, key_id=line.client.key_id, sealed_key=line.client.sealed_key,
        )  # fmt: skip
        server.sign_in(at=at)
        token = server.token
    return {"Authorization": f"Bearer {token}"}


def resource_in(content: bytes) -> dict[str, Any] | None:
    """The resource of a file; None if it is none."""
    try:
        found = json.loads(content)
    except ValueError:
        return None
    return found if isinstance(found, dict) and found.get("resourceType") else None


def identifier_of(resource: dict[str, Any]) -> str:
    """How a kept resource is searched for, as a query; empty if it has no identifier or is not kept."""
    identifier = resource.get("identifier")
    one = identifier[0] if isinstance(identifier, list) and identifier else identifier
    if resource.get("type") in DONE_AT_ONCE or not isinstance(one, dict) or not one.get("value"):
        return ""
    return f"identifier={quote(str(one.get('system', '')), safe='')}%7C{quote(str(one['value']), safe='')}"
