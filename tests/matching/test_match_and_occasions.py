from dataclasses import fields, replace
from typing import Any

import pytest

from kith_chassis.clock import new_id, new_pseudonym
from kith_matching.domain.match import Ending, Match, end_match, ending_of
from kith_matching.domain.meeting import Standing
from kith_matching.domain.meeting import log_meeting as meet
from kith_matching.domain.occasion import (
    Contact,
    ContactKind,
    CouldNot,
    Group,
    Noted,
    Occasion,
    Outcome,
    OutcomeDisagrees,
    Session,
    check_held,
)
from kith_matching.domain.occasion import log_one_to_one as hold
from kith_matching.domain.referral import Channel, Referral
from kith_matching.domain.refusals import (
    CannotAttend,
    InTheFuture,
    MatchEnded,
    MinutesDisagree,
    NobodyCouldAttend,
    OutsideMatch,
)
from tests.matching.builders import DAY, NOW, ORGANISATION, TODAY, a_match, a_programme, a_referral

PROGRAMME = a_programme()
NOTED = Noted(NOW)
GROUP = Group(new_id(), PROGRAMME.id, ORGANISATION)


def an_occasion(**different: Any) -> Occasion:
    return replace(Occasion(TODAY - DAY, Outcome.HAPPENED, 60, Channel.IN_PERSON, ("coping",)), **different)


def held(match: Match, **different: Any) -> Session:
    return hold(match, an_occasion(**different), NOTED, session_id=new_id(), today=TODAY)


def met(*attended: Referral, **different: Any) -> Session:
    stand = [Standing(**{field.name: getattr(one, field.name) for field in fields(Standing)}) for one in attended]
    return meet(GROUP, an_occasion(**different), stand, (), noted=NOTED, company={}, new_id=new_id, today=TODAY)


def test_a_match_ends_once() -> None:
    ended = end_match(a_match(), Ending.PLANNED, today=TODAY)

    with pytest.raises(MatchEnded):
        end_match(ended.match, Ending.MOVED_ON, today=TODAY)


def test_a_match_does_not_end_before_it_was_made() -> None:
    match = a_match(made_on=TODAY)

    assert end_match(match, Ending.UNPLANNED, today=TODAY - DAY).match.ended_on == TODAY


@pytest.mark.parametrize(
    ("reason", "ending"),
    [
        ("died", "died"),
        ("support-ended", "planned"),
        ("moved-away", "moved-on"),
        ("withdrawn", "unplanned"),
        ("a-reason-of-a-later-day", "unplanned"),
        (None, "unplanned"),
    ],
)
def test_a_closed_referral_ends_its_match_for_its_own_reason(reason: str | None, ending: Ending) -> None:
    assert ending_of(reason) == ending


@pytest.mark.parametrize("ending", list(Ending))
def test_a_person_waits_again_only_when_the_match_came_to_nothing(ending: Ending) -> None:
    assert ending.waits_again == (ending in {"did-not-suit", "did-not-take-place"})


def test_a_session_is_of_the_match_it_names() -> None:
    match = a_match()

    session = held(match)

    assert (session.kind, session.referral_id, session.supporter_ids) == (
        "one-to-one",
        match.referral_id,
        (match.supporter_id,),
    )


def test_a_session_to_come_is_not_logged() -> None:
    with pytest.raises(InTheFuture):
        held(a_match(), held_on=TODAY + DAY)


def test_a_session_before_the_match_is_not_the_matchs() -> None:
    with pytest.raises(OutsideMatch):
        held(a_match(made_on=TODAY), held_on=TODAY - DAY)


def test_a_session_may_be_told_late_but_not_be_after_the_ending() -> None:
    ended = end_match(a_match(), Ending.PLANNED, today=TODAY - 2 * DAY).match

    assert held(ended, held_on=TODAY - 2 * DAY)
    with pytest.raises(OutsideMatch):
        held(ended, held_on=TODAY - DAY)


@pytest.mark.parametrize(
    ("outcome", "minutes"), [(Outcome.HAPPENED, 0), (Outcome.DID_NOT_HAPPEN, 30), (Outcome.CANCELLED, 1)]
)
def test_the_minutes_agree_with_what_happened(outcome: Outcome, minutes: int) -> None:
    with pytest.raises(MinutesDisagree):
        held(a_match(), outcome=outcome, minutes=minutes)


def test_many_attend_a_meeting_at_once() -> None:
    people = [a_referral(PROGRAMME) for _ in range(20)]

    session = met(*people)

    assert session.kind == "group"
    assert session.attended_referral_ids == tuple(sorted(one.id for one in people))


def test_a_meeting_needs_nobody_who_is_referred() -> None:
    assert met().attended_referral_ids == ()


def test_nobody_attends_a_meeting_that_did_not_happen() -> None:
    with pytest.raises(NobodyCouldAttend):
        met(a_referral(PROGRAMME), outcome=Outcome.CANCELLED, minutes=0)


@pytest.mark.parametrize(
    "different",
    [
        {"decision": None},
        {"consented": False},
        {"closed_reason": "died", "closed_on": TODAY - 2 * DAY},
        {"programme_id": new_id()},
    ],
)
def test_only_an_accepted_and_consenting_referral_to_the_programme_is_named(different: dict[str, Any]) -> None:
    with pytest.raises(CannotAttend):
        met(a_referral(PROGRAMME), a_referral(PROGRAMME, **different))


def test_somebody_whose_referral_closed_later_had_attended() -> None:
    assert met(a_referral(PROGRAMME, closed_reason="moved-away", closed_on=TODAY))


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome.HAPPENED, {"could_not": CouldNot.PERSON}),
        (Outcome.DID_NOT_HAPPEN, {"limits_explained": True}),
        (Outcome.CANCELLED, {"limits_explained": True}),
    ],
)
def test_what_is_said_of_a_session_agrees_with_whether_it_took_place(outcome: Outcome, said: dict[str, Any]) -> None:
    minutes = 60 if outcome is Outcome.HAPPENED else 0

    assert held(a_match(), outcome=outcome, minutes=minutes)
    with pytest.raises(OutcomeDisagrees):
        held(a_match(), outcome=outcome, minutes=minutes, **said)


@pytest.mark.parametrize("outcome", [Outcome.DID_NOT_HAPPEN, Outcome.CANCELLED])
def test_who_could_not_is_said_of_what_did_not_take_place(outcome: Outcome) -> None:
    assert held(a_match(), outcome=outcome, minutes=0, could_not=CouldNot.BOTH).occasion.could_not == "both"


def test_a_contact_to_come_is_not_logged() -> None:
    contact = Contact(
        new_id(), PROGRAMME.id, ORGANISATION, TODAY + DAY, ContactKind.OUTREACH, 3, (), "G12", new_pseudonym(), NOTED
    )

    with pytest.raises(InTheFuture):
        check_held(contact, today=TODAY)
