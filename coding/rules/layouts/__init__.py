"""Every official layout that `load_codes` reads, by list. Add one: a module beside this, and its line here."""

from collections.abc import Mapping
from types import MappingProxyType

from coding.rules.code_sets import CodeSet
from coding.rules.layouts.shape import Layout

# A list can come in several layouts (text and CSV): the first that does not say WrongFile reads the file.
LAYOUTS: Mapping[CodeSet, tuple[Layout, ...]] = MappingProxyType({})
