"""The simulation against what queueing theory knows in closed form: M/M/1, M/M/c, a tandem, Little's law."""

import math
import statistics
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.rules.flow.simulation import Kind, Person, Visit, simulate

CODE, VERIFY = Kind("coding", "radiology"), Kind("verification", "radiology")
LONG = 40_000.0  # minutes
RUNS = 12
SKILLS = [{CODE}, {VERIFY}, {CODE, VERIFY}]
T_11 = 3.106  # Student's t, 11 degrees of freedom: 99 % of all confidence intervals hold the truth


def seeded(seed):
    return Random(seed)  # noqa: S311  (a simulation, not a secret)


def erlang_c(servers, offered):
    """The probability that an arrival waits in M/M/c (Erlang 1917), offered load in erlangs."""
    top = offered**servers / math.factorial(servers) * servers / (servers - offered)
    return top / (sum(offered**k / math.factorial(k) for k in range(servers)) + top)


def mean_wait(servers, arrivals, services):
    """Minutes in the queue of M/M/c, rates a minute."""
    return erlang_c(servers, arrivals / services) / (servers * services - arrivals)


def poisson(rate, chance, until, route=(CODE,)):
    at, visits = 0.0, []
    while (at := at + chance.expovariate(rate)) < until:
        visits.append(Visit(at, route, due=at))
    return visits


def runs(servers, arrivals, services, route=(CODE,), can=None, count=RUNS, until=LONG):
    rates = services if isinstance(services, dict) else {CODE: services}
    people = [Person(frozenset(can or {CODE}))] * servers if isinstance(servers, int) else servers
    found = []
    for seed in range(count):
        chance = seeded(seed)
        visits = poisson(arrivals, chance, until, route)
        found.append(
            simulate(visits, people, service=lambda kind, c: c.expovariate(rates[kind]), chance=chance, until=until)
        )
    return found


def holds(values, truth):
    """Whether a 99 % confidence interval over the runs holds the true mean, and is narrow enough to mean something."""
    mean, error = statistics.mean(values), statistics.stdev(values) / math.sqrt(len(values))
    assert T_11 * error < 0.2 * truth, "too wide to say anything"
    assert abs(mean - truth) < T_11 * error, f"{mean:.4f} ± {T_11 * error:.4f} does not hold {truth:.4f}"


@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (1, 0.8), (2, 0.7), (4, 0.8), (10, 0.85)])
def test_waits_and_utilisation_are_those_of_m_m_c(servers, load):
    service = 0.1
    arrivals = load * servers * service
    found = runs(servers, arrivals, service)
    holds([one.mean_wait() for one in found], mean_wait(servers, arrivals, service))
    holds([one.utilisation for one in found], load)


def test_m_m_1_by_hand():
    # 4 an hour come, 5 can be served: W_q = ρ / (μ - λ) = 0.8 / 1 h = 48 minutes.
    assert mean_wait(1, 4 / 60, 5 / 60) == pytest.approx(48.0)
    assert erlang_c(1, 0.8) == pytest.approx(0.8)
    # Two servers, one erlang: a third waits (Erlang's own table).
    assert erlang_c(2, 1.0) == pytest.approx(1 / 3)


def test_a_tandem_is_two_queues_of_their_own():
    # Jackson 1957: what leaves M/M/1 comes to the second as Poisson's.
    people = [Person(frozenset({CODE})), Person(frozenset({VERIFY}))]
    found = runs(people, 0.05, {CODE: 0.1, VERIFY: 0.08}, route=(CODE, VERIFY))
    holds([one.mean_wait(stage="coding") for one in found], mean_wait(1, 0.05, 0.1))
    holds([one.mean_wait(stage="verification") for one in found], mean_wait(1, 0.05, 0.08))


def test_littles_law():
    # L = λ W (Little 1961): how many are inside on average is how many come a minute times how long they stay.
    stay = mean_wait(3, 0.24, 0.1) + 10
    holds([one.inside / LONG for one in runs(3, 0.24, 0.1)], 0.24 * stay)


@given(
    st.lists(st.tuples(st.floats(0, 500), st.floats(0, 900), st.booleans()), max_size=60),
    st.lists(st.tuples(st.floats(0, 300), st.floats(0, 700), st.sampled_from(SKILLS)), max_size=5),
    st.integers(0, 9),
)  # fmt: skip
@settings(max_examples=60)
def test_nothing_is_lost_and_nobody_works_twice_at_once(rows, shifts, seed):
    visits = [Visit(at, (CODE, VERIFY) if both else (CODE,), due) for at, due, both in rows]
    people = [Person(frozenset(can), start, start + length) for start, length, can in shifts]
    end = 600.0
    one = simulate(visits, people, service=lambda kind, c: 1 + 30 * c.random(), chance=seeded(seed), until=end)
    waiting = sum(tally.left for tally in one.tallies.values())
    begun = sum(tally.begun for tally in one.tallies.values())
    assert one.arrived == len(visits)
    assert one.finished + waiting <= one.arrived <= one.finished + waiting + len(people)
    assert begun >= one.finished
    assert one.worked <= sum(max(0.0, min(end, p.end + 31) - p.start) for p in people) + 1e-6
    assert one.late <= one.arrived


def fixed(kind, _chance):
    return 10.0


def test_what_is_due_first_is_begun_first():
    visits = [Visit(0, (CODE,), due=99), Visit(1, (CODE,), due=90), Visit(2, (CODE,), due=25)]
    one = simulate(visits, [Person(frozenset({CODE}))], service=fixed, chance=seeded(1), until=100)
    assert (one.finished, one.late) == (3, 0), "the last to come goes before the one that can wait"


def test_nobody_is_given_what_they_cannot_do():
    one = simulate([Visit(0, (VERIFY,), due=9)], [Person(frozenset({CODE}))], service=fixed, chance=seeded(1), until=60)
    assert (one.finished, one.late, one.left("verification")) == (0, 1, 1)


def test_work_begun_before_the_end_of_a_shift_is_finished_and_no_more_is_begun():
    visits = [Visit(0, (CODE,), due=99), Visit(0, (CODE,), due=99)]
    one = simulate(visits, [Person(frozenset({CODE}), 0, 5)], service=fixed, chance=seeded(1), until=60)
    assert (one.finished, one.left("coding")) == (1, 1)


def test_the_same_seed_gives_the_same_day():
    first, second = (runs(2, 0.1, 0.1, count=1, until=2000) for _ in range(2))
    assert first[0].inside == second[0].inside
