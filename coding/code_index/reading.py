"""Opening the index for reading: the newest version, whatever became of it on the disk."""

import logging
import math
import threading
import time
from dataclasses import dataclass

from django.conf import settings
from tantivy import Index, Searcher

from coding.code_index import versions
from coding.code_index.building import Loaded, build_code_index, fill, loaded
from coding.code_index.schema import schema
from coding.rules.code_sets import EditionFact

PATIENCE = 3  # times a reader looks again when the version it is opening was just removed
RETRY = 60.0  # seconds after which a process tries again to build what it could not
UNUSABLE = (OSError, ValueError)  # what files that are missing, spoiled or not to be written are told by
IN_MEMORY = "memory"  # the name of a version that no file holds

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Opened:
    """An open index; the searcher stays on its version, with the editions in it, whatever is built beside it."""

    version: str
    searcher: Searcher
    index: Index
    editions: tuple[EditionFact, ...]


class Reader:
    """The index this process has open."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.opened: Opened | None = None
        self.loaded = Loaded()
        self.looked = self.failed = -math.inf

    def look(self) -> Loaded:
        """What is loaded, as of CODE_INDEX_LOOK_AGAIN seconds ago at most."""
        now = time.monotonic()
        if now - self.looked > settings.CODE_INDEX_LOOK_AGAIN:
            self.loaded, self.looked = loaded(), now
        return self.loaded

    def newest(self) -> Opened:
        """The current version, built first if there is none, if it lacks a list loaded since, or if it is spoiled.

        While another process builds, or if nothing can be written here, the version before answers with the editions
        it was made of. A machine that cannot keep an index has it in the memory of each process.
        """
        wanted = self.look()
        try:
            self.bring_up_to_date(wanted)
            return self.open_whole()
        except UNUSABLE:
            logger.exception("there is no code search index on the disk")
            return self.in_memory(wanted)

    def bring_up_to_date(self, wanted: Loaded) -> None:
        """Build if the current version is not made of what is wanted; if that fails, it may stay."""
        name = versions.current()
        if name is not None and versions.made_of(name) == wanted.fingerprint:
            return
        if time.monotonic() - self.failed < RETRY:
            return
        try:
            build_code_index(only_if_needed=True, wait=name is None)
        except UNUSABLE:
            self.failed = time.monotonic()
            logger.exception("the code search index cannot be built")

    def open_whole(self) -> Opened:
        """The current version; one that cannot be opened is replaced."""
        try:
            return self.open_current()
        except UNUSABLE:
            if time.monotonic() - self.failed < RETRY:
                raise
            spoiled = versions.current()
        try:
            build_code_index(only_if_needed=True, instead_of=spoiled)
        except UNUSABLE:
            self.failed = time.monotonic()
            raise
        return self.open_current()

    def open_current(self) -> Opened:
        with self.lock:
            for attempt in range(PATIENCE):
                name = versions.current()
                if self.opened and self.opened.version == name:
                    return self.opened
                try:
                    self.opened = opened(name)
                except UNUSABLE:  # removed between our look and our opening, or spoiled
                    if attempt == PATIENCE - 1:
                        raise
        if self.opened is None:
            raise RuntimeError("the loop above opens or raises")
        return self.opened

    def in_memory(self, wanted: Loaded) -> Opened:
        """An index of this process alone."""
        name = f"{wanted.fingerprint}{versions.SEPARATOR}{IN_MEMORY}"
        with self.lock:
            if self.opened is None or self.opened.version != name:
                index = Index(schema())
                fill(index)
                index.reload()
                self.opened = Opened(name, index.searcher(), index, wanted.editions)
            return self.opened


reader = Reader()


def opened(version: str | None) -> Opened:
    """A version opened; OSError or ValueError if there is none or its files are not whole."""
    if version is None:
        raise FileNotFoundError("there is no version")
    editions = versions.editions_of(version)
    index = Index.open(str(versions.home() / version))
    index.config_reader("manual", 0)
    return Opened(version, index.searcher(), index, editions)
