"""The composite that names a service: qualifier, code, modifiers (C003, as SVC01, SVC06 and SV101 have it)."""

from __future__ import annotations

from dataclasses import dataclass

QUALIFIERS = {"AD", "ER", "HC", "HP", "IV", "N4", "N6", "NU", "UI", "WK"}  # those of 005010X221A1, SVC01-1
MODIFIERS = slice(2, 6)
DESCRIPTION = 6


@dataclass(frozen=True, slots=True)
class Procedure:
    """A service as coded: HC (HCPCS and CPT), AD (dental), NU (revenue code), N4 (drug) ..."""

    qualifier: str = ""
    code: str = ""
    modifiers: tuple[str, ...] = ()
    description: str = ""
    is_odd: bool = False  # its components stand between another delimiter than the file's

    def __str__(self) -> str:
        return "-".join((self.code, *self.modifiers))


class Procedures(dict[str, Procedure]):
    """Procedures by their composites, for a file that separates components in one way."""

    def __init__(self, component: str) -> None:
        super().__init__()
        self.component = component

    def __missing__(self, composite: str) -> Procedure:
        read = self[composite] = procedure_of(composite, self.component)
        return read


def procedure_of(composite: str, component: str) -> Procedure:
    """Read by the file's delimiter, or by another where a qualifier shows that another was used."""
    parts = composite.split(component) if component else [composite]
    is_odd = len(parts) == 1 and composite[:2] in QUALIFIERS and not composite[2:3].isalnum() and len(composite) > 2  # noqa: PLR2004
    if is_odd:
        parts = composite.split(composite[2])
    parts = [part.strip() for part in parts]
    if len(parts) == 1:
        return Procedure("", parts[0])
    modifiers = tuple(part for part in parts[MODIFIERS] if part)
    return Procedure(parts[0], parts[1], modifiers, "".join(parts[DESCRIPTION : DESCRIPTION + 1]), is_odd)
