"""Which key does what: the registry of actions, three layouts, and what a person made of them."""

from portal.rules.keyboard.layouts import Layout, layout_keys
from portal.rules.keyboard.own import Keyboard, Problem, check_own, fitting_own
from portal.rules.keyboard.registry import ACTIONS, Action, Place

__all__ = ["ACTIONS", "Action", "Keyboard", "Layout", "Place", "Problem", "check_own", "fitting_own", "layout_keys"]
