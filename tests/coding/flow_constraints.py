"""Each named constraint of the roll-ups, broken once."""

from collections.abc import Callable
from typing import Any

from coding.models import ComplexityFit, FlowDay, PersonDay, WorkHour
from portal.rules.roles import Role
from tests import factories
from tests.coding.lines import NOON

COUNTS = dict.fromkeys(("asked", "returned", "scored", "clean", "codes", "codes_right"), 0)


def flow_day(**fields: Any) -> FlowDay:
    return FlowDay.objects.create(**{
        "practice": fields.pop("practice", None) or factories.PracticeFactory(), "day": NOON.date(),
        "specialty": "radiology", "place": "coding", "entered": 3, "left": 1, "on_time": 0, "not_billable": 0, **fields,
    })  # fmt: skip


def person_day(**fields: Any) -> PersonDay:
    return PersonDay.objects.create(**{
        "user": fields.pop("user", None) or factories.UserFactory(roles=[Role.CODER]), "day": NOON.date(),
        "stage": "coding", "specialty": "radiology", "done": 3, "pages": 4, "lines": 5, **COUNTS, **fields,
    })  # fmt: skip


def work_hour(**fields: Any) -> WorkHour:
    return WorkHour.objects.create(**{
        "start": NOON, "stage": "coding", "specialty": "radiology", "done": 3, "pages": 4, "lines": 5, **fields,
    })  # fmt: skip


def complexity_fit(**fields: Any) -> ComplexityFit:
    return ComplexityFit.objects.create(**{
        "stage": "coding", "fitted_at": NOON, "n": 40, "r2": 0.5, "weights": {}, **fields,
    })  # fmt: skip


def day_twice() -> None:
    river = factories.PracticeFactory()
    flow_day(practice=river)
    flow_day(practice=river)


def person_twice() -> None:
    ann = factories.UserFactory(roles=[Role.CODER])
    person_day(user=ann)
    person_day(user=ann)


BROKEN_FLOW: dict[str, Callable[[], Any]] = {
    "coding_flowday_once": day_twice,
    "coding_flowday_specialty_known": lambda: flow_day(specialty="magic"),
    "coding_flowday_place_known": lambda: flow_day(place="cellar"),
    "coding_flowday_of_those_finished": lambda: flow_day(on_time=1),
    "coding_personday_once": person_twice,
    "coding_personday_stage_known": lambda: person_day(stage="lunch"),
    "coding_personday_specialty_known": lambda: person_day(specialty="magic"),
    "coding_personday_right_of_all": lambda: person_day(codes=1, codes_right=2),
    "coding_workhour_once": lambda: [work_hour(), work_hour()],
    "coding_workhour_stage_known": lambda: work_hour(stage="lunch"),
    "coding_workhour_specialty_known": lambda: work_hour(specialty="magic"),
    "coding_complexityfit_once": lambda: [complexity_fit(), complexity_fit()],
    "coding_complexityfit_stage_known": lambda: complexity_fit(stage="lunch"),
    "coding_complexityfit_figures": lambda: complexity_fit(r2=1.5),
}
