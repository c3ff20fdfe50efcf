"""The operators' pages of the talk: that it took place, never what was said."""

from portal.admin import show_tables

show_tables("feedback")
