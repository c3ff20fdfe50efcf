"""Building the index from the database, and opening the newest for reading."""

import hashlib
import math
import shutil
import threading
import time
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Max
from tantivy import Index, Searcher

from coding.code_index import versions
from coding.code_index.documents import documents
from coding.code_index.phrases import SOURCES
from coding.code_index.schema import FORMAT, schema
from coding.code_index.tables import synonyms_digest
from coding.models import Code, Edition
from coding.rules.code_sets import LISTS_OF, CodeSet, EditionFact

HEAP = 128_000_000  # bytes that a build may hold before it writes a segment
PATIENCE = 3  # times a reader looks again when the version it is opening was just removed

CODES = tuple(code_set for lists in LISTS_OF.values() for code_set in lists)
MADE_FROM = (*CODES, *(code_set for sources in SOURCES.values() for code_set in sources))


@dataclass(frozen=True)
class Opened:
    """An open index; the searcher stays on its version whatever is built beside it."""

    version: str
    searcher: Searcher
    index: Index


@dataclass(frozen=True)
class Loaded:
    """The editions that are loaded, and the highest number of a code: a code that was added later has a higher one."""

    editions: tuple[EditionFact, ...] = ()
    last_code: int = 0

    @property
    def fingerprint(self) -> str:
        """Two processes that see the same lists agree on it."""
        editions = (f"{edition.pk} {edition.code_set} {edition.name} {edition.effective}" for edition in self.editions)
        parts = [str(FORMAT), synonyms_digest(), str(self.last_code), *editions]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


class Reader:
    """The index this process has open."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.opened: Opened | None = None
        self.loaded = Loaded()
        self.looked = -math.inf

    def editions(self) -> tuple[EditionFact, ...]:
        """The editions there are, as of CODE_INDEX_LOOK_AGAIN seconds ago at most."""
        now = time.monotonic()
        if now - self.looked > settings.CODE_INDEX_LOOK_AGAIN:
            self.loaded, self.looked = loaded(), now
        return self.loaded.editions

    def newest(self) -> Opened:
        """The current version, built first if there is none or if it lacks a list that was loaded since.

        While another process builds, the version before answers.
        """
        name, wanted = versions.current(), self.loaded.fingerprint
        if name is None or versions.made_of(name) != wanted:
            build_code_index(only_if_needed=True, wait=name is None)
        return self.open_current()

    def open_current(self) -> Opened:
        with self.lock:
            for attempt in range(PATIENCE):
                name = versions.current()
                if self.opened and self.opened.version == name:
                    return self.opened
                try:
                    self.opened = opened(name or "")
                except (ValueError, OSError):  # removed between our look and our opening
                    if attempt == PATIENCE - 1:
                        raise
        if self.opened is None:
            raise RuntimeError("the loop above opens or raises")
        return self.opened


reader = Reader()


def opened(version: str) -> Opened:
    index = Index.open(str(versions.home() / version))
    index.config_reader("manual", 0)
    return Opened(version, index.searcher(), index)


def loaded() -> Loaded:
    """What an index would be made from now; two queries."""
    editions = Edition.objects.facts(*MADE_FROM)
    return Loaded(
        tuple(sorted(editions, key=lambda edition: edition.pk)), Code.objects.aggregate(Max("pk"))["pk__max"] or 0
    )


def is_made_from(code_set: CodeSet) -> bool:
    """Whether the index changes when an edition of a list is loaded."""
    return code_set in MADE_FROM


def build_code_index(*, only_if_needed: bool = False, wait: bool = True) -> int:
    """Build a version and make it the current one; how many codes it has, 0 if nothing was to be done.

    Without `wait` nothing is done while another process of this machine builds.
    """
    with versions.build_lock(wait=wait) as got:
        if not got:
            return 0
        fingerprint = loaded().fingerprint
        name = versions.current()
        if only_if_needed and name and versions.made_of(name) == fingerprint:
            return 0  # somebody built it while we waited
        directory = versions.new_directory(fingerprint)
        try:
            count = write_index(str(directory))
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise
        versions.switch(directory)
        return count


def write_index(path: str) -> int:
    """One segment holds all: a search then looks in one place."""
    index = Index(schema(), path=path)
    writer = index.writer(HEAP, num_threads=1)
    count = 0
    for document in documents():
        writer.add_document(document)
        count += 1
    writer.commit()
    writer.wait_merging_threads()
    return count
