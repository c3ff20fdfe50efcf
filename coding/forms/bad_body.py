"""The one trouble with what a bench sends."""


class BadBody(Exception):
    """What was sent is not a list of codes; the text says which place is wrong, never what stood there."""
