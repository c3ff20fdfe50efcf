"""The charts of some weeks: cumulative flow, arrivals and departures, times at each stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coding.rules.charts.frame import WIDTH, frame, under
from coding.rules.charts.scales import Scale, every_nth, ticks
from coding.rules.charts.shapes import Bar, Chart, Key, Mark, Table, Word, area, level, line, upright
from coding.rules.flow.ageing import age_words
from coding.rules.flow.cumulative import FlowPoint, flow_words
from coding.rules.flow.percentiles import Spread
from coding.rules.flow.places import IN_PROGRESS, Place
from coding.rules.lifecycle import Stage

# From the bottom: what is nearest to the end of the line lies lowest.
BANDS: tuple[tuple[Place, str], ...] = (
    (Place.VERIFICATION, "c2"), (Place.HELD, "c3"), (Place.CODING, "c4"), (Place.PRECODING, "c5"),
)  # fmt: skip
SPARK = (120, 24)


def flow_chart(points: Sequence[FlowPoint]) -> Chart:
    """Finished since the left edge, and above it what stands where; as wide as a band is, so much work is in it."""
    top = max(point.finished + sum(point.standing.values()) for point in points)
    low = min(0, *(point.finished for point in points))
    plot = frame(max(top, 1), unit="encounters", steps=ticks(max(top, 1)))
    across = Scale(0, len(points) - 1, plot.left, plot.right)
    ground = [(across(number), plot.up(max(low, 0))) for number in range(len(points))]
    heights = [float(point.finished) for point in points]
    below, marks = ground, list(plot.marks)
    for place, kind in ((Place.FINISHED, "c1"), *BANDS):
        if place is not Place.FINISHED:
            heights = [height + point.standing[place] for height, point in zip(heights, points, strict=True)]
        edge = [(across(number), plot.up(height)) for number, height in enumerate(heights)]
        marks += [Mark(area(edge, below), f"{kind} band"), Mark(line(edge), f"{kind} edge")]
        below = edge
    nth = every_nth(len(points) - 1)
    return Chart(
        name="flow",
        title="Cumulative flow",
        caption=flow_words(points),
        marks=tuple(marks),
        words=(
            *plot.words,
            *under(
                [
                    (across(number), f"{point.day:%b} {point.day.day}")
                    for number, point in enumerate(points)
                    if number and (number - 1) % nth == 0
                ]
            ),
        ),
        keys=(
            *(Key(place.label, kind) for place, kind in reversed(BANDS)),
            Key("Finished since the left edge", "c1"),
        ),
        note="The width of a band is the work in it; the slope of the lowest edge is what is finished a day.",
        table=Table(
            ("Day", *(place.label for place in IN_PROGRESS), "Finished since then"),
            tuple(
                (
                    f"{point.day:%Y-%m-%d}" if number else "before",
                    *(f"{point.standing[place]:,}" for place in IN_PROGRESS),
                    f"{point.finished:,}",
                )
                for number, point in enumerate(points)
            ),
        ),
        is_empty=not top,
    )


def arrivals_chart(points: Sequence[FlowPoint]) -> Chart:
    """What came and what was finished on each day, side by side."""
    days = points[1:]
    plot = frame(max(1, *(max(day.arrived, day.departed) for day in days)), unit="encounters a day")
    step = (plot.right - plot.left) / len(days)
    width = max(step / 2 - 1, 1.0)
    bars = []
    for number, day in enumerate(days):
        for turn, (count, kind, words) in enumerate(
            ((day.arrived, "c1 bar", "arrived"), (day.departed, "c2 bar", "finished"))
        ):
            x, y = plot.left + step * number + turn * (width + 0.5) + 0.5, plot.up(max(count, 0))
            if count > 0:
                bars.append(Bar(x, y, width, plot.bottom - y, kind, f"{day.day:%b} {day.day.day}: {count:,} {words}"))
    nth = every_nth(len(days))
    return Chart(
        name="arrivals",
        title="Arrivals and departures",
        caption=arrivals_words(days),
        marks=plot.marks,
        bars=tuple(bars),
        words=(
            *plot.words,
            *under(
                [
                    (plot.left + step * (number + 0.5), f"{day.day:%b} {day.day.day}")
                    for number, day in enumerate(days)
                    if number % nth == 0
                ]
            ),
        ),
        keys=(Key("arrived", "c1"), Key("finished", "c2")),
        table=Table(
            ("Day", "Arrived", "Finished"),
            tuple((f"{day.day:%Y-%m-%d}", f"{day.arrived:,}", f"{day.departed:,}") for day in days),
        ),
        is_empty=not any(day.arrived or day.departed for day in days),
    )


def arrivals_words(days: Sequence[FlowPoint]) -> str:
    """One sentence: on how many days less was finished than came, and the heaviest day."""
    if not any(day.arrived or day.departed for day in days):
        return "Nothing arrived and nothing was finished."
    behind = sum(day.departed < day.arrived for day in days)
    most = max(days, key=lambda day: day.arrived)
    return (
        f"On {behind} of {len(days)} days less was finished than arrived; "
        f"most arrived on {most.day:%b} {most.day.day} ({most.arrived:,})."
    )


@dataclass(frozen=True)
class StageTimes:
    """How many minutes visits waited at a stage, and how many they were open there."""

    stage: Stage
    waiting: Spread | None
    active: Spread | None


def stage_times_chart(times: Sequence[StageTimes]) -> Chart:
    """For each stage a bar from the middle to the 95th percentile, with a stroke at the 85th: waiting, and work."""
    rows = [
        (f"{one.stage.label}, {words}", kind, found)
        for one in times
        for words, kind, found in (("waiting", "c1", one.waiting), ("in work", "c2", one.active))
    ]
    top = max((found.p95 for _, _, found in rows if found), default=1.0) / 60
    edge, left, high = WIDTH - 56, 150, 34
    values = ticks(top)
    across = Scale(0, values[-1], left, edge)
    bottom = 12 + high * len(rows)
    marks = [Mark(upright(across(value), 8, bottom), "grid") for value in values]
    words = [Word(across(value), bottom + 16, f"{value:g} h", "middle") for value in values]
    bars = []
    for number, (label, kind, found) in enumerate(rows):
        y = 12 + high * number
        words.append(Word(left - 8, y + 15, label, "end"))
        if found is None:
            words.append(Word(left + 6, y + 15, "no times yet"))
            continue
        start, end = across(found.p50 / 60), across(found.p95 / 60)
        bars.append(Bar(start, y + 4, max(end - start, 1), 14, f"{kind} bar", f"{label}: {spread_words(found)}"))
        marks += [
            Mark(level(y + 11, left, start), f"{kind} thread"),
            Mark(upright(across(found.p85 / 60), y + 1, y + 21), "stroke"),
        ]
        words.append(Word(end + 6, y + 15, minutes_words(found.p50), "start", "label"))
    return Chart(
        name="stage-times",
        title="Time at each stage",
        caption=stage_times_words(times),
        height=bottom + 24,
        marks=tuple(marks),
        bars=tuple(bars),
        words=tuple(words),
        keys=(Key("waiting for somebody", "c1"), Key("open at a bench", "c2")),
        note="A bar reaches from the middle to the 95th percentile, a stroke at the 85th; the number is the middle.",
        table=Table(
            ("Stage", "n", "50 %", "85 %", "95 %"),
            tuple(
                (label, f"{found.n:,}", *(minutes_words(value) for value in (found.p50, found.p85, found.p95)))
                if found
                else (label, "0", "–", "–", "–")
                for label, _, found in rows
            ),
        ),
        is_empty=not any(found for _, _, found in rows),
    )


def stage_times_words(times: Sequence[StageTimes]) -> str:
    """One sentence: where visits wait longest, against how long they are worked on there."""
    known = [(one.stage, one.waiting, one.active) for one in times if one.waiting and one.active]
    if not known:
        return "No stage has been finished yet."
    stage, waiting, active = max(known, key=lambda row: row[1].p50)
    return (
        f"Visits wait longest for {stage.label.lower()}: {minutes_words(waiting.p50)} in the middle, "
        f"and are open there for {minutes_words(active.p50)}."
    )


def minutes_words(minutes: float) -> str:
    return f"{minutes:.0f} min" if minutes < 60 else age_words(minutes / 60)  # noqa: PLR2004


def spread_words(found: Spread) -> str:
    return f"50 % {minutes_words(found.p50)}, 85 % {minutes_words(found.p85)}, 95 % {minutes_words(found.p95)}"


def spark(points: Sequence[FlowPoint], place: Place) -> str:
    """Path data of how much stood at a place over the days, as high as the most there."""
    width, height = SPARK
    counts = [point.standing[place] for point in points]
    up = Scale(0, max(*counts, 1), height - 1, 1)
    across = Scale(0, len(counts) - 1, 0, width)
    return line([(across(number), up(count)) for number, count in enumerate(counts)])


def standing_words(points: Sequence[FlowPoint]) -> Mapping[Place, str]:
    """By place what changed there since the left edge: "+12" or "-3"."""
    return {place: f"{points[-1].standing[place] - points[0].standing[place]:+,}" for place in IN_PROGRESS}
