"""A person at a browser: signs in, and looks at each page as axe and a narrow screen do."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from portal.models import User
from tests.factories import PASSWORD

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SIZES = ((1440, 900), (390, 844))
WIDE, NARROW = ({"width": width, "height": height} for width, height in SIZES)
THEMES = ("light", "dark")
every_sight = False  # `make looks`
pictures: Path | None = None  # where a picture of each sight is kept, if anywhere
# What may scroll sideways: tables and page images in their own region.
OVERFLOW = """() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth
  return wide > 1 ? [`page is ${wide}px too wide`] : []
}"""


def themes_at(width: int) -> tuple[str, ...]:
    """In every run each width and each theme is looked at once, by `make looks` each with each."""
    return THEMES if every_sight else THEMES[:1] if width == WIDE["width"] else THEMES[1:]


def keep_picture(page: Page, name: str, width: int, theme: str) -> None:
    """The whole page as it is seen, in the folder of pictures if there is one."""
    if pictures is not None:
        # The caret stays: to hide it a style would be put into the page, which its policy forbids.
        page.screenshot(path=pictures / f"{name}-{width}-{theme}.png", full_page=True, caret="initial")


def name_of(page: Page) -> str:
    """A page's address without its numbers."""
    return "-".join(part for part in urlsplit(page.url).path.split("/") if part and not part.isdigit()) or "home"


def submit_with_reason(page: Page) -> None:
    """Submit what has something to check, and say that the documentation supports it: two keys and a digit."""
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("dialog", name="Submit with something to check?")).to_be_visible()
    page.keyboard.press("1")


class Person:
    """One person with a browser of their own; messages of the content security policy are kept."""

    def __init__(self, browser: Browser, url: str, user: User) -> None:
        self.url, self.user = url, user
        # axe is put into the page, which the policy forbids: a second context looks, this one works.
        self.context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
        self.looking = browser.new_context(bypass_csp=True)
        self.page: Page = self.context.new_page()
        self.troubles: list[str] = []
        self.page.on("console", self.heard)
        self.page.on("pageerror", lambda error: self.note("error", str(error)))

    def heard(self, message: ConsoleMessage) -> None:
        """What the console says; what comes next is not told for a chart that is being submitted, and that is right."""
        if "409" not in message.text or not message.location["url"].endswith("/ahead/"):
            self.note(message.type, message.text)

    def note(self, kind: str, text: str) -> None:
        if kind == "error" or "Content Security Policy" in text or "Content-Security-Policy" in text:
            self.troubles.append(text)

    def sign_in(self) -> Page:
        self.page.goto(f"{self.url}/account/login/")
        self.page.get_by_label("Email").fill(self.user.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Continue").click()
        expect(self.page).not_to_have_url(f"{self.url}/account/login/")
        return self.page

    def go(self, path: str) -> Page:
        self.page.goto(f"{self.url}{path}")
        return self.page

    def look(self, name: str) -> None:
        """axe without a violation and nothing wider than the screen, at both sizes and in both themes."""
        self.looking.clear_cookies()
        self.looking.add_cookies(self.context.cookies())
        page = self.looking.new_page()
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.goto(self.page.url)
            page.wait_for_load_state("networkidle")
            for theme in themes_at(width):
                page.emulate_media(color_scheme=theme)
                keep_picture(page, name, width, theme)
                found = Axe().run(page, options=RULES).response["violations"]
                assert not found, (
                    name,
                    width,
                    theme,
                    [(v["id"], [n["html"][:200] for n in v["nodes"][:3]]) for v in found],
                )
                assert not page.evaluate(OVERFLOW), (name, width, theme, page.evaluate(OVERFLOW))
        page.close()

    def leave(self) -> None:
        self.context.close()
        self.looking.close()
        assert not self.troubles, self.troubles


def assert_accessible(page):
    """axe finds nothing, and nothing hangs out sideways, in both themes at both widths."""
    found = []
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        for theme in themes_at(size["width"]):
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            for fragment in panes_of(page) if size is NARROW else ("",):
                if fragment:
                    page.evaluate("hash => { location.hash = hash }", fragment)
                keep_picture(page, f"{name_of(page)}{fragment}", size["width"], theme)
                results = Axe().run(page)
                found += [
                    (size["width"], theme, fragment, one["id"], one["nodes"][0]["html"][:200])
                    for one in results.response["violations"]
                ]
                wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                found += [(size["width"], theme, fragment, "scrolls sideways", wide)] if wide > 0 else []
    page.set_viewport_size(WIDE)
    assert found == [], found


def panes_of(page):
    """The panes that a narrow screen shows one at a time; "" for a page that has none."""
    return [pane for pane in ("#chart-pane", "#codes-pane") if page.locator(pane).count()] or [""]
