"""An export of the audit is held against the same rule as the chain, wherever it was carried."""

import json
from collections.abc import Callable
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.audit import START, Link, chain, verify_lines
from kith_chassis.audit.chain import LinkMalformed, Sealed

texts = st.dictionaries(st.text(max_size=5), st.text(max_size=20) | st.integers() | st.none(), max_size=4)
entry_lists = st.lists(texts.map(json.dumps), min_size=2, max_size=12)


def an_export(entries: list[str]) -> list[str]:
    """Its lines, as a service writes them."""
    link, lines = START, []
    for entry in entries:
        link = Link(link.number + 1, sha256(link.digest + entry.encode()).digest())
        lines.append(chain.line(Sealed(link.number, link.digest, entry)))
    return [*lines, chain.last_line(link)]


def found_in(lines: list[str]) -> tuple[int, str] | None:
    _, broken = verify_lines(lines)
    return (broken.number, broken.code) if broken else None


@given(entries=entry_lists)
def test_an_export_holds_and_its_lines_are_json(entries: list[str]) -> None:
    lines = an_export(entries)

    link, broken = verify_lines(lines)

    assert (link.number, broken) == (len(entries), None)
    assert [json.loads(line)["entry"] for line in lines[:-1]] == [json.loads(entry) for entry in entries]


@given(entries=entry_lists, data=st.data())
def test_one_other_letter_anywhere_is_found(entries: list[str], data: st.DataObject) -> None:
    text = "".join(an_export(entries))
    place = data.draw(st.integers(0, len(text) - 2))
    other = data.draw(st.characters(codec="utf-8").filter(lambda letter: letter != text[place]))

    changed = text[:place] + other + text[place + 1 :]

    assert found_in(changed.split("\n")[:-1]) is not None


@given(entries=entry_lists, data=st.data())
def test_a_line_that_is_gone_is_found_and_named(entries: list[str], data: st.DataObject) -> None:
    lines = an_export(entries)
    gone = data.draw(st.integers(1, len(entries)))

    del lines[gone - 1]

    assert found_in(lines) == (gone, "entry-missing")


@given(entries=st.lists(st.integers(), min_size=2, max_size=9, unique=True), data=st.data())
def test_lines_in_another_order_are_found(entries: list[int], data: st.DataObject) -> None:
    lines = an_export([json.dumps({"number": entry}) for entry in entries])
    order = data.draw(st.permutations(range(len(entries))).filter(lambda order: order != sorted(order)))

    found = found_in([*(lines[place] for place in order), lines[-1]])

    moved = next(number for number, place in enumerate(order, start=1) if place != number - 1)
    assert found == (moved, "entry-missing")


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (lambda lines: lines[:-1], (4, "export-cut-short")),
        (lambda lines: [*lines[:2], lines[-1]], (3, "entry-missing")),
        (lambda lines: [*lines[:2], lines[1], *lines[2:]], (2, "entry-changed")),
        (lambda lines: [*lines[:-1], an_export(["{}", "{}"])[-1]], (3, "entry-added")),
        (lambda lines: [*lines, lines[-1]], (5, "line-unreadable")),
        (lambda lines: [json.dumps(json.loads(lines[0]), indent=1), *lines[1:]], (1, "line-unreadable")),
        (lambda lines: ["no line of ours\n", *lines], (1, "line-unreadable")),
        (lambda _: [], (1, "export-cut-short")),
    ],
)
def test_what_is_wrong_with_a_file_is_named(tamper: Callable[[list[str]], list[str]], found: tuple[int, str]) -> None:
    lines = an_export(['{"a":1}', '{"b":2}', '{"c":3}'])

    assert found_in(tamper(lines)) == found


def test_a_file_that_was_written_anew_is_found_by_a_head_that_was_noted() -> None:
    noted, _ = verify_lines(an_export(["{}", "{}"]))
    anew = an_export(['{"a":1}', "{}", "{}"])

    _, broken = verify_lines(anew, noted)

    assert broken is not None
    assert (broken.number, broken.code) == (2, "chain-rewritten")


def test_a_file_that_ends_before_a_head_that_was_noted_is_found() -> None:
    noted, _ = verify_lines(an_export(["{}", "{}"]))

    _, broken = verify_lines(an_export(["{}"]), noted)

    assert broken is not None
    assert (broken.number, broken.code) == (2, "entry-missing")


@given(number=st.integers(0, 10**18 - 1), digest=st.binary(min_size=32, max_size=32))
def test_a_link_is_read_as_it_is_written(number: int, digest: bytes) -> None:
    assert Link.read(str(Link(number, digest))) == Link(number, digest)


@pytest.mark.parametrize(
    "text", ["", "1", "1:", "1:ab", "-1:" + "0" * 64, "1:" + "0" * 63, "01:" + "0" * 64, "1:" + "G" * 64]
)
def test_what_is_no_link_is_refused(text: str) -> None:
    with pytest.raises(LinkMalformed):
        Link.read(text)
