"""The codes that a note prints in parentheses, each by itself, so that a page can make links of them."""

import re

CODE = r"[A-TV-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?"
END = r"(?:\.?-(?![A-TV-Z][0-9]))?"  # "E08.-" and "I20.-": any ending, and no range
NAMED = re.compile(rf"(?<![A-Z0-9.])({CODE}){END}")
PARENTHESES = re.compile(r"\(([^()]*)\)")


def parts_of(text: str) -> tuple[tuple[str, str], ...]:
    """A note cut at the codes it names in parentheses: (words, the code without its dot or "")."""
    found: list[tuple[str, str]] = []
    done = 0
    for inside in PARENTHESES.finditer(text):
        for named in NAMED.finditer(text, inside.start(), inside.end()):
            found += [(text[done : named.start()], ""), (named.group(), named.group(1).replace(".", ""))]
            done = named.end()
    return tuple(part for part in (*found, (text[done:], "")) if part[0])
