"""Who may agree that a person is referred, at which age, in which nation, and by which power."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_referrals.domain.agreeing import (
    AGREES_ALONE,
    PRESUMED_IN_SCOTLAND,
    Agreement,
    Agrees,
    check_age,
    check_may_agree,
)
from kith_referrals.domain.nations import Nation
from kith_referrals.domain.network import Programme
from kith_referrals.domain.person_refusals import (
    AgeOutsideProgramme,
    ParentOfAdult,
    ParentOfUnknownAge,
    PowerActMissing,
    PowerExpired,
    PowerNotSeen,
    TooYoungToAgree,
)
from kith_referrals.domain.refusals import ReferralRefused
from tests.builders import TODAY

DAY = timedelta(days=1)
POWERS = (Agrees.ATTORNEY, Agrees.GUARDIAN, Agrees.DEPUTY)
THEMSELVES = (Agrees.SELF, Agrees.SUPPORTED)

ages = st.none() | st.integers(0, 110)
limits = st.none() | st.integers(0, 110)
nations = st.none() | st.sampled_from(Nation)
days = st.none() | st.dates(TODAY - 400 * DAY, TODAY + 400 * DAY)
agreements = st.builds(
    Agreement,
    agrees=st.sampled_from(Agrees),
    nation=nations,
    understands=st.booleans(),
    power_act=st.sampled_from([None, "MCA-2005"]),
    power_seen_on=days,
    power_expires_on=days,
)


def a_programme(minimum: int | None = None, maximum: int | None = None) -> Programme:
    return Programme(UUID(int=3), UUID(int=2), "right-here", "Right Here", "group", "formal", minimum, maximum)


def may_agree(agreement: Agreement, age: int | None, programme: Programme) -> bool:
    try:
        check_may_agree(agreement, age, programme, TODAY)
    except ReferralRefused:
        return False
    return True


def a_power(agrees: Agrees = Agrees.ATTORNEY, **changes: object) -> Agreement:
    told: dict[str, object] = {"power_act": "AWISA-2000", "power_seen_on": TODAY}
    return Agreement(agrees, **told | changes)  # type: ignore[arg-type]


@given(st.integers(AGREES_ALONE, 110), st.sampled_from(THEMSELVES), nations, st.booleans(), limits)
def test_from_16_everybody_agrees_for_themself(
    age: int, agrees: Agrees, nation: Nation | None, understands: bool, minimum: int | None
) -> None:
    assert may_agree(Agreement(agrees, nation, understands), age, a_programme(minimum))


@given(st.integers(0, AGREES_ALONE - 1), st.sampled_from(THEMSELVES), nations, st.booleans(), limits)
def test_below_16_somebody_agrees_who_understands_where_the_programme_is_for_them_or_in_scotland_from_12(
    age: int, agrees: Agrees, nation: Nation | None, understands: bool, minimum: int | None
) -> None:
    expected = (understands and minimum is not None and minimum <= age) or (
        nation is Nation.SCOTLAND and age >= PRESUMED_IN_SCOTLAND
    )

    assert may_agree(Agreement(agrees, nation, understands), age, a_programme(minimum)) == expected


@given(agreements, ages, limits)
def test_without_a_nation_the_rule_is_never_laxer_than_with_one(
    agreement: Agreement, age: int | None, minimum: int | None
) -> None:
    nowhere = Agreement(
        agreement.agrees,
        None,
        agreement.understands,
        agreement.power_act,
        agreement.power_seen_on,
        agreement.power_expires_on,
    )

    if may_agree(nowhere, age, a_programme(minimum)):
        assert may_agree(agreement, age, a_programme(minimum))


@given(ages)
def test_a_parent_agrees_exactly_for_a_child_of_known_age(age: int | None) -> None:
    assert may_agree(Agreement(Agrees.PARENT), age, a_programme()) == (age is not None and age < AGREES_ALONE)


@given(st.sampled_from(POWERS), days, days, st.sampled_from([None, "MCA-2005"]), ages)
def test_a_power_counts_exactly_when_it_was_seen_under_a_law_and_has_not_expired(
    agrees: Agrees, seen: object, expires: object, act: str | None, age: int | None
) -> None:
    agreement = a_power(agrees, power_act=act, power_seen_on=seen, power_expires_on=expires)
    expected = (
        act is not None
        and agreement.power_seen_on is not None
        and agreement.power_seen_on <= TODAY
        and (agreement.power_expires_on is None or agreement.power_expires_on >= TODAY)
    )

    assert may_agree(agreement, age, a_programme()) == expected


@pytest.mark.parametrize(
    ("agreement", "age", "refusal"),
    [
        (Agreement(), 15, TooYoungToAgree),
        (Agreement(Agrees.PARENT), 16, ParentOfAdult),
        (Agreement(Agrees.PARENT), None, ParentOfUnknownAge),
        (a_power(power_act=None), 80, PowerActMissing),
        (a_power(power_seen_on=None), 80, PowerNotSeen),
        (a_power(power_seen_on=TODAY + DAY), 80, PowerNotSeen),
        (a_power(power_expires_on=TODAY - DAY), 80, PowerExpired),
    ],
)
def test_who_may_not_agree_is_told_why(agreement: Agreement, age: int | None, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        check_may_agree(agreement, age, a_programme(), TODAY)


@given(ages, limits, limits)
def test_a_programme_is_for_the_ages_that_it_names_both_ends_included(
    age: int | None, minimum: int | None, maximum: int | None
) -> None:
    inside = age is None or (minimum or 0) <= age <= (110 if maximum is None else maximum)
    try:
        check_age(age, a_programme(minimum, maximum))
    except AgeOutsideProgramme:
        assert not inside
    else:
        assert inside


def test_an_agreement_does_not_show_in_a_traceback() -> None:
    assert "AWISA" not in repr(a_power())
