"""What happens to people in the network, as facts in the order in which it happened; and that order shaken."""

import random
from collections import deque
from collections.abc import Sequence
from datetime import timedelta

from kith_chassis.received import Received
from kith_contracts.fact import Fact
from kith_contracts.referrals import ProgrammePublished, ReferralCreated
from tests import builders as a


def all_journeys() -> list[Received]:
    """Every journey there is, one after another, a minute between any two facts."""
    organisation = a.an_organisation_published()
    programme = a.a_programme_published(organisation_id=organisation.organisation_id)
    cafe = a.a_programme_published(organisation_id=organisation.organisation_id, model="group", slug="peer-cafe")
    journeys = (
        [organisation, programme, cafe, programme.model_copy(update={"programme_name": "A new name"})],
        supported(programme),
        declined(programme),
        withdrawn(programme),
        consent_given_back(programme),
        ended_by_a_death(programme),
        heard_of_by_level(programme),
        held_and_released(programme),
        late_and_open_again(programme),
        come_back(programme),
        come_back_after_support(programme),
        not_ready_yet(programme),
        erased(programme),
        erased_after_two_referrals(programme, cafe),
        in_a_group(cafe),
        nobody_named(programme),
        counted(programme, cafe),
        claimed(programme),
    )
    facts = [fact for journey in journeys for fact in journey]
    return [a.received(fact, at=a.NOW + minute * timedelta(minutes=1)) for minute, fact in enumerate(facts)]


def supported(programme: ProgrammePublished) -> list[Fact]:
    """Referred, taken on, matched at the second proposal, supported, ended as planned and closed."""
    referral = a.a_referral_created(programme)
    first, second = a.a_supporter_changed(programme), a.a_supporter_changed(programme, capacity=2)
    unwanted, wanted = a.a_match_proposed(referral, first), a.a_match_proposed(referral, second)
    match = a.a_match_made(wanted)
    return [
        *(first, second, referral, a.a_message_delivered(referral), a.a_referral_decided(referral)),
        *(unwanted, a.a_proposal_answered(unwanted, answer="no"), wanted, a.a_proposal_answered(wanted)),
        *(a.a_proposal_answered(wanted, answered_by="supporter"), match, a.a_message_failed(match)),
        *(a.a_session_logged(match), a.a_session_logged(match, outcome="did-not-happen", minutes=0)),
        *(a.a_session_logged(match), first.model_copy(update={"state": "left"})),
        *(a.a_match_ended(match), a.a_referral_closed(referral, reason="support-ended")),
    ]


def declined(programme: ProgrammePublished) -> list[Fact]:
    """Not suitable, and so closed."""
    referral = a.a_referral_created(programme)
    decided = a.a_referral_decided(referral, decision="declined", reason="not-suitable")
    return [referral, decided, a.a_referral_closed(referral, reason="declined"), a.a_message_delivered(referral)]


def withdrawn(programme: ProgrammePublished) -> list[Fact]:
    """The person no longer wants it shared, nor wants it."""
    referral = a.a_referral_created(programme)
    return [referral, a.a_referral_decided(referral), a.a_consent_changed(referral), a.a_referral_closed(referral)]


def consent_given_back(programme: ProgrammePublished) -> list[Fact]:
    """For a while the person wants no mail, and the referrer is not to be told."""
    referral = a.a_referral_created(programme)
    purposes = ("contact-person", "tell-referrer")
    proposed = a.a_match_proposed(referral, a.a_supporter_changed(programme))
    return [
        referral,
        *(a.a_consent_changed(referral, purpose=purpose) for purpose in purposes),
        a.a_referral_decided(referral),
        *(a.a_consent_changed(referral, purpose=purpose, state="granted") for purpose in purposes),
        *(proposed, a.a_match_made(proposed)),
    ]


def ended_by_a_death(programme: ProgrammePublished) -> list[Fact]:
    """The person dies while matched: no cheerful mail may follow."""
    referral = a.a_referral_created(programme, source="self")
    proposed = a.a_match_proposed(referral, a.a_supporter_changed(programme))
    match = a.a_match_made(proposed)
    return [
        *(referral, a.a_referral_decided(referral), proposed, match),
        *(a.a_match_ended(match, ending="died"), a.a_referral_closed(referral, reason="died")),
    ]


def heard_of_by_level(programme: ProgrammePublished) -> list[Fact]:
    """The referrer hears of the decision only; then, for a while, of the match too; and of the ending no more."""
    referral = a.a_referral_created(programme, feedback="decision", urgent=True)
    levels = [
        a.a_consent_changed(referral, purpose="tell-referrer", state="granted", feedback=level)
        for level in ("progress", "receipt")
    ]
    match = a.a_match_made(a.a_match_proposed(referral, a.a_supporter_changed(programme)))
    return [
        *(referral, a.a_referral_decided(referral, decision="waiting"), a.a_referral_decided(referral), levels[0]),
        *(match, a.a_session_logged(match), levels[1], a.a_match_ended(match)),
    ]


def held_and_released(programme: ProgrammePublished) -> list[Fact]:
    """One programme holds a place, another knows a better one, and the person chooses a third."""
    held, elsewhere = a.a_referral_created(programme), a.a_referral_created(programme)
    return [
        *(held, elsewhere, a.a_referral_decided(held, decision="held")),
        *(a.a_referral_decided(elsewhere, decision="redirected"), a.a_referral_closed(elsewhere, reason="redirected")),
        a.a_referral_closed(held, reason="released"),
    ]


