"""The static files of a real site: under hashed names, which two modules that import each other can never have."""

import re
from pathlib import Path

from django.core.management import call_command

ROOT = Path(__file__).parents[2]


def test_every_file_is_collected_and_imports_name_the_hashed_ones(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "config.static_files.HashedStaticFiles"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    hashed = [path for path in (tmp_path / "js").glob("*.js") if re.search(r"\.[0-9a-f]{12}\.js$", path.name)]
    named = {name for path in hashed for name in re.findall(r"""["']\./([\w.-]+\.js)["']""", path.read_text())}
    assert named <= {path.name for path in hashed}
    assert len(named) > 10
    for path in (ROOT / "static/css").glob("*.css"):  # nested rules are beyond what makes style sheets smaller
        assert (tmp_path / "css" / path.name).read_bytes() == path.read_bytes()
    assert [path.name for path in hashed if re.search(r"^\s*(//|/\*\*)", path.read_text(), re.MULTILINE)] == []
