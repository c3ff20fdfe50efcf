"""The ICD-10-CM tabular list of FY2026 as tables for edits, read from the package that carries its official XML."""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree as ET

from coding.rules.codings import System, bare, diagnosis_system
from coding.rules.edits.diagnosis_neighbours import diagnoses_to_look_up
from coding.rules.tables import CodeFact, CodeNote, NoteKind, Tables

EDITION = "FY2026"
KINDS = {
    "includes": NoteKind.INCLUDES,
    "inclusionTerm": NoteKind.INCLUSION_TERM,
    "excludes1": NoteKind.EXCLUDES1,
    "excludes2": NoteKind.EXCLUDES2,
    "codeFirst": NoteKind.CODE_FIRST,
    "useAdditionalCode": NoteKind.USE_ADDITIONAL,
    "codeAlso": NoteKind.CODE_ALSO,
    "notes": NoteKind.NOTE,
}


class Tabular:
    """Codes, notes (own and inherited) and billable codes below each heading."""

    def __init__(self, root):
        self.facts, self.notes, self.children = {}, {}, {}
        for chapter in root.iter("chapter"):
            above = notes_at(chapter, chapter.findtext("name"))
            for section in chapter.iter("section"):
                inherited = above + notes_at(section, section.get("id"))
                for diag in section.findall("diag"):
                    self.add(diag, inherited, ())

    def add(self, diag, above, extensions):
        """Adds a code and what is below it; gives its billable codes."""
        code, title = bare(diag.findtext("name")), diag.findtext("desc")
        own = diag.find("sevenChrDef")
        extensions = tuple(own.findall("extension")) if own is not None else extensions
        notes = above + notes_at(diag, code)
        below = [leaf for child in diag.findall("diag") for leaf in self.add(child, notes, extensions)]
        extra = tuple(
            CodeNote(NoteKind.EXTENSION, code, f"{e.get('char')} {e.text}") for e in extensions if e.get("char")
        )
        if not below and extra:
            below = [self.extended(code, title, notes, extension) for extension in extensions if extension.get("char")]
        self.facts[code] = CodeFact(code, title, billable=not below, edition=EDITION)
        self.notes[code], self.children[code] = notes + extra, tuple(below)
        return below or [self.facts[code]]

    def extended(self, code, title, notes, extension):
        full = code.ljust(6, "X") + extension.get("char")
        self.facts[full] = CodeFact(full, f"{title}, {extension.text}", billable=True, edition=EDITION)
        self.notes[full] = notes
        return self.facts[full]


def notes_at(element, holder):
    return tuple(
        CodeNote(kind, holder, "".join(note.itertext()))
        for name, kind in KINDS.items()
        for block in element.findall(name)
        for note in block.findall("note")
    )


@lru_cache(maxsize=1)
def tabular_xml():
    """The package is found, not imported: its import reads everything a second time."""
    package = Path(find_spec("simple_icd_10_cm").origin).parent
    (file,) = (package / "data").glob("*.xml")
    return ET.parse(file).getroot()  # noqa: S314  (a file of an installed package)


@lru_cache(maxsize=1)
def tabular():
    return Tabular(tabular_xml())


def tables_of(coded):
    """What the list says about a coding and the neighbours of its codes."""
    if coded.date_of_service is None or diagnosis_system(coded.date_of_service) is not System.ICD10CM:
        return Tables()
    known = tabular()
    codes = [bare(line.code) for line in coded.diagnoses]
    return Tables(
        diagnoses={code: known.facts[code] for code in diagnoses_to_look_up(coded) if code in known.facts},
        notes={code: known.notes[code] for code in codes if code in known.notes},
        children={code: known.children[code] for code in codes if known.children.get(code)},
    )
