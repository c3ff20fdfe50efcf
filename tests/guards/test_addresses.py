"""The sweep: every address × role × method × own or another practice's object.

Outsiders get 404, the same as for an object that does not exist, and change nothing.
"""

import re
from copy import deepcopy

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from portal.models import AuditEvent, Outcome
from portal.rules.roles import Role, granted
from tests.guards.addresses import ADDRESSES, API_ADDRESSES, EVERYONE, LIBRARY, OPERATOR
from tests.guards.test_tables import CLIENT

METHODS = ("get", "post", "put", "patch", "delete")
ANSWERED = METHODS[:2]  # the others are asked by one of each side in turn: a page of ours answers none of them
PEOPLE = {
    "cleo": Role.PRACTICE,
    "otto": Role.PRACTICE,
    "ann": Role.CODER,
    "kim": Role.CODER,
    "bea": Role.VERIFIER,
    "max": Role.MANAGER,
    "bill": Role.BILLER,
    "ada": Role.ADMIN,
}
FOUND = {200, 204, 302, 400, 403, 405, 409, 410, 422, 423, 429}
ABSENT = 2_000_000_000
# Written by any request: the trail, and what the API keeps of each call.
NOISE = {"portal_auditevent", "portal_auditseal", "portal_apicall", "portal_apitoken", "portal_idempotentrequest"}
TABLES = [model._meta.db_table for model in CLIENT if model._meta.db_table not in NOISE]


def leaves(patterns, space=""):
    """The name of each address and its view."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from leaves(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name or str(pattern.pattern)}", pattern.callback


LEAVES = list(leaves(get_resolver().url_patterns))
KNOWN = sorted(name for name, _ in LEAVES)


def test_every_address_is_listed_and_every_listed_one_exists():
    """Once each: of two paths with one name, the sweep would only walk the last."""
    ours = [name for name in KNOWN if not name.startswith((*LIBRARY, OPERATOR))]
    assert ours == sorted([*ADDRESSES, *API_ADDRESSES])


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_every_view_asks_for_a_permission(name):
    """Also where the scope of its query would hide the object from others anyway: either door must hold alone."""
    address = ADDRESSES[name]
    asked = getattr(dict(LEAVES)[name], "requires", ())
    let_in = {person for person, role in PEOPLE.items() if granted([role]).intersection(asked)}
    if address.for_whom == EVERYONE:
        assert not asked
    elif address.foreign:
        assert address.for_whom <= let_in
        assert asked
    else:
        assert address.for_whom == let_in


def client_of(world, person):
    """Their browser, signed in: one for each person of a world."""
    browsers = world.__dict__.setdefault("browsers", {})
    if person not in browsers:
        browsers[person] = Client(raise_request_exception=False)
        if person != "anonymous":
            browsers[person].force_login(getattr(world, person))
    return browsers[person]


def askers(name, people):
    """Each method with who asks by it."""
    people = sorted(people)
    for number, method in enumerate(METHODS):
        turn = (sum(name.encode()) + number) % max(len(people), 1)
        for person in people if method in ANSWERED else people[turn : turn + 1]:
            yield method, person


def ask(client, method, path, form=None, **headers):
    """One request whose effects are undone, also in the browser."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        before = written()
        sent = {"data": dict(form or {})} if method == "post" else {}
        response = getattr(client, method)(path, headers={"Idempotency-Key": f"{method}{path}", **headers}, **sent)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        after = fingerprint() if written() != before else None
        refused = AuditEvent.objects.filter(outcome=Outcome.REFUSED).exists()
        transaction.set_rollback(True)
    client.cookies = cookies
    changed = after is not None and fingerprint() != after  # what was written may be what was there
    return response, content, changed, refused


def written():
    """How many rows of the client tables were written in this transaction, as PostgreSQL counts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables WHERE relname = ANY(%s)",
            [TABLES],
        )
        return cursor.fetchone()


def fingerprint():
    """What the client tables hold, seen with the service's eyes."""
    query = " UNION ALL ".join(f"SELECT '{table}', count(*), sum(hashtext(t::text)) FROM {table} t" for table in TABLES)
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def unmasked(content, path):
    """The page without the form token, which differs from answer to answer, and without its own address."""
    return re.sub(rb"[A-Za-z0-9]{64}", b"", content).replace(path.encode(), b"")


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_an_address_opens_to_whom_it_names_and_to_nobody_else(world, name):
    """Four walks over one world, since making a world costs as much as a walk."""
    outsiders_find_nothing_and_change_nothing(world, name)
    insiders_are_let_in_and_nothing_breaks(world, name)
    strangers_are_asked_to_sign_in(world, name)
    if ADDRESSES[name].foreign:
        a_foreign_object_looks_like_none_at_all(world, name)


