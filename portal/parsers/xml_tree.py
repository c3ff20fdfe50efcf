"""XML from outside as a tree: no document type, no entities, nothing fetched, no deeper or larger than any chart."""

from __future__ import annotations

import io
from collections.abc import Iterator
from xml.etree.ElementTree import Element  # the class only; `defusedxml` reads

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from portal.parsers.confine import Refused

DEEPEST = 200  # elements within elements
MOST = 400_000  # elements


class AllAtOnce(io.RawIOBase):
    """Bytes that are read in one piece: expat begins a long token anew with every piece (CVE-2023-52425)."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def read(self, _size: int = -1) -> bytes:
        content, self.content = self.content, b""
        return content


def tree(content: bytes) -> Element:
    """The root with all below it; Refused as unsafe_document, or as truncated if it is no XML."""
    depth = count = 0
    root: Element | None = None
    try:
        for event, element in iterparse(AllAtOnce(content), events=("start", "end"), forbid_dtd=True):
            depth += 1 if event == "start" else -1
            if event == "start":
                count += 1
                root = element if root is None else root
            if depth > DEEPEST or count > MOST:
                raise Refused("unsafe_document")
    except DefusedXmlException:
        raise Refused("unsafe_document") from None
    except (SyntaxError, LookupError, ValueError):  # ParseError is a SyntaxError; an encoding may be unknown
        raise Refused("truncated") from None
    if root is None:
        raise Refused("truncated")
    return root


def local(element: Element) -> str:
    """An element's name without its namespace; empty for comments and instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """The children of these names, whatever their namespace."""
    if element is not None:
        yield from (child for child in element if local(child) in names)


def at(element: Element | None, path: str) -> Element | None:
    """The first element at a path of names, such as `recordTarget/patientRole`."""
    for name in path.split("/"):
        element = next(children(element, name), None)
    return element


def attribute(element: Element | None, name: str) -> str:
    """An attribute whatever its namespace; empty if it is not there."""
    if element is None:
        return ""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def words(element: Element | None) -> str:
    """All text below an element, with single spaces."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""
