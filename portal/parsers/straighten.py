"""Which way a scan lies: the axis of its lines and their skew, from the dark points of a small copy."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

SMALL = 700  # pixels of the shorter side of the copy that is looked at
STEEPEST = 8.0  # degrees; steeper than that no feeder pulls paper in
COARSE, FINE = 0.5, 0.05  # degrees between two tries
INK = 50  # grey levels below the paper from which on a point is ink
FEWEST = 300  # points of ink; with fewer there are no lines
PAPER_SHARE = 0.5


@dataclass(frozen=True)
class Lie:
    """How a page lies: whether its lines run down instead of across, and their skew in degrees.

    A positive skew means that lines rise to the right: turning the page clockwise by it makes them level.
    """

    sideways: bool
    skew: float


def ink_points(image: Image.Image) -> tuple[np.ndarray, np.ndarray]:
    """Where the small copy is dark: columns and rows."""
    factor = max(1, min(image.size) // SMALL)
    small = image.convert("L").reduce(factor) if factor > 1 else image.convert("L")
    grey = np.asarray(small)
    paper = int(np.median(grey))
    margin = max(2, min(grey.shape) // 50)  # shadows of the scanner's edge are no lines
    inner = grey[margin:-margin, margin:-margin]
    rows, columns = np.nonzero(inner < paper - INK)
    return columns.astype(np.float32), rows.astype(np.float32)


def sharpness(along: np.ndarray, across: np.ndarray, degrees: float) -> float:
    """How clearly lines stand apart when seen along an angle: the squares of the steps between neighbouring rows."""
    rows = across + along * np.float32(math.tan(math.radians(degrees)))
    profile = np.bincount((rows - rows.min()).astype(np.int32))
    return float(np.square(np.diff(profile)).sum())


def best_angle(along: np.ndarray, across: np.ndarray) -> tuple[float, float]:
    """The angle in degrees at which lines stand apart best, and how well they do there."""
    coarse = np.arange(-STEEPEST, STEEPEST + COARSE / 2, COARSE)
    middle = max(coarse, key=lambda degrees: sharpness(along, across, degrees))
    fine = np.arange(middle - COARSE, middle + COARSE + FINE / 2, FINE)
    scores = [sharpness(along, across, degrees) for degrees in fine]
    best = int(np.argmax(scores))
    return float(fine[best]), scores[best]


def lie_of(image: Image.Image) -> Lie:
    """How the page lies; level and across when there is too little on it to tell."""
    columns, rows = ink_points(image)
    if len(columns) < FEWEST:
        return Lie(sideways=False, skew=0.0)
    level, across = best_angle(columns, rows)
    upright, down = best_angle(rows, columns)
    return Lie(sideways=True, skew=-upright) if down > across else Lie(sideways=False, skew=level)


def turned_back(place: tuple[float, float], size: tuple[float, float], degrees: float) -> tuple[float, float]:
    """Where a point of the levelled image lies in the image as it is; both have the same size and middle."""
    angle = math.radians(degrees)
    across, down = place[0] - size[0] / 2, place[1] - size[1] / 2
    return (
        size[0] / 2 + across * math.cos(angle) + down * math.sin(angle),
        size[1] / 2 - across * math.sin(angle) + down * math.cos(angle),
    )


def box_turned_back(
    box: tuple[float, float, float, float], size: tuple[float, float], degrees: float
) -> tuple[float, float, float, float]:
    """The upright box around what a box of the levelled image covers in the image as it is."""
    left, top, right, bottom = box
    corners = [turned_back((x, y), size, degrees) for x in (left, right) for y in (top, bottom)]
    return (
        min(x for x, _ in corners),
        min(y for _, y in corners),
        max(x for x, _ in corners),
        max(y for _, y in corners),
    )
