"""Charity numbers: each regulator's own form, and no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_referrals.domain.charities import Regulator, charity_number
from kith_referrals.domain.network import Organisation, OrganisationEntry
from kith_referrals.domain.refusals import CharityNumberInvalid
from tests.referrals.world import an_organisation

GOOD = {
    Regulator.ENGLAND_AND_WALES: ["123456", "1234567", "1234567-1", "123456-12"],
    Regulator.SCOTLAND: ["SC123456"],
    Regulator.NORTHERN_IRELAND: ["123456", "NIC123456"],
}
BAD = {
    Regulator.ENGLAND_AND_WALES: ["12345", "12345678", "1234567-", "SC123456", "1234567\u0660", ""],
    Regulator.SCOTLAND: ["123456", "SC12345", "SC1234567", "NIC123456"],
    Regulator.NORTHERN_IRELAND: ["1234567", "NI123456", "SC123456"],
}


def an_entry(number: str | None, regulator: Regulator | None) -> Organisation:
    return an_organisation(entry=OrganisationEntry(charity_number=number, charity_regulator=regulator))


@pytest.mark.parametrize(("regulator", "number"), [(who, number) for who, known in GOOD.items() for number in known])
def test_a_number_in_its_regulators_form_is_kept(regulator: Regulator, number: str) -> None:
    assert charity_number(number, regulator) == number
    assert charity_number(f" {number[:4].lower()} {number[4:]}", regulator) == number


@pytest.mark.parametrize(("regulator", "number"), [(who, number) for who, wrong in BAD.items() for number in wrong])
def test_a_number_in_another_form_is_refused(regulator: Regulator, number: str) -> None:
    with pytest.raises(CharityNumberInvalid):
        charity_number(number, regulator)


@given(text=st.text(max_size=12), regulator=st.sampled_from(Regulator))
def test_what_is_kept_is_kept_again_unchanged(text: str, regulator: Regulator) -> None:
    try:
        kept = charity_number(text, regulator)
    except CharityNumberInvalid:
        return
    assert charity_number(kept, regulator) == kept
    assert kept.isascii()


@pytest.mark.parametrize(("number", "regulator"), [("123456", None), (None, Regulator.SCOTLAND)])
def test_a_number_and_its_regulator_go_together(number: str | None, regulator: Regulator | None) -> None:
    with pytest.raises(CharityNumberInvalid, match="both or neither"):
        an_entry(number, regulator).checked()


def test_an_organisation_needs_no_number() -> None:
    council = an_entry(None, None)

    assert council.checked() == council


def test_an_organisations_number_is_kept_in_its_form() -> None:
    assert an_entry("sc 123456", Regulator.SCOTLAND).checked().entry.charity_number == "SC123456"
