"""XML read part by part, each element with the line on which it begins."""

from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from coding.rules.layouts.shape import WrongFile

CHUNK = 1 << 16  # bytes
DEPTH_OF_PARTS = 2  # the root is at depth 1
DEEPEST = 60  # elements within each other; the official files have 12
LARGEST = 512 * 1024**2  # bytes; the official files have up to 30 million


class Node(Element):
    """An element, and the line on which it begins."""

    line: int = 0


class Parts:
    """Collects the children of the root one by one."""

    def __init__(self, root: str) -> None:
        self.root, self.depth, self.ready, self.tree = root, 0, list[Node](), TreeBuilder(element_factory=Node)
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler, self.parser.EndElementHandler = self.start, self.end
        self.parser.CharacterDataHandler = self.tree.data
        self.parser.StartDoctypeDeclHandler = self.doctype

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.depth == 0 and tag != self.root:
            raise WrongFile(f"The file begins with <{tag[:40]}>, not with <{self.root}>.")
        self.depth += 1
        if self.depth > DEEPEST:
            raise WrongFile(f"Elements stand in each other {DEEPEST} deep on line {self.parser.CurrentLineNumber}.")
        node = self.tree.start(tag, attributes)
        node.line = self.parser.CurrentLineNumber  # type: ignore[attr-defined]  # the factory makes Nodes

    def end(self, tag: str) -> None:
        node = self.tree.end(tag)
        if self.depth == DEPTH_OF_PARTS:
            self.ready.append(node)  # type: ignore[arg-type]
        self.depth -= 1

    def doctype(self, *_args: object) -> None:
        raise WrongFile("The file declares a document type; the official files don't, and entities can do harm.")


def parts(file: IO[bytes], root: str) -> Iterator[Node]:
    """The children of the root, whole, one after the other; each is emptied when the next is asked for.

    WrongFile if the root is another, a document type is declared, or (at any point) the XML breaks off or gets too big.
    """
    collected = Parts(root)
    more, size = True, 0
    while more:
        chunk = file.read(CHUNK)
        more, size = bool(chunk), size + len(chunk)
        if size > LARGEST:
            raise WrongFile("The XML is larger than any official file.")
        try:
            collected.parser.Parse(chunk, not more)
        except expat.ExpatError as error:
            raise WrongFile(f"The XML breaks off on line {error.lineno}: {expat.ErrorString(error.code)}.") from error
        except (LookupError, ValueError) as error:  # the decoders of Python, which expat asks for rare encodings
            raise WrongFile(
                "The XML is in an encoding that cannot be read; the official files are in UTF-8."
            ) from error
        ready, collected.ready = collected.ready, []
        for node in ready:
            yield node
            node.clear()


def text_of(node: Element | None) -> str:
    """All words in an element, in order, with single blanks."""
    return "" if node is None else " ".join(" ".join(node.itertext()).split())


def line_of(node: Element) -> int:
    return node.line if isinstance(node, Node) else 0
