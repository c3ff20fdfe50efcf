"""Every layout of the registry fills columns that exist, and all that the table must have."""

import pytest
from django.apps import apps

from coding.rules.code_sets import LIST_NAMES, CodeSet
from coding.rules.layouts import LAYOUTS

EACH = [(code_set, layout) for code_set, layouts in LAYOUTS.items() for layout in layouts]


@pytest.mark.parametrize(("code_set", "layout"), EACH, ids=lambda one: getattr(one, "source", str(one)))
def test_a_layout_fills_every_column_that_has_to_be_filled(code_set, layout):
    assert layout.code_set is code_set
    assert layout.source
    for table, names in layout.columns.items():
        fields = {field.name: field for field in apps.get_model("coding", table)._meta.concrete_fields}
        assert set(names) <= set(fields)
        needed = {name for name, field in fields.items() if not field.null and name not in {"id", "edition"}}
        assert needed <= set(names)


def test_every_list_has_a_name_for_people():
    assert set(LIST_NAMES) == set(CodeSet)
