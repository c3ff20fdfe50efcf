"""What every process that touches files from outside puts on first: limits, and one way to say no.

Nothing under `portal.parsers` imports Django or anything else of the site but `portal.rules`.
"""

from __future__ import annotations

import ctypes
import resource
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from portal.parsers.system_calls import limit_system_calls

LARGEST_IMAGE = 89_478_485  # pixels; Pillow's own line, which it only warns about
LARGEST_OUTPUT = 256 * 1024**2  # bytes of one written file
PR_SET_PDEATHSIG = 1  # prctl(2)
OUT_OF_MEMORY = 75  # exit code
# FPDF_ERR_SUCCESS means nothing is wrong but nothing is there; FPDF_ERR_PASSWORD.
PDF_TROUBLES = {0: "no_pages", 4: "password_protected"}


class Refused(Exception):
    """The file cannot be read; the argument is the name of the refusal."""


def confine(*, memory: int, seconds: int, programs: bool = True) -> None:
    """No more than this much memory (bytes) and processor time, no network, no core file, no life after the parent.

    Without `programs` no other program is started and no other process is reached either.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_OUTPUT, LARGEST_OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    limit_system_calls(programs=programs)
    Image.MAX_IMAGE_PIXELS = LARGEST_IMAGE
    warnings.simplefilter("error", Image.DecompressionBombWarning)


@contextmanager
def reading() -> Iterator[None]:
    """Whatever a decoder says about a file is a named refusal."""
    try:
        yield
    except (Refused, MemoryError):
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as trouble:
        raise Refused("too_large") from trouble
    except Exception as trouble:  # a malformed file leads decoders to raise errors of any class
        raise Refused(PDF_TROUBLES.get(getattr(trouble, "err_code", -1), "truncated")) from trouble
