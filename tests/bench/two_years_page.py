"""What two simulated years showed, as a page and a chart for the documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One rule in one world. Waits are in days, of those for whom somebody was there at all."""

    rule: str
    fit: float
    wait: float
    long: float
    """Per cent who waited longer than 126 days."""
    rare: float
    """Mean wait of those who need another language."""
    most: int
    nobody: int
    """People whom no supporter could ever take: no rule helps them, and they are not in the other figures."""


def write(rows: Sequence[tuple[Row, ...]], folder: Path) -> None:
    """Write ``rounds.md`` and ``rounds.svg``."""
    (folder / "rounds.svg").write_text(_chart(rows), encoding="utf-8")
    (folder / "rounds.md").write_text(_page(rows), encoding="utf-8")


def _page(rows: Sequence[tuple[Row, ...]]) -> str:
    lines = [
        f"| {seeds[0].rule} | {_both(seeds, 'fit')} | {_both(seeds, 'wait', 1)} | {_both(seeds, 'long', 1)}"
        f" | {_both(seeds, 'rare', 1)} | {_both(seeds, 'most')} |"
        for seeds in rows
    ]
    nobody = " and ".join(str(row.nobody) for row in rows[0])
    return f"""# What a round weighs, and what that does

<!-- Written by `python -m tests.bench.two_years`; do not edit by hand. -->

A round looks at a programme's whole waiting list and finds the best list of pairs (decision 0025). A pair is worth
10,000 points for a person who finds somebody, its fit (what the programme's weights give), and its person's standing:
10 points for each day of waiting up to a year, 3,000 divided by the square root of how many supporters could take them,
and 2,000 where the referrer asked for it to be looked at first. The programme's policy sets all three. A round assigns
nobody: it is what a coordinator is shown.

These two years are simulated: 32 people come each week to 300 supporters, who have places for about a twentieth fewer;
15 in 100 proposals are declined; the same people come under every rule. Both figures are of two worlds (seeds 1 and 2).
Waits are in days, and those who still waited at the end count with what they had waited. {nobody} people, whom none of
the supporters could ever take, are left out: no rule helps them, and a coordinator is told of them on the first day.

![Mean wait in days by rule: everybody, and those who need another language](rounds.svg)

| rule | mean fit | mean wait | waited over 126 days, % | mean wait, another language | longest |
|---|---|---|---|---|---|
{chr(10).join(lines)}

The first two rules are what is done without a whole list: whoever came first takes the best who is left; or the best
pair of all is taken first, again and again. Fit alone, as a whole list or not, keeps those waiting who need another
language, three times as long as points for waiting and for scarcity do: the few who speak it are given to people who
could have had anyone. Both kinds of points together cost a twentieth of the fit. First come, best left serves the same
people as soon, at less fit.

It says nothing about how well people fare: fit is only what a programme believes in. One model of who comes and who
says no, in two worlds, is no proof for a real place.
"""


def _both(seeds: Sequence[Row], what: str, digits: int = 0) -> str:
    return " / ".join(f"{getattr(row, what):,.{digits}f}" for row in seeds)


LEFT, WIDE, HIGH = 250, 420, 46


KEY = "".join(
    f'<rect x="{LEFT + right}" y="12" width="12" height="12" fill="{colour}"/>'
    f'<text x="{LEFT + right + 18}" y="23">{words}</text>'
    for right, colour, words in ((0, "#1d70b8", "everybody, days"), (160, "#b58800", "another language, days"))
)


def _chart(rows: Sequence[tuple[Row, ...]]) -> str:
    """Two bars a rule, means of the two worlds, with their figures beside them."""
    means = [(seeds[0].rule, _mean(seeds, "wait"), _mean(seeds, "rare")) for seeds in rows]
    longest = max(max(wait, rare) for _, wait, rare in means)
    bars = []
    for at, (rule, wait, rare) in enumerate(means):
        top = 40 + at * HIGH
        bars.append(f'<text x="{LEFT - 8}" y="{top + 19}" text-anchor="end">{escape(rule)}</text>')
        bars += [_bar(top, wait, longest, "#1d70b8"), _bar(top + 15, rare, longest, "#b58800")]
    height = 50 + len(means) * HIGH
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDE + 70} {height}" role="img"
 aria-labelledby="t" font-family="sans-serif" font-size="13">
<title id="t">Mean wait in days by rule: everybody, and those who need another language</title>
<rect width="100%" height="100%" fill="#fff"/>
{KEY}
{chr(10).join(bars)}
</svg>
"""


def _bar(top: int, days: float, longest: float, colour: str) -> str:
    width = WIDE * days / longest
    return (
        f'<rect x="{LEFT}" y="{top}" width="{width:.0f}" height="13" fill="{colour}"/>'
        f'<text x="{LEFT + width + 6:.0f}" y="{top + 11}" font-size="12">{days:,.0f}</text>'
    )


def _mean(seeds: Sequence[Row], what: str) -> float:
    return float(sum(getattr(row, what) for row in seeds)) / len(seeds)
