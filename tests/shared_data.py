"""Official files beside the checkout (`../shared/data`): tests that use them are additional."""

from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

needs_official_files = pytest.mark.skipif(not DATA.is_dir(), reason="no official files beside this checkout")
