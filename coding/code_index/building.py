"""Building the index from the database."""

import hashlib
import shutil
from dataclasses import dataclass

from django.db.models import Max
from tantivy import Index

from coding.code_index import versions
from coding.code_index.documents import documents
from coding.code_index.phrases import SOURCES
from coding.code_index.schema import FORMAT, schema
from coding.code_index.tables import synonyms_digest
from coding.models import Code, Edition
from coding.rules.code_sets import LISTS_OF, CodeSet, EditionFact

HEAP = 128_000_000  # bytes that a build may hold before it writes a segment

CODES = tuple(code_set for lists in LISTS_OF.values() for code_set in lists)
MADE_FROM = (*CODES, *(code_set for sources in SOURCES.values() for code_set in sources))


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


def loaded() -> Loaded:
    """What an index would be made from now; two queries."""
    editions = Edition.objects.facts(*MADE_FROM)
    return Loaded(
        tuple(sorted(editions, key=lambda edition: edition.pk)), Code.objects.aggregate(Max("pk"))["pk__max"] or 0
    )


def is_made_from(code_set: CodeSet) -> bool:
    """Whether the index changes when an edition of a list is loaded."""
    return code_set in MADE_FROM


def build_code_index(*, only_if_needed: bool = False, wait: bool = True, instead_of: str | None = None) -> int:
    """Build a version and make it the current one; how many codes it has, 0 if nothing was to be done.

    Without `wait` nothing is done while another process of this machine builds. `instead_of` names a version that
    cannot be opened, so that it counts as none. OSError or ValueError if nothing can be written.
    """
    with versions.build_lock(wait=wait) as got:
        if not got:
            return 0
        made_from = loaded()
        name = versions.current()
        if only_if_needed and name and name != instead_of and versions.made_of(name) == made_from.fingerprint:
            return 0  # somebody built it while we waited
        directory = versions.new_directory(made_from.fingerprint)
        try:
            count = write_index(str(directory))
            versions.note_editions(directory, made_from.editions)
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise
        versions.switch(directory)
        return count


def write_index(path: str) -> int:
    """Write an index to a directory; how many codes it has."""
    return fill(Index(schema(), path=path))


def fill(index: Index) -> int:
    """Put every code into an index. One segment holds all: a search then looks in one place."""
    writer = index.writer(HEAP, num_threads=1)
    count = 0
    for document in documents():
        writer.add_document(document)
        count += 1
    writer.commit()
    writer.wait_merging_threads()
    return count
