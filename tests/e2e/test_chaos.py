"""Random work at all three benches: killed tabs, no network, ended sessions, lost leases and two windows at once."""

import random

import pytest
from django.db import connection

from portal.rules.roles import Role
from tests import factories
from tests.chaos.run import chaos
from tests.chaos.visits import Visits

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def begun(browser, live_server, river, lake, ann, bea, max_, settings):
    """A run of a seed, ready to go."""
    settings.UNDO_SECONDS = 4
    settings.LEASE_SECONDS = 3600
    with connection.cursor() as cursor:  # beside the browser's loop it is another connection than before
        cursor.execute("SELECT set_config('chartline.staff', 'on', false)")
    ned = factories.UserFactory(name="Ned Nash", roles=[Role.CODER])
    people = {
        "coder": ann, "verifier": bea, "kim": factories.UserFactory(name="Kim Kerr", roles=[Role.CODER]),
        "vic": factories.UserFactory(name="Vic Vale", roles=[Role.VERIFIER]),
    }  # fmt: skip
    visits = Visits(river, lake, ned, max_)
    return lambda seed: chaos(
        browser=browser, site=live_server.url, seed=seed, visits=visits, people=people, manager=max_
    )


@pytest.fixture
def seed(request):
    given = request.config.getoption("--chaos-seed")
    return int(given) if given else random.SystemRandom().randrange(10**6)


@pytest.mark.e2e
@pytest.mark.timeout(1500)
def test_a_short_while_of_chaos(begun):
    with begun(7) as run:
        run.run(navigations=25, kills=2)
        assert not run.faults, run.report()


@pytest.mark.chaos
@pytest.mark.timeout(7200)
def test_the_whole_chaos(begun, seed, request):
    number = request.config.getoption
    print(f"\nseed {seed}: make chaos SEED={seed} runs this again", flush=True)  # noqa: T201
    with begun(seed) as run:
        run.run(navigations=number("--chaos-navigations"), kills=number("--chaos-kills"))
        print(run.report(), flush=True)  # noqa: T201
        assert not run.faults, run.report()
