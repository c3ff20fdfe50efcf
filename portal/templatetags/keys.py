"""{% kbd "code.reject" %}: the key of an action for the person who reads the page, as a hint beside its control."""

from django import template
from django.utils.html import format_html

from portal.rules.keyboard import Keyboard
from portal.rules.keyboard.strokes import is_character, shown

register = template.Library()
USUAL = Keyboard()


def keyboard_of(context: template.Context) -> Keyboard:
    """The reader's keys; a part that is drawn without a request has the usual ones."""
    found = context.get("keyboard")
    return found if isinstance(found, Keyboard) else USUAL


@register.simple_tag(takes_context=True)
def kbd(context: template.Context, action: str, number: int | None = None, *, push: bool = False) -> str:
    """The first key of the action, hidden from assistive technology (the control says it by aria-keyshortcuts)."""
    key = keyboard_of(context).key_of(action, number)
    if not key:
        return ""
    kinds = " ".join(kind for kind, holds in (("letter", is_character(key)), ("push", push)) if holds)
    if kinds:
        return format_html('<kbd class="{}" aria-hidden="true">{}</kbd>', kinds, shown(key))
    return format_html('<kbd aria-hidden="true">{}</kbd>', shown(key))


@register.simple_tag(takes_context=True)
def key(context: template.Context, action: str) -> str:
    """The first key of the action in words, for a sentence that is read aloud."""
    found = keyboard_of(context).key_of(action)
    return shown(found) if found else "A button"
