"""Whose code a procedure code is, by its form: CPT or HCPCS Level II."""

import re

# CPT: five digits, or four and F, T, U, M or A (categories II and III, PLA, MAAA, administrative).
CPT = re.compile(r"[0-9]{4}[0-9FTUMA]")


def is_cpt(code: str) -> bool:
    """Whether the code has the form of a CPT code; HCPCS Level II begins with a letter."""
    return bool(CPT.fullmatch(code))
