"""A batch becomes one change for each story."""

from datetime import UTC, datetime

from kith_contracts.fact import Fact
from kith_contracts.matching import (
    ConcernAnswered,
    ConcernRaised,
    MeasureRecorded,
    NoFeasibleSupporter,
    ProgrammeQualityCounted,
    SharingFellDue,
    SupervisionLogged,
    WorkFellDue,
)
from kith_contracts.notifications import ConcernEscalated
from kith_contracts.referrals import ConsentEnding, HelpAskedFor, SharingAgreementPublished
from kith_contracts.registry import FACTS
from kith_reporting.domain.batch import Batch
from kith_reporting.incoming import _FOLD, HEARS, fold
from tests import builders as a


def folded(*facts: Fact) -> Batch:
    return fold([a.received(fact) for fact in facts])


def test_every_fact_that_is_heard_is_folded_but_those_that_count_for_nothing() -> None:
    heard = {fact for fact in FACTS if fact.topic in HEARS}

    assert heard - set(_FOLD) == {
        ConcernRaised,
        ConcernAnswered,
        ConcernEscalated,
        SharingFellDue,
        HelpAskedFor,
        WorkFellDue,
        SharingAgreementPublished,
        ConsentEnding,
        MeasureRecorded,
        NoFeasibleSupporter,
        ProgrammeQualityCounted,
        SupervisionLogged,
    }
    assert set(_FOLD) <= heard


def test_all_that_is_told_of_a_referral_is_one_change() -> None:
    referral = a.a_referral_created()
    facts = (referral, a.a_referral_decided(referral), a.a_referral_closed(referral, reason="moved-away"))

    batch = folded(*facts)

    (change,) = batch.referrals.values()
    assert (change.received_on, change.decision, change.closed) == (a.TODAY, "accepted", "moved-away")


def test_what_a_batch_does_not_say_stays_unsaid() -> None:
    match = a.a_match_made(a.a_match_proposed(a.a_referral_created(), a.a_supporter_changed()))

    batch = folded(match)

    (change,) = batch.referrals.values()
    assert (change.programme_id, change.received_on, change.decision) == (None, None, None)


def test_a_day_of_match_is_the_day_in_london() -> None:
    match = a.a_match_made(a.a_match_proposed(a.a_referral_created(), a.a_supporter_changed()))
    just_before_midnight_in_utc = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)

    batch = fold([a.received(match, at=just_before_midnight_in_utc)])

    assert str(batch.referrals[match.referral_id].matched_on) == "2026-07-02"


def test_the_wait_ends_with_the_first_match_and_support_follows_the_last() -> None:
    referral, supporter = a.a_referral_created(), a.a_supporter_changed()
    first = a.a_match_made(a.a_match_proposed(referral, supporter))
    second = a.a_match_made(a.a_match_proposed(referral, supporter))
    days = [datetime(2026, 11, day, 12, tzinfo=UTC) for day in (2, 9, 16)]

    batch = fold(
        [
            a.received(first, at=days[0]),
            a.received(a.a_match_ended(first, ending="did-not-suit"), at=days[1]),
            a.received(second, at=days[2]),
        ]
    )

    change = batch.referrals[referral.referral_id]
    assert change.matched_on == days[0].date()
    assert change.support == "under-way"


def test_the_answer_to_a_proposal_says_whose_it_is() -> None:
    proposed = a.a_match_proposed(a.a_referral_created(), a.a_supporter_changed())

    batch = folded(proposed, a.a_proposal_answered(proposed, answered_by="supporter", answer="lapsed"))

    assert batch.referrals[proposed.referral_id].proposal == "supporter-lapsed"


def test_only_the_consent_to_share_is_kept() -> None:
    referral = a.a_referral_created()

    batch = folded(referral, a.a_consent_changed(referral, purpose="tell-referrer"))

    assert batch.referrals[referral.referral_id].sharing is None


def test_a_code_that_nobody_knows_yet_is_kept_as_it_came() -> None:
    referral = a.a_referral_created()

    batch = folded(a.a_referral_decided(referral, decision="asked-to-think-again"))

    assert batch.referrals[referral.referral_id].decision == "asked-to-think-again"


def test_a_session_logged_again_replaces_what_was_logged_before() -> None:
    programme, here, there = a.a_programme_published(), a.a_referral_created(), a.a_referral_created()
    meeting = a.a_group_meeting_logged(programme, here, there)

    batch = folded(meeting, meeting.model_copy(update={"attended_referral_ids": (there.referral_id,)}))

    (session,) = batch.sessions.values()
    assert session.attended_referral_ids == (there.referral_id,)


def test_a_person_named_twice_at_a_meeting_was_there_once() -> None:
    programme, here = a.a_programme_published(), a.a_referral_created()

    batch = folded(a.a_group_meeting_logged(programme, here, here))

    (session,) = batch.sessions.values()
    assert session.attended_referral_ids == (here.referral_id,)


def test_a_session_for_two_counts_for_its_referral() -> None:
    match = a.a_match_made(a.a_match_proposed(a.a_referral_created(), a.a_supporter_changed()))

    batch = folded(a.a_session_logged(match))

    (session,) = batch.sessions.values()
    assert (session.referral_id, session.attended_referral_ids) == (match.referral_id, ())
    assert session.happened


def test_a_session_that_did_not_happen_is_kept_as_such() -> None:
    match = a.a_match_made(a.a_match_proposed(a.a_referral_created(), a.a_supporter_changed()))

    batch = folded(a.a_session_logged(match, outcome="cancelled", minutes=0))

    (session,) = batch.sessions.values()
    assert not session.happened


def test_what_became_of_a_message_is_what_was_told_last() -> None:
    referral = a.a_referral_created()
    failed = a.a_message_failed(referral)

    batch = folded(failed, a.a_message_delivered(referral, message_id=failed.message_id))

    (message,) = batch.messages.values()
    assert message.delivered


def test_a_name_is_the_latest() -> None:
    programme = a.a_programme_published()

    batch = folded(programme, programme.model_copy(update={"programme_name": "A new name"}))

    assert batch.programmes[programme.programme_id].name == "A new name"
