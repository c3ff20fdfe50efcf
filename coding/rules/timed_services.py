"""Services that are counted in units of minutes.

Source: CMS Pub. 100-04, chapter 5, section 20.2.C: therapy codes of 15 minutes. Only code numbers.
"""

from collections.abc import Mapping
from types import MappingProxyType

QUARTER = 15

TIMED: Mapping[str, int] = MappingProxyType(
    dict.fromkeys(
        (
            "97032", "97033", "97034", "97035", "97036", "97110", "97112", "97113", "97116", "97124", "97140", "97530",
            "97533", "97535", "97537", "97542", "97750", "97755", "97760", "97761", "97763",
        ),
        QUARTER,
    )
)  # fmt: skip
