"""What the directory says of an entry: how long one waits, whether anybody confirmed it, where it is, what finds it."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_referrals.domain import directory
from kith_referrals.domain.directory import CONDITIONS, FORMALITY, MODELS, NEEDS, QUALITY, TAXONOMIES, Term
from kith_referrals.domain.network import Capacity, Programme, ProgrammeEntry, Standing, check_takes_referrals
from kith_referrals.domain.refusals import ProgrammeClosed, TakesNoReferrals
from tests.builders import TODAY
from tests.referrals.world import a_programme, an_organisation

DAYS = st.dates(date(1950, 1, 1), date(2150, 1, 1))
LONG_AGO = TODAY.replace(year=2020)


def an_offer(formality: str = "formal", **said: object) -> Programme:
    return a_programme(an_organisation(), formality=formality, entry=ProgrammeEntry(**said))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("capacity", "days", "words"),
    [
        (Capacity.OPEN, None, "Takes new people now."),
        (Capacity.CLOSED, None, "Takes nobody new at present."),
        (Capacity.WAITING_LIST, None, "There is a waiting list."),
        (Capacity.WAITING_LIST, 1, "There is a waiting list: expect to wait about a day."),
        (Capacity.WAITING_LIST, 13, "There is a waiting list: expect to wait about 13 days."),
        (Capacity.WAITING_LIST, 60, "There is a waiting list: expect to wait about 9 weeks."),
    ],
)
def test_how_long_one_waits_is_said_in_words(capacity: Capacity, days: int | None, words: str) -> None:
    assert directory.wait_time("formal", Standing.ACTIVE, capacity, days) == words


def test_nobody_waits_for_what_is_informal_or_does_not_run() -> None:
    assert directory.wait_time("informal", Standing.ACTIVE, Capacity.OPEN, None) is None
    assert directory.wait_time("formal", Standing.TEMPORARILY_CLOSED, Capacity.OPEN, None) is None


@pytest.mark.parametrize(
    ("today", "limit"),
    [
        (date(2026, 11, 23), date(2026, 5, 23)),
        (date(2026, 3, 31), date(2025, 9, 30)),
        (date(2024, 8, 31), date(2024, 2, 29)),
        (date(2026, 6, 30), date(2025, 12, 30)),
    ],
)
def test_six_months_ago_is_the_same_day_of_its_month_or_the_months_last(today: date, limit: date) -> None:
    assert directory.stale_before(today) == limit


@given(day=DAYS)
def test_six_months_are_half_a_year_on_any_day(day: date) -> None:
    assert 181 <= (day - directory.stale_before(day)).days <= 184
    assert directory.stale_before(day) <= directory.stale_before(day + timedelta(days=1))


@given(today=DAYS, ago=st.integers(0, 400))
def test_an_entry_warns_once_nobody_confirmed_it_for_six_months(today: date, ago: int) -> None:
    day = today - timedelta(days=ago)
    late = day < directory.stale_before(today)

    confirmed = directory.alert(Standing.ACTIVE, day, LONG_AGO, today)
    new = directory.alert(Standing.ACTIVE, None, day, today)

    assert (confirmed is not None, new is not None) == (late, late)


def test_the_warning_says_since_when_and_what_to_do() -> None:
    assert directory.alert(Standing.ACTIVE, date(2026, 3, 3), LONG_AGO, TODAY) == (
        "Nobody has confirmed this entry since 3 March 2026. Check with the organisation before you rely on it."
    )
    assert "Nobody confirmed this entry." in str(directory.alert(Standing.INACTIVE, None, LONG_AGO, TODAY))


def test_what_is_gone_needs_no_confirming() -> None:
    assert directory.alert(Standing.DEFUNCT, None, LONG_AGO, TODAY) is None


def test_the_ids_of_taxonomies_and_terms_never_change() -> None:
    assert [str(taxonomy.id) for taxonomy in TAXONOMIES] == [
        "33ff7353-09a0-5ce9-9056-9591616fa231",
        "86c6be2e-9c3e-5176-99cd-3872d6d0959a",
        "6c06128b-0bfb-5ed6-b7d5-b3f515e41ae9",
        "723895d6-8779-59cd-96cf-0703db767ea7",
        "72c1c478-4670-54b9-991a-696fea2cc698",
    ]
    assert str(Term(NEEDS, "isolation").id) == "3305ab82-3f30-5cd4-bb67-92e44f384789"


def test_a_term_reads_as_people_write_it() -> None:
    assert Term(CONDITIONS, "type-2-diabetes").name == "Type 2 diabetes"


def test_models_and_formalities_are_there_before_anybody_uses_them() -> None:
    known = {(term.taxonomy, term.code) for term in directory.terms([("needs", "isolation"), ("models", "group")])}

    assert known == {
        (NEEDS, "isolation"),
        *((MODELS, code) for code in ("one-to-one", "group")),
        *((FORMALITY, code) for code in ("informal", "organised", "formal")),
        *(
            (QUALITY, code)
            for code in ("days-to-first-session", "checks-current", "supervision-on-time", "training-held")
        ),
    }


@given(
    channels=st.lists(st.sampled_from(["in-person", "telephone", "video", "text"])),
    districts=st.lists(st.sampled_from(["EH1", "EH16", "G12"])),
)
def test_a_programme_is_in_each_district_where_it_meets_and_once_by_each_other_channel(
    channels: list[str], districts: list[str]
) -> None:
    id_ = new_id()

    places = directory.places(id_, channels, districts)

    met: set[str | None] = {*districts} or {None}
    expected = {(channel, where) for channel in channels for where in (met if channel == "in-person" else {None})}
    assert {(place.channel, place.district) for place in places} == expected
    assert len({place.id for place in places}) == len(places) == len(expected)
    again = directory.places(id_, channels[::-1], districts[::-1])
    assert {place.id for place in again} == {place.id for place in places}


def test_two_programmes_share_no_place() -> None:
    one, other = (directory.places(UUID(int=number), ("video",), ()) for number in (1, 2))

    assert one[0].id != other[0].id


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Carer's café", ("Carer", "cafe")),
        ("drop-in_group", ("drop", "in", "group")),
        ("' | & !:* <->", ()),
        ("  ", ()),
        ("Siân\u2019s", ("Sian",)),
    ],
)
def test_words_are_letters_and_figures_without_marks(text: str, words: tuple[str, ...]) -> None:
    assert directory.search_words(text) == words


@given(text=st.text())
def test_words_are_never_more_or_longer_than_the_database_takes(text: str) -> None:
    words = directory.search_words(text)

    assert len(words) <= directory.MOST_WORDS
    assert all(word.isalnum() and len(word) <= directory.LONGEST_WORD for word in words)


@given(
    formality=st.sampled_from(["informal", "organised", "formal"]),
    status=st.sampled_from(Standing),
    capacity=st.sampled_from(Capacity),
)
def test_a_referral_is_taken_only_by_what_runs_and_is_not_closed(
    formality: str, status: Standing, capacity: Capacity
) -> None:
    offer = an_offer(formality, status=status, capacity=capacity)

    if formality == "informal":
        with pytest.raises(TakesNoReferrals):
            check_takes_referrals(offer)
    elif status is not Standing.ACTIVE or capacity is Capacity.CLOSED:
        with pytest.raises(ProgrammeClosed):
            check_takes_referrals(offer)
    else:
        check_takes_referrals(offer)


def test_who_refers_to_an_informal_programme_is_told_whom_to_ask() -> None:
    with pytest.raises(TakesNoReferrals, match=r"Contact: 07700 900999, club@example\.org\.$"):
        check_takes_referrals(an_offer("informal", telephone="07700 900999", email="club@example.org"))
    with pytest.raises(TakesNoReferrals, match="anybody may come"):
        check_takes_referrals(an_offer("informal"))
