"""A query in a browser: asked by keyboard, signed by the practice, first in the queue, its reply in the chart."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from coding.models import Encounter, Query, SignedAddendum
from coding.rules.lifecycle import EncounterStatus
from portal.models import Contract
from tests.coding.benches import visit
from tests.coding.lines import precoded
from tests.coding.queries.asking import to_code
from tests.e2e.people import assert_accessible

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]
RESULT = "Potassium 5.9 today, repeated."


def select_on_page(page, number, text):
    """Select words on the layer over a page image, as somebody does with the mouse."""
    page.locator(f"figure[data-number='{number}']").hover()
    layer = page.locator(f"figure[data-number='{number}'] .words")
    expect(layer).to_contain_text(text)
    page.evaluate(
        """([number, text]) => {
          const lines = [...document.querySelectorAll(`figure[data-number='${number}'] .words > div`)];
          const line = lines.find((one) => one.textContent.replace(/\\s+/g, " ").includes(text));
          getSelection().selectAllChildren(line);
        }""",
        [number, text],
    )


def test_a_query_goes_to_the_practice_and_its_answer_comes_back_first(screen, river, ann, cleo, max_):
    Contract.objects.update(query_stops_clock=True)
    held = to_code(river, ann)
    later = precoded(visit(river), ann, at=held.started_at)

    # Ann asks, by keyboard; what she had selected is the passage.
    page = screen(ann)
    page.goto(reverse("coding:code", args=[held.encounter_id]))
    select_on_page(page, 2, RESULT)
    page.keyboard.press("q")
    dialog = page.get_by_role("dialog", name="Ask the provider")
    expect(dialog.get_by_label("What is unclear")).to_be_focused()
    expect(dialog.get_by_label("Words of passage 1")).to_have_value(RESULT)
    expect(dialog.get_by_label("Page of passage 1")).to_have_value("2")
    page.keyboard.type("Meaning of")
    expect(dialog.get_by_label("Title")).to_have_value("Meaning of a result")
    expect(dialog).to_contain_text("Nothing stands against sending it.")
    page.keyboard.press("Tab")
    page.keyboard.type("Hyperkalemia")
    expect(dialog.locator("[data-faults]")).to_contain_text("A title that names a condition suggests the answer")
    assert_accessible(page)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**{reverse('coding:ask', args=[held.encounter_id])}")
    assert not Query.objects.exists()
    expect(page.get_by_role("alert")).to_contain_text("Hyperkalemia")
    assert_accessible(page)
    page.get_by_label("Title").fill("Meaning of a result")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**{reverse('coding:code', args=[later.pk])}")
    query = Query.objects.get()
    assert query.indicators.get().quote == RESULT
    assert Encounter.objects.get(pk=held.encounter_id).status == EncounterStatus.HELD

    # Cleo finds the question, looks at the passage, answers and signs.
    practice = screen(cleo)
    practice.goto("/")
    practice.get_by_role("link", name="Answer and sign").click()
    expect(practice.get_by_role("img", name="This passage on page 2")).to_be_visible()
    assert_accessible(practice)
    practice.get_by_label("My answer, in my own words").check()
    practice.get_by_label("In your own words").fill("The sample was hemolyzed; the second one was normal.")
    practice.get_by_label("The provider who treated the patient").check()
    practice.keyboard.press("Control+Enter")
    expect(practice.get_by_role("status").or_(practice.locator(".messages")).first).to_be_attached()
    expect(practice.locator(".signed-addendum")).to_contain_text("The sample was hemolyzed")
    assert_accessible(practice)
    signed = SignedAddendum.objects.get()
    assert signed.signer_name == cleo.name
    practice.goto(reverse("coding:queries") + "?show=answered")
    expect(practice.get_by_role("link", name=query.label)).to_be_visible()
    assert_accessible(practice)

    # Ann gives the other chart back: the answered one is first, and its reply stands beside the codes and in the chart.
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Give back to the queue").click()
    page.wait_for_url(f"**{reverse('coding:queue')}")
    expect(page.get_by_role("heading", name=f"Next chart {held.encounter.label}")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('coding:code', args=[held.encounter_id])}")
    expect(page.locator("#codes-pane")).to_contain_text("The sample was hemolyzed")
    expect(page.locator("#chart-pane .signed-addendum")).to_contain_text(signed.sha256)
    assert_accessible(page)

    manager = screen(max_)
    manager.goto(reverse("coding:queries") + "?show=answered")
    expect(manager.get_by_text("85 % of the answers within")).to_be_visible()
    assert_accessible(manager)
