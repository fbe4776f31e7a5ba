"""Who is told what: the table, and what stops a message."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_notifications.domain.referral import LEVELS, Consent, Referral, stopped
from kith_notifications.domain.table import (
    ACCEPTED,
    CLOSED,
    CONSENT_ENDING,
    DECLINED,
    FIRST_SESSION,
    HELD,
    MATCH_ENDED,
    MATCH_MADE,
    NEEDED,
    PROMISE_MISSED,
    RECEIVED,
    REDIRECTED,
    RELEASED,
    REOPENED,
    TOLD,
    TOLD_WHEN,
    WAITING,
)
from kith_notifications.domain.telling import (
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
PROGRAMME = UUID(int=5)


def later(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def a_referral(**changes: object) -> Referral:
    known = {"person_id": PERSON, "referring_organisation_id": ORGANISATION, "programme_organisation_id": PROGRAMME}
    return Referral(**{"id": REFERRAL} | known | changes)  # type: ignore[arg-type]


def made(*, self_referred: bool = False, urgent: bool = False, feedback: str | None = None) -> ReferralMade:
    return ReferralMade(
        REFERRAL, PERSON, ORGANISATION, PROGRAMME, self_referred=self_referred, at=NOW, urgent=urgent, feedback=feedback
    )


def it_happened(kind: str, detail: str | None = None, *, at: int = 1) -> Happening:
    supporter = SUPPORTER if kind == MATCH_MADE else None
    return Happening(kind, UUID(int=9), REFERRAL, later(at), detail, supporter)


def told(messages: tuple[Message, ...]) -> list[str]:
    return sorted(message.recipient.kind for message in messages if message.cancelled is None)


EVERY = [
    (RECEIVED, None, ["programme", "referrer"], "receipt"),
    (RECEIVED, "urgent", ["programme", "referrer"], "receipt"),
    (ACCEPTED, None, ["person", "referrer"], "decision"),
    (DECLINED, "no-capacity", ["referrer"], "decision"),
    (WAITING, None, ["person", "referrer"], "decision"),
    (HELD, None, ["person", "referrer"], "receipt"),
    (REDIRECTED, None, ["referrer"], "decision"),
    (MATCH_MADE, None, ["person", "referrer", "supporter"], "progress"),
    (FIRST_SESSION, None, ["referrer"], "progress"),
    (MATCH_ENDED, "planned", ["person", "referrer"], "outcome"),
    (MATCH_ENDED, "an-ending-not-known-here", ["person", "referrer"], "outcome"),
    (MATCH_ENDED, "died", ["referrer"], "outcome"),
    (CLOSED, "withdrawn", ["person", "referrer"], "outcome"),
    (CLOSED, "died", ["referrer"], "outcome"),
    (CLOSED, "declined", [], "outcome"),
    (CLOSED, "redirected", [], "outcome"),
    (CLOSED, "entered-in-error", ["referrer"], "outcome"),
    (RELEASED, "released", ["programme"], "outcome"),
    (REOPENED, "person-came-back", ["person", "programme", "referrer"], "receipt"),
    (PROMISE_MISSED, "acknowledge", ["programme"], "decision"),
    (PROMISE_MISSED, "decide", ["programme"], "decision"),
    (PROMISE_MISSED, "take-on", ["programme", "referrer"], "decision"),
    (PROMISE_MISSED, "look-again", ["programme"], "decision"),
    (CONSENT_ENDING, "share-referral", ["person", "programme"], "receipt"),
    (CONSENT_ENDING, "contact-person", ["person", "programme"], "receipt"),
    (CONSENT_ENDING, "tell-referrer", ["person", "referrer"], "receipt"),
]
"""What happens, who is told of it, and from which level of feedback on a referrer is."""


@pytest.mark.parametrize(("kind", "detail", "whom", "level"), EVERY)
def test_the_table_says_who_is_told(kind: str, detail: str | None, whom: list[str], level: str) -> None:
    assert told(messages_of(a_referral(), it_happened(kind, detail))) == whom
    assert NEEDED[kind] == level


def test_nothing_of_the_table_is_left_out_of_its_test() -> None:
    assert {kind for kind, *_ in EVERY} == set(TOLD) == set(NEEDED)
    assert {(kind, detail) for kind, detail, *_ in EVERY} >= set(TOLD_WHEN)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("kind", "detail", "whom", "needed"), EVERY)
def test_a_referrer_hears_as_much_as_the_person_agreed_to(
    kind: str, detail: str | None, whom: list[str], needed: str, level: str
) -> None:
    referral = note(Referral(REFERRAL), (), [made(feedback=level)]).referral

    messages = messages_of(referral, it_happened(kind, detail))

    beyond = LEVELS.index(needed) > LEVELS.index(level)
    assert told(messages) == [who for who in whom if who != "referrer" or not beyond]
    assert {one.cancelled for one in messages if one.cancelled} <= {"beyond-feedback"}


@pytest.mark.parametrize(("kind", "detail", "whom", "needed"), EVERY)
def test_after_a_death_only_organisations_hear_from_a_machine(
    kind: str, detail: str | None, whom: list[str], needed: str
) -> None:
    heard = told(messages_of(a_referral(died=True), it_happened(kind, detail)))

    assert heard == [who for who in whom if who in {"programme", "referrer"}]


@pytest.mark.parametrize(("kind", "detail", "whom", "needed"), EVERY)
def test_an_organisation_that_refers_to_a_programme_of_its_own_is_told_once(
    kind: str, detail: str | None, whom: list[str], needed: str
) -> None:
    heard = messages_of(a_referral(programme_organisation_id=ORGANISATION), it_happened(kind, detail))

    ids = [one.recipient.id for one in heard]
    assert len(ids) == len(set(ids))
    assert (ORGANISATION in ids) == bool({"programme", "referrer"} & set(whom))


def test_a_new_referral_is_acknowledged_to_its_referrer_and_waits_for_its_programme() -> None:
    noted = note(Referral(REFERRAL), (), [made()])

    assert [(one.reason, str(one.recipient)) for one in noted.messages] == [
        (f"referral-received/{REFERRAL}", f"referrer/{ORGANISATION}"),
        (f"referral-received/{REFERRAL}", f"programme/{PROGRAMME}"),
    ]


def test_an_urgent_referral_is_told_as_one() -> None:
    noted = note(Referral(REFERRAL), (), [made(urgent=True)])

    assert {one.detail for one in noted.messages} == {"urgent"}


def test_somebody_who_referred_themself_is_told_that_it_arrived() -> None:
    noted = note(Referral(REFERRAL), (), [made(self_referred=True)])

    assert [str(one.recipient) for one in noted.messages] == [f"person/{PERSON}", f"programme/{PROGRAMME}"]


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

    assert told(noted.messages) == ["person", "programme", "referrer", "referrer", "supporter"]
    assert noted.waiting == ()


@pytest.mark.parametrize(
    ("purpose", "silent"),
    [("contact-person", "person"), ("tell-referrer", "referrer"), ("share-referral", "programme")],
)
def test_a_withdrawn_consent_silences_one_recipient(purpose: str, silent: str) -> None:
    news: list[News] = [made(), ConsentMoved(REFERRAL, purpose, granted=False, at=NOW), it_happened(REOPENED)]

    messages = note(Referral(REFERRAL), (), news).messages

    assert {one.recipient.kind for one in messages if one.cancelled == "consent-withdrawn"} == {silent}


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


def test_a_death_is_learned_from_the_ending_of_the_match_too() -> None:
    assert note(a_referral(), (), [it_happened(MATCH_ENDED, "died")]).referral.died


kinds = st.sampled_from(
    [
        it_happened(ACCEPTED, at=1),
        it_happened(DECLINED, "out-of-area", at=2),
        it_happened(CLOSED, "withdrawn", at=9),
        it_happened(CLOSED, "died", at=8),
        it_happened(REOPENED, "person-came-back", at=9),
    ]
)
consents = st.builds(
    ConsentMoved,
    st.just(REFERRAL),
    st.sampled_from(["contact-person", "tell-referrer", "share-referral"]),
    granted=st.booleans(),
    at=st.just(NOW),
    feedback=st.none() | st.sampled_from([*LEVELS, "a-level-not-known-here"]),
)
of_referrals = st.lists(kinds | consents, max_size=6).map(
    lambda news: [made(), *(in_time(piece, minute) for minute, piece in enumerate(news, start=1))]
)
of_matching = st.lists(
    st.tuples(
        st.sampled_from([(MATCH_MADE, None), (FIRST_SESSION, None), (MATCH_ENDED, "planned"), (MATCH_ENDED, "died")]),
        st.integers(0, 9),
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
        case ConsentMoved():
            return replace(piece, at=later(minute))
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
    return {
        (
            one.reason,
            str(one.recipient),
            stopped(referral, one.recipient.kind, one.told_of, needed=NEEDED[one.reason.partition("/")[0]]),
        )
        for one in messages
    }
