import pytest
from django.urls import reverse
from django.utils import timezone
from tests.e2e.test_benches import screen, add, WIDE, NARROW
from tests.coding.benches import *
from tests.coding.lines import coded, load_codes
from tests import factories
from portal.models import Contract
from coding.models import Code, Encounter, Verdict
from coding.actions.verification import give_verdict
from coding.actions.queue import take_next
from coding.rules.lifecycle import Stage
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(500)]
T={"E119":"Type 2 diabetes mellitus without complications","I10":"Essential (primary) hypertension","99213":"Office visit, established, low complexity","99214":"Office visit, established, moderate complexity","20610":"Joint injection, major joint","M1711":"Unilateral primary osteoarthritis, right knee"}

def shots(page, name):
    for size,label in ((WIDE,"wide"),(NARROW,"narrow")):
        page.set_viewport_size(size)
        for theme in ("light","dark"):
            if label=="narrow" and theme=="dark": continue
            page.evaluate("t => { document.documentElement.dataset.theme = t }", theme)
            frags = ("#chart-pane","#codes-pane") if label=="narrow" and page.locator("#chart-pane").count() else ("",)
            for f in frags:
                if f: page.evaluate("h => { location.hash = h }", f)
                page.wait_for_timeout(150)
                page.screenshot(path=f"/tmp/w/shots/{name}-{label}-{theme}{f.strip('#')}.png")
    page.set_viewport_size(WIDE)
    page.evaluate("t => { document.documentElement.dataset.theme = t }", "light")

def test_shots(screen, river, ann, bea):
    import os; os.makedirs("/tmp/w/shots", exist_ok=True)
    Contract.objects.update(verification_share=100)
    factories.ProviderFactory(practice=river, name="Doctor Adams"); factories.LocationFactory(practice=river, name="Main office"); factories.PayerFactory(practice=river, name="Acme Health")
    held = to_code(river, ann)
    for c,t in T.items(): Code.objects.filter(code=c).update(title=t)
    visit(river); visit(river, count=9)
    page = screen(ann)
    page.goto(reverse("coding:queue")); shots(page, "queue")
    page.goto(reverse("coding:code", args=[held.encounter_id])); page.wait_for_timeout(500); shots(page, "code-empty")
    for c in ("E119","I10"): add(page, c)
    page.locator("#code-q").fill("992"); page.wait_for_timeout(600); page.screenshot(path="/tmp/w/shots/code-search.png")
    page.locator("#code-q").press("Enter"); add(page,"20610"); page.wait_for_timeout(800)
    page.keyboard.press("Escape"); page.keyboard.press("k"); page.keyboard.press("d"); page.keyboard.press("a"); page.keyboard.press("b"); page.wait_for_timeout(900)
    shots(page, "code")
    page.keyboard.press("Escape"); page.keyboard.press("Control+Enter"); page.wait_for_timeout(1500); shots(page, "code-refused")
    page.keyboard.press("Escape"); page.keyboard.press("s"); page.wait_for_timeout(300); page.screenshot(path="/tmp/w/shots/skip.png"); page.keyboard.press("Escape")
    page.locator("#more-menu summary").click(); page.wait_for_timeout(200); page.screenshot(path="/tmp/w/shots/more.png"); 
    page.get_by_text("Put on hold…").click(); page.wait_for_timeout(300); page.screenshot(path="/tmp/w/shots/hold.png"); page.keyboard.press("Escape")
    page.keyboard.press("?"); page.wait_for_timeout(300); page.screenshot(path="/tmp/w/shots/keys.png"); page.keyboard.press("Escape")
    lapse(held); add(page,"M1711"); page.wait_for_timeout(800); shots(page, "code-lost")
    page.goto(reverse("coding:code", args=[held.encounter_id])); page.wait_for_timeout(400); shots(page, "code-readonly")
    two = screen(ann); two.goto(reverse("coding:queue")); two.keyboard.press("Enter"); two.wait_for_url("**/precode/"); two.wait_for_timeout(500); shots(two, "precode")
    two.keyboard.press("Control+Enter"); two.wait_for_timeout(1200); shots(two, "precode-errors")

def test_shots_verify(screen, river, ann, bea):
    held = to_verify(river, ann, bea, version=coded("E119 I10", "99214@1 20610-25@2"))
    for c,t in T.items(): Code.objects.filter(code=c).update(title=t)
    page = screen(bea)
    page.goto(reverse("coding:verify", args=[held.encounter_id])); page.wait_for_timeout(500); shots(page,"verify-start")
    page.keyboard.press("j"); page.keyboard.press("x"); add(page,"M1711"); page.wait_for_timeout(900); shots(page,"verify")
    give_verdict(assignment=held, by=bea, at=timezone.now(), verdict=Verdict.RETURNED, coded=coded("E119","99213@1 20610@1"), comment="Only two problems were addressed; see page 2.")
    b = screen(ann); b.goto(reverse("coding:queue")); shots(b,"queue-returned"); b.keyboard.press("Enter"); b.wait_for_url("**/code/"); b.wait_for_timeout(600); shots(b,"returned")
    n = screen(ann, java_script_enabled=False); n.goto(b.url); n.screenshot(path="/tmp/w/shots/nojs.png")
