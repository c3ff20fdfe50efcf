"""Pages with fragments load htmx; pages without do not pay for it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
INCLUDED = re.compile(r'{% include "([^"]+)"')
LOADS = '{% include "components/htmx.html" %}'


def text_with_parts(name, seen=()):
    """A template and everything it includes by name."""
    text = (TEMPLATES / name).read_text()
    inside = [part for part in INCLUDED.findall(text) if part not in seen]
    return text + "".join(text_with_parts(part, (*seen, *inside)) for part in inside)


PAGES = sorted(
    str(path.relative_to(TEMPLATES))
    for path in TEMPLATES.rglob("*.html")
    if '{% extends "base.html" %}' in path.read_text()
)


def test_the_pages_are_found():
    assert "coding/code.html" in PAGES
    assert "portal/home.html" in PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_htmx_exactly_if_a_part_of_it_asks_the_server_for_a_fragment(name):
    asks = " hx-get=" in text_with_parts(name) or " hx-post=" in text_with_parts(name)
    assert (LOADS in (TEMPLATES / name).read_text()) == asks
