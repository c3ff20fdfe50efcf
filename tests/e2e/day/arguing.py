"""Discrepancies by keyboard: agreed, rebutted, upheld or withdrawn, brought to a manager, settled, made a ruling."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from coding.models import Dispute
from coding.rules.disputes import DisputeStatus
from tests.e2e.day.charts import Argument, Visit
from tests.e2e.day.hands import Hands

ONE = re.compile(r"/quality/disputes/(\d+)/$")
LIST = "() => location.pathname.endsWith('/quality/')"
# What each says to whom: the key, and why (nothing where nobody has to say why).
STEPS: dict[tuple[DisputeStatus, Argument], tuple[str, str]] = {
    (DisputeStatus.TOLD, Argument.AGREED): ("a", ""),
    (DisputeStatus.TOLD, Argument.WITHDRAWN): ("r", "It is not in the plan."),
    (DisputeStatus.TOLD, Argument.GIVEN_IN): ("r", "It is not in the plan."),
    (DisputeStatus.TOLD, Argument.SETTLED_UPHELD): ("r", "Two conditions and a prescription."),
    (DisputeStatus.TOLD, Argument.SETTLED_WITHDRAWN): ("r", "Two conditions and a prescription."),
    (DisputeStatus.REBUTTED, Argument.WITHDRAWN): ("w", ""),
    (DisputeStatus.REBUTTED, Argument.GIVEN_IN): ("u", "It stands in the last line of the plan."),
    (DisputeStatus.REBUTTED, Argument.SETTLED_UPHELD): ("u", "Only one of them is addressed."),
    (DisputeStatus.REBUTTED, Argument.SETTLED_WITHDRAWN): ("m", "The two of us read it differently."),
    (DisputeStatus.UPHELD, Argument.GIVEN_IN): ("a", ""),
    (DisputeStatus.UPHELD, Argument.SETTLED_UPHELD): ("m", "The plan names both."),
    (DisputeStatus.ESCALATED, Argument.SETTLED_UPHELD): ("u", "Only one is addressed."),
    (DisputeStatus.ESCALATED, Argument.SETTLED_WITHDRAWN): ("w", "The plan names both."),
}


def say_their_word(hands: Hands, visit_of: Callable[[int], Visit], said: Counter[str]) -> int:
    """Take every step that waits for the person; how many there were."""
    hands.leave_field()
    hands.press("g", "m")
    hands.until(LIST, what="what waits for a word")
    if hands.see("() => document.querySelector('row-list tbody tr') === null"):
        return 0
    hands.look("waiting-for-a-word")
    hands.until("() => document.querySelector('row-list').dataset.actions", what="the keys of the list")
    hands.press("j", "Enter")
    steps = 0
    while True:
        hands.until(f"() => ({LIST})() || document.querySelector('[data-action^=\"dispute.\"]') !== null")
        found = ONE.search(hands.path)
        if found is None:
            return steps
        settled = step(hands, Dispute.objects.get(pk=int(found[1])), visit_of, said)
        steps += 1
        if settled and hands.path.endswith(f"/{found[1]}/"):
            hands.press("n")
            hands.until("(was) => location.pathname !== was", f"/work/quality/disputes/{found[1]}/")


def step(hands: Hands, dispute: Dispute, visit_of: Callable[[int], Visit], said: Counter[str]) -> bool:
    """One step of one discrepancy; whether it is settled by it."""
    argument = visit_of(dispute.encounter_id).argument
    if (dispute.state, argument) not in STEPS:
        raise hands.stuck(f"{dispute} ({dispute.kind}) is {dispute.state}, and nobody meant to differ")
    key, why = STEPS[dispute.state, argument]
    if why:
        hands.press("c")
        hands.until("() => document.activeElement?.name === 'comment'", what="the field that says why")
        hands.type(why)
        hands.leave_field()
    hands.look(f"dispute-{dispute.state}")
    before = hands.see("performance.timeOrigin")
    hands.press(key)
    hands.until("(before) => performance.timeOrigin !== before && document.readyState === 'complete'", before)
    dispute.refresh_from_db()
    said[dispute.state.value] += 1
    if dispute.state is DisputeStatus.SETTLED_WITHDRAWN:
        make_it_a_ruling(hands)
        said["ruling"] += 1
    return dispute.state in (DisputeStatus.SETTLED_UPHELD, DisputeStatus.SETTLED_WITHDRAWN)


def make_it_a_ruling(hands: Hands) -> None:
    """What was settled holds for everybody from now on."""
    hands.look("settled")
    hands.press("i")
    hands.until("() => document.querySelector('[name=pattern]') !== null", what="the form of a ruling")
    hands.tab_to("[name=text]")
    hands.type("Two chronic conditions addressed in the plan are moderate.")
    hands.look("issue-ruling")
    hands.press("Control+Enter")
    hands.until("() => /\\/rulings\\/\\d+\\/$/.test(location.pathname)", what="the ruling")
    hands.look("ruling")
    hands.press("g", "m")
    hands.until(LIST, what="what waits for a word")
