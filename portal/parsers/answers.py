"""How a parser begins and ends: arguments, confinement, one piece of work, one manifest."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from portal.parsers.confine import OUT_OF_MEMORY, Refused, confine


def answer(
    work: Callable[[argparse.Namespace], dict[str, Any]], *, words: Sequence[str] = (), figures: Sequence[str] = ()
) -> None:
    """Do the work on `source` in `directory` and leave what it found, or the name of the refusal, as a manifest.

    `words` are further arguments in order, `figures` further numbers by name.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path)
    parser.add_argument("directory", type=Path)
    for word in words:
        parser.add_argument(word)
    for name in ("memory", "seconds", *figures):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    confine(memory=options.memory, seconds=options.seconds, programs=False)
    try:
        manifest = work(options)
    except Refused as refused:
        manifest = {"refusal": str(refused)}
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
    (options.directory / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
