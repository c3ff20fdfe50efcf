"""Medicare coverage articles: for each group of an article its procedures and the diagnoses it covers or does not.

Source: CMS, Medicare Coverage Database, "Current Articles" download: a zip file (sometimes inside another) with
article.csv (article_id, article_version, title, ...), article_x_hcpc_code.csv (article_id, hcpc_code_id,
hcpc_code_group, ...), article_x_icd10_covered.csv (article_id, icd10_code_id, icd10_covered_group, ...) and
article_x_icd10_noncovered.csv (..., icd10_noncovered_group). Descriptions of procedures are not read. Procedures and
diagnoses of the same group number belong together by the article's prose only, so that what rests on it is advice.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO
from zipfile import BadZipFile, ZipFile

from coding.rules.code_sets import CodeSet
from coding.rules.codings import bare
from coding.rules.layouts.cells import procedure, short, whole
from coding.rules.layouts.lines import Table, Unfit
from coding.rules.layouts.shape import Layout, Record, Refused, WrongFile

TABLE = "CoverageGroup"
COLUMNS = {TABLE: ("article", "title", "group", "procedures", "covered", "not_covered")}
ARTICLES = "article.csv"
# What each further file says: its columns of the code and of the group, and where they go.
MEMBERS = {
    "article_x_hcpc_code.csv": ("hcpc_code_id", "hcpc_code_group", "procedures"),
    "article_x_icd10_covered.csv": ("icd10_code_id", "icd10_covered_group", "covered"),
    "article_x_icd10_noncovered.csv": ("icd10_code_id", "icd10_noncovered_group", "not_covered"),
}
LONGEST_TITLE = 400
DIAGNOSIS = re.compile(r"[A-Z]\d[A-Z\d]{1,5}", re.ASCII)
NOT_APPLICABLE = "XX000"  # the database's own entry for "no diagnosis applies"


@dataclass
class Group:
    """What the files say of one group of an article; `line` is where it was met first."""

    line: int
    procedures: set[str] = field(default_factory=set)
    covered: set[str] = field(default_factory=set)
    not_covered: set[str] = field(default_factory=set)


def read_coverage(file: IO[bytes]) -> Iterator[Record | Refused]:
    """One record per article and group; the codes are held in memory until the last file is read."""
    groups: dict[tuple[str, int], Group] = {}
    with opened(file) as archive:
        members = {name.rsplit("/", 1)[-1]: name for name in archive.namelist()}
        if missing := [name for name in (ARTICLES, *MEMBERS) if name not in members]:
            raise WrongFile(f"The coverage download lacks {', '.join(missing)}.")
        titles: dict[str, str] = {}
        with archive.open(members[ARTICLES]) as member:
            yield from read_titles(member, titles)
        for name in MEMBERS:
            with archive.open(members[name]) as member:
                yield from read_members(member, name, titles, groups)
    for (article, number), group in sorted(groups.items()):
        codes = (sorted(getattr(group, kind)) for kind in ("procedures", "covered", "not_covered"))
        yield Record(TABLE, (f"A{article}", titles[article], number, *codes), group.line)


def opened(file: IO[bytes]) -> ZipFile:
    """The zip file with the CSV files, which can lie in another."""
    try:
        archive = ZipFile(file)
        inner = next((name for name in archive.namelist() if name.endswith("_csv.zip")), None)
        return ZipFile(archive.open(inner)) if inner else archive
    except BadZipFile:
        raise WrongFile("This is no zip file; the coverage download is one.") from None


def read_titles(member: IO[bytes], titles: dict[str, str]) -> Iterator[Refused]:
    """Fill in the title of each article; the rows refused."""
    table = Table(member, required={"article_id", "title"}, what="coverage articles", multi_line=True)
    for row in table:
        if isinstance(row, Refused):
            yield in_file(ARTICLES, row.line, row.reason)
            continue
        line, cells = row
        try:
            titles[article_number(cells)] = short(" ".join(cells["title"].split()), LONGEST_TITLE, "title")
        except Unfit as unfit:
            yield in_file(ARTICLES, line, str(unfit))


def article_number(cells: dict[str, str]) -> str:
    return str(whole(cells["article_id"], "article"))


def read_members(
    member: IO[bytes], name: str, titles: dict[str, str], groups: dict[tuple[str, int], Group]
) -> Iterator[Refused]:
    """Put the codes of one file into their groups; the rows refused."""
    code, number, kind = MEMBERS[name]
    table = Table(member, required={"article_id", code, number}, what=name, multi_line=True)
    for row in table:
        if isinstance(row, Refused):
            yield in_file(name, row.line, row.reason)
            continue
        line, cells = row
        if cells[code] == NOT_APPLICABLE:
            continue
        try:
            article = article_number(cells)
            if article not in titles:
                raise Unfit(f"article {article} is not in {ARTICLES}")
            place = article, whole(cells[number], "group")
            taken = procedure(cells[code]) if kind == "procedures" else diagnosis(cells[code])
        except Unfit as unfit:
            yield in_file(name, line, str(unfit))
        else:
            getattr(groups.setdefault(place, Group(line)), kind).add(taken)


def diagnosis(text: str) -> str:
    """A diagnosis without its dot."""
    code = bare(text)
    if not DIAGNOSIS.fullmatch(code):
        raise Unfit(f"{text!r} is no diagnosis")
    return code


def in_file(name: str, line: int, reason: str) -> Refused:
    return Refused(line, f"{name}: {reason}")


LAYOUT = Layout(CodeSet.COVERAGE, COLUMNS, read_coverage, "CMS, Medicare Coverage Database, current articles")
