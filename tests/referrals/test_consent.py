"""What a person agrees to, and who sees a referral because of it."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_referrals.domain.consent import Answer, Consent, Consents, Purpose, State, agreed, allows, changed
from kith_referrals.domain.referral import Referral, may_see, receiver
from kith_referrals.domain.refusals import ConsentAfterToday, ConsentDateMissing, ConsentMissing
from tests.builders import NOW, TODAY
from tests.referrals.world import AGREED

REFERRER, HOST, STRANGER = uuid4(), uuid4(), uuid4()
REFERRAL = Referral(uuid4(), uuid4(), REFERRER, uuid4(), HOST, NOW)
words = st.builds(
    Consent,
    state=st.sampled_from([State.GRANTED, State.WITHDRAWN]),
    recorded_on=st.dates(date(2026, 1, 1), TODAY),
    how=st.just("spoken"),
    wording_version=st.none() | st.just("tests-2"),
)
said = st.lists(st.tuples(st.sampled_from(Purpose), words), max_size=12)


def after(changes: list[tuple[Purpose, Consent]]) -> Consents:
    """The consents of a new referral after the person changed their mind so often."""
    consents = agreed(AGREED, TODAY)
    for purpose, word in changes:
        consents = changed(consents, purpose, word, TODAY) or consents
    return consents


def test_who_agrees_to_be_referred_agrees_to_every_purpose() -> None:
    consents = agreed(AGREED, TODAY)

    assert all(allows(consents, purpose, TODAY) for purpose in Purpose)


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (Answer(given=False, recorded_on=TODAY, how="spoken"), ConsentMissing),
        (Answer(given=False, recorded_on=None, how="spoken"), ConsentMissing),
        (Answer(given=True, recorded_on=None, how="spoken"), ConsentDateMissing),
        (Answer(given=True, recorded_on=TODAY + timedelta(days=1), how="spoken"), ConsentAfterToday),
    ],
)
def test_without_consent_on_a_day_that_has_come_nothing_is_agreed(answer: Answer, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        agreed(answer, TODAY)


def test_consent_recorded_today_counts() -> None:
    assert agreed(AGREED, AGREED.recorded_on or TODAY)


@given(said)
def test_the_last_word_on_each_purpose_counts(changes: list[tuple[Purpose, Consent]]) -> None:
    last = dict.fromkeys(Purpose, State.GRANTED) | {purpose: word.state for purpose, word in changes}

    assert {purpose: word.state for purpose, word in after(changes).items()} == last


@given(said, st.sampled_from(Purpose), words)
def test_saying_the_same_again_changes_nothing(
    changes: list[tuple[Purpose, Consent]], purpose: Purpose, word: Consent
) -> None:
    consents = after([*changes, (purpose, word)])

    assert changed(consents, purpose, word, TODAY) is None


def test_a_word_of_tomorrow_is_refused() -> None:
    word = Consent(State.WITHDRAWN, TODAY + timedelta(days=1), "spoken")

    with pytest.raises(ConsentAfterToday):
        changed(agreed(AGREED, TODAY), Purpose.SHARE_REFERRAL, word, TODAY)


def test_the_wording_that_was_agreed_to_is_remembered_when_it_is_withdrawn() -> None:
    word = Consent(State.WITHDRAWN, TODAY, "spoken")

    consents = changed(agreed(AGREED, TODAY), Purpose.SHARE_REFERRAL, word, TODAY)

    assert consents is not None
    assert consents[Purpose.SHARE_REFERRAL].wording_version == AGREED.wording_version


@given(said)
def test_the_organisation_that_referred_always_sees_the_referral(changes: list[tuple[Purpose, Consent]]) -> None:
    assert may_see(REFERRAL, after(changes), REFERRER, agreed=False, today=TODAY)


@given(said)
def test_the_programmes_organisation_sees_it_exactly_while_sharing_is_agreed(
    changes: list[tuple[Purpose, Consent]],
) -> None:
    consents = after(changes)

    assert may_see(REFERRAL, consents, HOST, agreed=True, today=TODAY) == allows(
        consents, Purpose.SHARE_REFERRAL, TODAY
    )


@given(said)
def test_nobody_else_ever_sees_it(changes: list[tuple[Purpose, Consent]]) -> None:
    assert not may_see(REFERRAL, after(changes), STRANGER, agreed=True, today=TODAY)


@pytest.mark.parametrize(
    ("purpose", "organisation_id"),
    [(Purpose.SHARE_REFERRAL, HOST), (Purpose.CONTACT_PERSON, HOST), (Purpose.TELL_REFERRER, REFERRER)],
)
def test_a_consent_is_for_the_organisation_that_receives_something_by_it(
    purpose: Purpose, organisation_id: UUID
) -> None:
    assert receiver(REFERRAL, purpose) == organisation_id