def outsiders_find_nothing_and_change_nothing(world, name):
    address = ADDRESSES[name]
    path = reverse(name, kwargs=address.objects(world))
    for method, person in askers(name, PEOPLE.keys() - address.for_whom):
        response, content, changed, refused = ask(client_of(world, person), method, path, address.form(world))
        assert response.status_code in {404, 405}, (person, method, response.status_code)
        assert not changed, (person, method)
        if response.status_code == 404:
            assert refused, f"{person} {method}: the refusal is not in the trail"
            assert b"River" not in content


def insiders_are_let_in_and_nothing_breaks(world, name):
    address = ADDRESSES[name]
    paths = dict.fromkeys(address.for_whom, reverse(name, kwargs=address.objects(world)))
    if address.personal is not None:
        made = {person: address.personal(world, client_of(world, person)) for person in sorted(address.for_whom)}
        paths = {person: reverse(name, kwargs=objects) for person, objects in made.items()}
    statuses = {person: set() for person in paths}
    for method, person in askers(name, paths):
        response, *_ = ask(client_of(world, person), method, paths[person], address.form(world))
        assert response.status_code in FOUND, (person, method, response.status_code)
        statuses[person].add(response.status_code)
    for person, answers in statuses.items():
        assert {200, 204, 302, 400, 409, 422, 403} & answers, (person, answers)


def a_foreign_object_looks_like_none_at_all(world, name):
    kwargs = dict(ADDRESSES[name].objects(world))
    absent = {key: ABSENT if isinstance(value, int) else value for key, value in kwargs.items()}
    otto = client_of(world, "otto")
    for method in ("get", "post"):
        there, nowhere = reverse(name, kwargs=kwargs), reverse(name, kwargs=absent)
        theirs, shown, *_ = ask(otto, method, there)
        nobodys, blank, *_ = ask(otto, method, nowhere)
        assert theirs.status_code == nobodys.status_code
        assert unmasked(shown, there) == unmasked(blank, nowhere)
        assert theirs.headers.keys() == nobodys.headers.keys()


def strangers_are_asked_to_sign_in(world, name):
    address = ADDRESSES[name]
    path = reverse(name, kwargs=address.objects(world))
    client = client_of(world, "anonymous")
    for method in METHODS:
        response, _, changed, _ = ask(client, method, path)
        if address.anonymous:
            assert response.status_code in FOUND
        else:
            assert response.status_code in {302, 404, 405}
            assert response.status_code != 302 or response["Location"].startswith("/account/login/")
            assert not changed


@pytest.mark.parametrize("name", sorted(name for name, address in API_ADDRESSES.items() if not address.anonymous))
def test_the_api_knows_tokens_only_and_each_its_practice(world, name):
    address = API_ADDRESSES[name]
    path = reverse(name, kwargs=address.objects(world))
    for person in ("anonymous", "cleo", "max", "ada"):
        for method in METHODS:
            response, _, changed, _ = ask(client_of(world, person), method, path)
            assert response.status_code in {401, 404, 405}, (person, method, response.status_code)
            assert not changed
    stranger = {"Authorization": f"Bearer {world.foreign_bearer}"}
    own = {"Authorization": f"Bearer {world.bearer}"}
    for method in METHODS:
        response, *_ = ask(Client(raise_request_exception=False), method, path, **own)
        assert response.status_code < 500
        if address.foreign:
            theirs, shown, changed, _ = ask(Client(raise_request_exception=False), method, path, **stranger)
            absent = reverse(name, kwargs={"pk": ABSENT})
            nobodys, blank, _, _ = ask(Client(raise_request_exception=False), method, absent, **stranger)
            assert theirs.status_code in {404, 405}
            assert (theirs.status_code, shown) == (nobodys.status_code, blank)
            assert not changed


def test_a_sleeping_filter_is_caught_by_the_database(world):
    """What `visible_to` forgets, row-level security holds back: the scope of otto shows none of River's rows."""
    from portal import scope

    with scope.opened(staff=False):
        scope.enter(world.otto)
        leaking = {
            model._meta.label for model in CLIENT if model._default_manager.filter(practice=world.river).exists()
        }
    assert not leaking


def test_only_operators_come_to_the_admin(world):
    lists = [name for name in KNOWN if name.startswith(OPERATOR) and name.endswith(("_changelist", "index"))]
    for person in (*PEOPLE, "anonymous"):
        client = client_of(world, person)
        statuses = {name: client.get(reverse(name)).status_code for name in lists}
        assert set(statuses.values()) <= {302, 404}, (person, statuses)
