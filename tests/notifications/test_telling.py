"""Who is told what: the table, and what stops a message."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_notifications.domain.referral import Consent, Referral, stopped
from kith_notifications.domain.telling import (
    ACCEPTED,
    CLOSED,
    DECLINED,
    MATCH_ENDED,
    MATCH_MADE,
    ConsentMoved,
    Happening,
    Message,
    News,
    ReferralMade,
    messages_of,
    note,
)
from tests.builders import NOW

REFERRAL = UUID(int=1)
PERSON = UUID(int=2)
ORGANISATION = UUID(int=3)
SUPPORTER = UUID(int=4)


def later(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def a_referral(**changes: object) -> Referral:
    return Referral(**{"id": REFERRAL, "person_id": PERSON, "referring_organisation_id": ORGANISATION} | changes)  # type: ignore[arg-type]


def made(*, self_referred: bool = False) -> ReferralMade:
    return ReferralMade(REFERRAL, PERSON, ORGANISATION, self_referred=self_referred, at=NOW)


def it_happened(kind: str, detail: str | None = None, *, at: int = 1) -> Happening:
    supporter = SUPPORTER if kind == MATCH_MADE else None
    return Happening(kind, UUID(int=9), REFERRAL, later(at), detail, supporter)


def told(messages: tuple[Message, ...]) -> list[str]:
    return sorted(message.recipient.kind for message in messages if message.cancelled is None)


@pytest.mark.parametrize(
    ("kind", "detail", "whom"),
    [
        (ACCEPTED, None, ["person", "referrer"]),
        (DECLINED, "no-capacity", ["referrer"]),
        (MATCH_MADE, None, ["person", "referrer", "supporter"]),
        (MATCH_ENDED, "planned", ["person", "referrer"]),
        (MATCH_ENDED, "an-ending-not-known-here", ["person", "referrer"]),
        (MATCH_ENDED, "died", ["referrer"]),
        (CLOSED, "withdrawn", ["person", "referrer"]),
        (CLOSED, "died", ["referrer"]),
        (CLOSED, "declined", []),
        (CLOSED, "entered-in-error", ["referrer"]),
    ],
)
def test_the_table_says_who_is_told(kind: str, detail: str | None, whom: list[str]) -> None:
    assert told(messages_of(a_referral(), it_happened(kind, detail))) == whom


def test_a_new_referral_is_acknowledged_to_its_referrer() -> None:
    noted = note(Referral(REFERRAL), (), [made()])

    assert [(one.reason, str(one.recipient)) for one in noted.messages] == [
        (f"referral-received/{REFERRAL}", f"referrer/{ORGANISATION}")
    ]


def test_somebody_who_referred_themself_is_told_that_it_arrived() -> None:
    noted = note(Referral(REFERRAL), (), [made(self_referred=True)])

    assert [str(one.recipient) for one in noted.messages] == [f"person/{PERSON}"]


def test_a_self_referral_has_no_referrer_to_tell() -> None:
    assert told(messages_of(a_referral(self_referred=True), it_happened(MATCH_MADE))) == ["person", "supporter"]


def test_a_message_is_named_after_what_it_tells_and_whom() -> None:
    message = messages_of(a_referral(), it_happened(MATCH_MADE))[2]

    assert (message.reason, str(message.recipient)) == (f"match-made/{UUID(int=9)}", f"supporter/{SUPPORTER}")


def test_what_happens_to_an_unknown_referral_waits() -> None:
    noted = note(Referral(REFERRAL), (), [it_happened(MATCH_MADE)])

    assert noted.messages == ()
    assert noted.waiting == (it_happened(MATCH_MADE),)


def test_what_waited_is_told_when_the_referral_comes() -> None:
    noted = note(Referral(REFERRAL), [it_happened(MATCH_MADE)], [made()])

    assert told(noted.messages) == ["person", "referrer", "referrer", "supporter"]
    assert noted.waiting == ()


@pytest.mark.parametrize(("purpose", "silent"), [("contact-person", "person"), ("tell-referrer", "referrer")])
def test_a_withdrawn_consent_silences_one_recipient(purpose: str, silent: str) -> None:
    news: list[News] = [made(), ConsentMoved(REFERRAL, purpose, granted=False, at=NOW), it_happened(MATCH_MADE)]

    messages = note(Referral(REFERRAL), (), news).messages

    assert {one.recipient.kind for one in messages if one.cancelled == "consent-withdrawn"} == {silent}


def test_consent_to_share_the_referral_silences_nobody() -> None:
    news: list[News] = [made(), ConsentMoved(REFERRAL, "share-referral", granted=False, at=NOW)]

    assert not note(Referral(REFERRAL), (), news).stops_changed


def test_a_message_about_something_before_the_withdrawal_is_stopped_too() -> None:
    assert Consent().withdraw(later(5)).stops(later(1))


def test_consent_granted_again_lets_later_things_be_told() -> None:
    assert not Consent().withdraw(later(1)).grant(later(2)).stops(later(3))


def test_consent_granted_again_does_not_tell_what_happened_in_between() -> None:
    assert Consent().withdraw(later(1)).grant(later(3)).stops(later(2))


def test_granting_twice_is_granting_once() -> None:
    assert Consent().withdraw(later(1)).grant(later(2)).grant(later(4)) == Consent().withdraw(later(1)).grant(later(2))


def test_granting_what_was_never_withdrawn_changes_nothing() -> None:
    assert Consent().grant(NOW) == Consent()


@pytest.mark.parametrize(("kind", "why"), [("person", "died"), ("supporter", "died"), ("referrer", None)])
def test_after_a_death_only_the_referrer_hears_from_a_machine(kind: str, why: str | None) -> None:
    assert stopped(a_referral(died=True), kind, NOW) == why


def test_a_death_is_learned_from_the_ending_of_the_match_too() -> None:
    assert note(a_referral(), (), [it_happened(MATCH_ENDED, "died")]).referral.died


kinds = st.sampled_from(
    [
        it_happened(ACCEPTED, at=1),
        it_happened(DECLINED, "out-of-area", at=2),
        it_happened(CLOSED, "withdrawn", at=9),
        it_happened(CLOSED, "died", at=8),
    ]
)
consents = st.builds(
    ConsentMoved,
    st.just(REFERRAL),
    st.sampled_from(["contact-person", "tell-referrer", "share-referral"]),
    granted=st.booleans(),
    at=st.just(NOW),
)
of_referrals = st.lists(kinds | consents, max_size=6).map(
    lambda news: [made(), *(in_time(piece, minute) for minute, piece in enumerate(news, start=1))]
)
of_matching = st.lists(
    st.tuples(
        st.sampled_from([(MATCH_MADE, None), (MATCH_ENDED, "planned"), (MATCH_ENDED, "died")]), st.integers(0, 9)
    ),
    max_size=4,
).map(
    lambda news: [
        Happening(kind, UUID(int=200 + place), REFERRAL, later(minute), detail, SUPPORTER)
        for place, ((kind, detail), minute) in enumerate(news)
    ]
)


def in_time(piece: News, minute: int) -> News:
    match piece:
        case Happening(kind=kind, detail=detail):
            return Happening(kind, UUID(int=100 + minute), REFERRAL, later(minute), detail)
        case ConsentMoved(purpose=purpose, granted=granted):
            return ConsentMoved(REFERRAL, purpose, granted=granted, at=later(minute))
        case _:
            return piece


@given(of_referrals, of_matching, st.randoms(use_true_random=False))
def test_the_messages_are_the_same_however_the_topics_interleave(
    of_referrals: list[News], of_matching: list[News], chance: Random
) -> None:
    one_after_the_other = outcome([*of_referrals, *of_matching], [len(of_referrals) + len(of_matching)])
    mixed: list[News] = []
    sources = [list(of_referrals), list(of_matching)]
    while any(sources):
        mixed.append(chance.choice([source for source in sources if source]).pop(0))
    sizes = [chance.randint(1, 3) for _ in mixed]

    assert outcome(mixed, sizes) == one_after_the_other


def outcome(news: list[News], sizes: list[int]) -> set[tuple[str, str, str | None]]:
    """What is told in the end when the news comes in batches of these sizes."""
    referral = Referral(REFERRAL)
    waiting: tuple[Happening, ...] = ()
    messages: list[Message] = []
    for size in sizes:
        batch, news = news[:size], news[size:]
        noted = note(referral, waiting if any(isinstance(piece, ReferralMade) for piece in batch) else (), batch)
        kept = () if noted.referral.made else waiting
        referral, waiting = noted.referral, (*kept, *noted.waiting)
        messages.extend(noted.messages)
    return {(one.reason, str(one.recipient), stopped(referral, one.recipient.kind, one.told_of)) for one in messages}
