"""The charts of the running day: the burn-down, and what was done in each hour."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from coding.rules.charts.frame import frame, under
from coding.rules.charts.scales import Scale, every_nth, hours_between, number_words
from coding.rules.charts.shapes import Bar, Chart, Key, Mark, Table, Word, area, line, stairs, upright
from coding.rules.flow.burn_down import BurnDown, burn_down_words, clock
from coding.rules.flow.hours import HourDone, throughput_words

ROOM = 56  # for the label behind the last point


def burn_down_chart(day: BurnDown, *, start: datetime, at: datetime) -> Chart:
    """What remains of today's work by the time of day, and between what the rest of the day lies."""
    end = start + timedelta(days=1)
    plot = frame(max(day.total, 1), unit="encounters", right=ROOM)
    across = Scale(0, (end - start).total_seconds(), plot.left, plot.right)

    def place(moment: datetime, count: float) -> tuple[float, float]:
        return across((moment - start).total_seconds()), plot.up(count)

    marks = [*plot.marks, Mark(stairs([place(*step) for step in day.steps]), "c1 line")]
    words = [
        *plot.words,
        *under([(place(hour, 0)[0], f"{hour:%H}") for hour in hours_between(start, end, every=3)]),
        Word(place(at, 0)[0] + 6, place(at, day.remaining)[1] - 6, f"{day.remaining:,} left", "start", "label"),
    ]
    if day.pace is not None and day.remaining:
        slow, usual, fast = (
            to_come(day, rate, at=at, end=end) for rate in (day.pace.low, day.pace.per_hour, day.pace.high)
        )
        band = area([place(*step) for step in slow], [place(*step) for step in fast])
        marks += [Mark(band, "c1 area"), Mark(line([place(*step) for step in usual]), "c2 line")]
        rows = [
            (f"{clock(moment, at)}, forecast", f"{count:,.0f}", f"{few:,.0f} to {many:,.0f}")
            for (moment, count), (_, many), (_, few) in zip(usual, slow, fast, strict=True)
        ]
    else:
        rows = []
    marks.append(Mark(upright(place(at, 0)[0], plot.top, plot.bottom), "now"))
    return Chart(
        name="burn-down",
        title="Due today",
        caption=burn_down_words(day),
        marks=tuple(marks),
        words=tuple(words),
        keys=(Key("still to finish", "c1"), Key("at the pace of the last two hours, with an 85 % band", "c2")),
        table=Table(
            ("Time", "Still to finish", "Between"),
            (*((clock(moment, at), f"{count:,}", "") for moment, count in by_the_hour(day, start, at)), *rows),
        ),
        is_empty=not day.total,
    )


def to_come(day: BurnDown, per_hour: float, *, at: datetime, end: datetime) -> list[tuple[datetime, float]]:
    """What remains now, at each full hour to come and at the end of the day."""
    hours = [hour for hour in hours_between(at, end, every=1) if hour > at]
    moments = [at, *hours] if hours and hours[-1] == end else [at, *hours, end]
    return [(moment, max(0.0, day.remaining - per_hour * (moment - at).total_seconds() / 3600)) for moment in moments]


def by_the_hour(day: BurnDown, start: datetime, at: datetime) -> list[tuple[datetime, int]]:
    """What remained at each full hour so far, and now."""
    return [
        (moment, [count for when, count in day.steps if when <= moment][-1])
        for moment in (*hours_between(start, at, every=1), at)
    ]


def throughput_chart(hours: Sequence[HourDone]) -> Chart:
    """Units of work finished in each hour of the last day, with what that hour usually brings."""
    top = max((max(hour.units, hour.usual) for hour in hours), default=0)
    plot = frame(max(top, 1.0), unit="units")
    step = (plot.right - plot.left) / max(len(hours), 1)
    bars = [
        Bar(
            plot.left + step * number + 1, plot.up(hour.units), max(step - 2, 1), plot.bottom - plot.up(hour.units),
            "c1 bar", f"{hour.start:%a %H}:00: {number_words(round(hour.units))} units of {hour.done} stages",
        )
        for number, hour in enumerate(hours)
        if hour.done
    ]  # fmt: skip
    usual = [(plot.left + step * (number + 0.5), plot.up(hour.usual)) for number, hour in enumerate(hours)]
    nth = every_nth(len(hours))
    return Chart(
        name="throughput",
        title="Throughput per hour",
        caption=throughput_words(hours),
        marks=(*plot.marks, Mark(line(usual), "c2 line")),
        bars=tuple(bars),
        words=(
            *plot.words,
            *under(
                [(plot.left + step * (n + 0.5), f"{hour.start:%H}") for n, hour in enumerate(hours) if n % nth == 0]
            ),
        ),
        keys=(Key("units finished", "c1"), Key("usual for the hour", "c2")),
        note="A unit is a minute that such a visit usually takes; the weights stand below the team.",
        table=Table(
            ("Hour", "Stages finished", "Units", "Usual units"),
            tuple(
                (f"{hour.start:%a %b %-d, %H}:00", f"{hour.done:,}", f"{hour.units:,.0f}", f"{hour.usual:,.0f}")
                for hour in hours
            ),
        ),
        is_empty=not any(hour.done or hour.usual for hour in hours),
    )