def late_and_open_again(programme: ProgrammePublished) -> list[Fact]:
    """Nobody decided in time; closed, open again, late again; and what the person agreed to ends soon."""
    referral = a.a_referral_created(programme)
    return [
        *(referral, a.a_promise_missed(referral), a.a_consent_ending(referral)),
        *(a.a_consent_ending(referral, purpose="tell-referrer"), a.a_referral_closed(referral)),
        *(a.a_referral_reopened(referral), a.a_promise_missed(referral, promise="take-on")),
    ]


def come_back(programme: ProgrammePublished) -> list[Fact]:
    """Declined and closed, reopened when things changed, and matched after all."""
    referral = a.a_referral_created(programme)
    proposed = a.a_match_proposed(referral, a.a_supporter_changed(programme))
    return [
        *(referral, a.a_promise_missed(referral), a.a_referral_decided(referral, decision="declined")),
        *(a.a_referral_closed(referral, reason="declined"), a.a_referral_reopened(referral)),
        *(a.a_referral_decided(referral), proposed, a.a_match_made(proposed)),
    ]


def come_back_after_support(programme: ProgrammePublished) -> list[Fact]:
    """Supported to a planned ending and closed; the person comes back, and waits for an answer."""
    facts = supported(programme)
    referral = next(fact for fact in facts if isinstance(fact, ReferralCreated))
    return [*facts, a.a_referral_reopened(referral, reason="circumstances-changed")]


def not_ready_yet(programme: ProgrammePublished) -> list[Fact]:
    """Taken on, then put off, asked again on the day, and closed."""
    referral = a.a_referral_created(programme)
    return [
        *(referral, a.a_referral_decided(referral), a.a_referral_decided(referral, decision="not-yet")),
        *(a.a_promise_missed(referral, promise="look-again"), a.a_referral_closed(referral, reason="moved-away")),
    ]


def erased(programme: ProgrammePublished) -> list[Fact]:
    """Supported, closed, and then the person asks to be forgotten."""
    referral = a.a_referral_created(programme, source="self", urgent=True, requested=("women-only",))
    proposed = a.a_match_proposed(referral, a.a_supporter_changed(programme))
    match = a.a_match_made(proposed)
    return [
        *(referral, a.a_referral_decided(referral), proposed, match, a.a_session_logged(match, topics=("grief",))),
        *(a.a_match_ended(match), a.a_consent_changed(referral, purpose="contact-person")),
        *(a.a_referral_closed(referral, reason="support-ended"), a.a_person_erased(referral)),
    ]


def erased_after_two_referrals(programme: ProgrammePublished, cafe: ProgrammePublished) -> list[Fact]:
    """Declined by one programme, withdrawn from another, and forgotten by both."""
    first = a.a_referral_created(programme)
    second = a.a_referral_created(cafe, person_id=first.person_id)
    declined = a.a_referral_decided(first, decision="declined", reason="not-suitable")
    return [
        *(first, declined, a.a_referral_closed(first, reason="declined")),
        *(second, a.a_consent_changed(second), a.a_referral_closed(second, reason="consent-withdrawn")),
        *(a.a_consent_changed(second, state="granted"), a.a_person_erased(first)),
    ]


def in_a_group(programme: ProgrammePublished) -> list[Fact]:
    """Two people meet at a table, the second time only one of them; of the third all is corrected, and told anew."""
    here, there = a.a_referral_created(programme), a.a_referral_created(programme)
    first = a.a_group_meeting_logged(programme, here, there)
    second = a.a_meeting_logged(programme, there, group_id=first.group_id)
    (nobody,) = a.a_meeting_logged(programme, group_id=first.group_id)
    third = a.a_meeting_logged(programme, here, there, group_id=first.group_id, meeting_id=nobody.meeting_id)
    return [
        *(here, there, a.a_referral_decided(here), a.a_referral_decided(there), first, *second),
        *(nobody, *third, a.a_record_taken_back(nobody), a.a_record_taken_back(third[1])),
    ]


def nobody_named(programme: ProgrammePublished) -> list[Fact]:
    """A stall at a market."""
    return [a.a_contact_logged(programme), a.a_contact_logged(programme, kind="drop-in", people=3)]


def counted(programme: ProgrammePublished, cafe: ProgrammePublished) -> list[Fact]:
    """One programme's supporters fall behind and catch up; of the other there are soon too few to say."""
    return [
        *(
            a.a_quality_counted(programme, checks_current=checked, supervision_on_time=on_time, training_held=trained)
            for checked, on_time, trained in ((100, 96, 80), (88, 70, 80), (96, 70, 84))
        ),
        *(a.a_quality_counted(cafe), a.a_quality_counted(cafe, checks_current=None)),
    ]


def claimed(programme: ProgrammePublished) -> list[Fact]:
    """Two results of one household are claimed; one does not last, and is claimed anew when it has."""
    first = a.a_result_claimed(programme)
    other = a.a_result_claimed(programme, household_id=first.household_id, result="continuous-work")
    return [first, other, a.a_claim_reversed(first), a.a_result_claimed(programme, household_id=first.household_id)]


def shuffled(facts: Sequence[Received], chance: random.Random) -> list[list[Received]]:
    """The facts as Kafka may hand them over: any order of keys and topics, but each key's in order; in any batches."""
    lines: dict[tuple[str, str], deque[Received]] = {}
    for fact in facts:
        lines.setdefault((fact.topic, fact.key), deque()).append(fact)
    batches: list[list[Received]] = [[]]
    while lines:
        place = chance.choice(list(lines))
        if chance.random() < 0.2:
            batches.append([])
        batches[-1].append(lines[place].popleft())
        if not lines[place]:
            del lines[place]
    return [batch for batch in batches if batch]
