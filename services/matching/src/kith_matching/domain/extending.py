"""How long a match lasts: it is planned to end, extended, and asked whether somebody has come to depend on it.

"A balance needs to be struck between providing long term peer support … and providing people with the confidence to
move on from and not become dependent on the peer support" (LTC, *Clarifying boundaries and avoiding dependency*).
"""

from dataclasses import replace
from datetime import date, timedelta

from kith_matching.domain.match import Balance, Match, check_running
from kith_matching.domain.refusals import MatchingRefused, MoveRefused
from kith_matching.domain.terms import Terms


class EndingPast(MatchingRefused):
    """An ending is planned so that nobody is surprised by it."""

    code = "ending-past"
    advice = "The day has been. Name today or a later one; if it has ended already, end the match."


class ExtendInstead(MatchingRefused):
    """What lasts longer than was planned is counted, and looked at."""

    code = "extend-instead"
    advice = "That is later than the match is planned to last. Extend it until that day."


class NotLonger(MatchingRefused):
    """An extension makes support last longer than it would have."""

    code = "not-longer"
    advice = "The match is planned to last until that day or longer. Name a later one, or plan its ending."


class NothingToExtend(MoveRefused):
    """What lasts as long as it helps has no end that could be put off."""

    code = "nothing-to-extend"
    advice = "This match has no planned ending, so it goes on. Plan an ending if there is to be one."


class NoBalanceAsked(MoveRefused):
    """Only what is asked is answered, once."""

    code = "no-balance-asked"
    advice = (
        "Nobody asks about the balance of this match now: it was not extended or reviewed that often, or it is "
        "answered."
    )


def planned_until(match: Match, terms: Terms) -> date | None:
    """The day until which support is planned: as somebody said, else by the terms; None is as long as it helps."""
    if match.ends_on is not None or terms.length_weeks is None:
        return match.ends_on
    return match.made_on + timedelta(weeks=terms.length_weeks)


def plan_ending(match: Match, terms: Terms, ends_on: date, *, today: date) -> Match:
    """Plan on which day support ends, or another one; not later than it was planned: that is ``extend``.

    Raises ``MatchEnded``, ``EndingPast`` and ``ExtendInstead``.
    """
    check_running(match)
    until = planned_until(match, terms)
    if ends_on < today:
        raise EndingPast
    if until is not None and ends_on > until:
        raise ExtendInstead
    return replace(match, ends_on=ends_on, version=match.version + 1)


def extend(match: Match, terms: Terms, until: date, *, today: date) -> Match:
    """Let support go on until a later day. Each time is counted; reviews go on in their rhythm.

    After more extensions than the terms say the balance is asked about, from that day on until a coordinator answers.
    Raises ``MatchEnded``, ``NothingToExtend``, ``EndingPast`` and ``NotLonger``.
    """
    check_running(match)
    before = planned_until(match, terms)
    if before is None:
        raise NothingToExtend
    if until < today:
        raise EndingPast
    if until <= before:
        raise NotLonger
    extensions = match.extensions + 1
    asked_on = match.balance_due_on or (today if extensions > terms.extensions else None)
    return replace(match, ends_on=until, extensions=extensions, balance_due_on=asked_on, version=match.version + 1)


def balance_after(match: Match, terms: Terms, reviews: int, *, today: date) -> date | None:
    """Since when the balance of a match is asked about, after so many reviews in all; None is not now.

    Where no end is planned nothing is extended: support goes on from review to review, as if each extended it. So it is
    asked about whenever there were more reviews than the extensions that the terms allow: with one, at every second.
    """
    if match.balance_due_on is not None or planned_until(match, terms) is not None:
        return match.balance_due_on
    return today if reviews % (terms.extensions + 1) == 0 else None


def answer_balance(match: Match, balance: Balance) -> Match:
    """Say what becomes of support that lasts. Raises ``MatchEnded`` and ``NoBalanceAsked``."""
    check_running(match)
    if match.balance_due_on is None:
        raise NoBalanceAsked
    return replace(match, balance=balance, balance_due_on=None, version=match.version + 1)
