import os, time
from datetime import timedelta
import pytest
from django.utils import timezone
from playwright.sync_api import sync_playwright
from axe_playwright_python.sync_playwright import Axe
from feedback.actions.comments import add_comment, resolve_comment, delete_comment, edit_comment
from tests import factories
from tests.conftest import Signed
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]="1"

@pytest.mark.django_db(transaction=True)
def test_look(live_server, river, cleo, max_, ann):
    now=timezone.now()
    thread=factories.ThreadFactory(batch=factories.BatchFactory(practice=river,name="November clinic notes",number=204))
    enc=factories.EncounterFactory(chart=factories.ChartFactory(batch=thread.batch)); factories.AssignmentFactory(encounter=enc,user=ann)
    q=add_comment(thread=thread,by=ann,body="Laterality of the knee injection on page 2?\nThe note says left in the history and right in the plan.",at=now-timedelta(hours=5),encounter=enc,needs_answer_from="practice",mentions=[cleo])
    add_comment(thread=thread,by=cleo,body="I ask Dr. Reyes and come back.",at=now-timedelta(hours=4),reply_to=q)
    w=add_comment(thread=thread,by=cleo,body="When can we expect the rest?",at=now-timedelta(hours=3),needs_answer_from="service")
    d=add_comment(thread=thread,by=max_,body="x",at=now-timedelta(hours=2)); delete_comment(comment=d,by=max_,at=now)
    e=add_comment(thread=thread,by=max_,body="Tonight at 18:00.",at=now-timedelta(hours=2),reply_to=w); resolve_comment(comment=w,by=max_,at=now)
    edit_comment(comment=e,by=max_,body="Tonight at 19:00.",at=now)
    for n in range(6):
        t=factories.ThreadFactory(batch=factories.BatchFactory(practice=river,number=300+n))
        if n%2: add_comment(thread=t,by=max_,body="Please see.",at=now-timedelta(days=n),needs_answer_from="practice" if n==3 else "")
    cookie=Signed(cleo).cookies["session"].value
    out=[]
    with sync_playwright() as p:
        b=p.chromium.launch(executable_path="/usr/bin/chromium",args=["--no-sandbox","--disable-background-networking","--disable-component-update"])
        for width in (1440,390):
            for theme in ("light","dark"):
                c=b.new_context(viewport={"width":width,"height":900},color_scheme=theme); c.add_cookies([{"name":"session","value":cookie,"url":live_server.url}])
                pg=c.new_page(); pg.on("console",lambda m: out.append(f"{m.type} {m.text}") if m.type in("error","warning") else None); pg.on("pageerror",lambda m: out.append(str(m)))
                for name,path in (("inbox","/threads/"),("thread",f"/threads/{thread.pk}/"),("questions","/threads/questions/"),("history",f"/threads/comment/{e.pk}/history/")):
                    pg.goto(live_server.url+path); pg.wait_for_timeout(300)
                    if name=="thread": pg.click("details.more summary"); 
                    pg.screenshot(path=f"/tmp/talk/{name}-{width}-{theme}.png",full_page=True)
                    r=Axe().run(pg)
                    for v in r.response["violations"]: out.append(f"{name} {width} {theme} {v['id']}: {[n['html'][:150] for n in v['nodes'][:3]]}")
                    sw=pg.evaluate("document.documentElement.scrollWidth")
                    if sw>width: out.append(f"{name} {width} overflow {sw}")
                c.close()
        c=b.new_context(); c.add_cookies([{"name":"session","value":cookie,"url":live_server.url}]); pg=c.new_page()
        pg.on("console",lambda m: out.append(f"flow {m.type} {m.text}") if m.type in("error","warning") else None)
        pg.goto(live_server.url+f"/threads/{thread.pk}/")
        pg.click(f"[data-answer='{q.pk}']"); pg.keyboard.type("It is the left knee."); pg.keyboard.press("Control+Enter")
        pg.wait_for_selector("text=It is the left knee."); pg.wait_for_timeout(300)
        out.append("composer after send: %r"%pg.input_value("textarea[name=body]"))
        q.refresh_from_db(); out.append(f"settled {q.resolved_by}")
        add_comment(thread=thread,by=max_,body="Thank you!",at=timezone.now())
        pg.fill("textarea[name=body]","typing goes on"); pg.focus("textarea[name=body]")
        pg.wait_for_selector("a.pill",timeout=20000); out.append("focus kept %r text %r"%(pg.evaluate("document.activeElement.name"),pg.input_value("textarea[name=body]")))
        pg.screenshot(path="/tmp/talk/pill.png")
        pg.click("a.pill"); pg.wait_for_selector("text=Thank you!"); pg.wait_for_timeout(500)
        out.append("after pill text %r focus %r"%(pg.input_value("textarea[name=body]"),pg.evaluate("document.activeElement.id")))
        pg.click("details.more summary"); pg.check("input[name=mentions] >> nth=0"); out.append("mention -> %r"%pg.input_value("textarea[name=body]"))
        pg.fill("textarea[name=body]",""); pg.evaluate("document.querySelector('textarea').required=false"); pg.click("button:has-text('Send')"); pg.wait_for_selector(".error-summary"); out.append("error shown, focus %r"%pg.evaluate("document.activeElement.className"))
        pg.goto(live_server.url+"/api/v1/docs"); pg.wait_for_timeout(2500); pg.screenshot(path="/tmp/talk/docs.png"); out.append("docs ops %s"%pg.locator(".opblock").count())
        b.close()
    print("\n".join(out)); open("/tmp/talk/look.txt","w").write("\n".join(out))
