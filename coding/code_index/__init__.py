"""The code search index: the one door to tantivy. Built from the database, on disk, read by every process."""

from coding.code_index.building import build_code_index, is_made_from
from coding.code_index.finding import Found, Hit, Personal, find_codes

__all__ = ["Found", "Hit", "Personal", "build_code_index", "find_codes", "is_made_from"]
