"""The fields of the code search index: one document for each code of an edition."""

from functools import cache

from tantivy import Schema, SchemaBuilder

FORMAT = 1  # raised whenever documents are made in another way, so that every machine builds its index anew

# Where words are looked for, and how much a word counts there.
WORDS = {"title": 1.0, "terms": 0.9, "index": 0.7}
# Where a whole phrase is looked for, whatever the order of its words, and what an answer is worth.
KEYS = {"synonym_key": 24.0, "title_key": 18.0, "term_key": 16.0, "index_key": 14.0}


@cache
def schema() -> Schema:
    """Words come in already as they are compared, so fields are split at blanks and nothing else."""
    builder = SchemaBuilder()
    for name in ("edition", "code", "side", "episode"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in WORDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for name in KEYS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    builder.add_float_field("weight", fast=True)
    for name in ("valid_from", "valid_to"):  # day numbers, only where a list gives them row by row
        builder.add_integer_field(name, indexed=True)
    builder.add_text_field("card", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()
