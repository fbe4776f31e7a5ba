"""One row of an export: the first fault is the one reported, and any text is a row or a fault."""

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kith_referrals.domain.agreement import Offer
from kith_referrals.domain.consent import Purpose
from kith_referrals.domain.intake.mapping import Mapping
from kith_referrals.domain.intake.refusals import MappingUnusable
from kith_referrals.domain.intake.rows import Reader, Rejection, Row
from kith_referrals.domain.network import Capacity, Programme, ProgrammeEntry
from kith_referrals.domain.refusals import ProgrammeUnknown
from tests.builders import TODAY
from tests.referrals.exports import read_mapping
from tests.referrals.test_mapping import FILES, a_mapping
from tests.referrals.world import NHS_NUMBER

HOST = UUID(int=2)
SOMEBODY = UUID(int=4)
SLUGS = ("long-term-conditions", "dementia-peer-cafe", "relative-experience")
PROGRAMMES = {slug: Programme(UUID(int=3), HOST, slug, slug, "one-to-one", "formal") for slug in SLUGS}
OFFERS = {slug: Offer(programme) for slug, programme in PROGRAMMES.items()}

GOOD: dict[str, dict[str, str]] = {
    "northfield-health-board": {
        "Referral ID": "NHB-9-1",
        "CHI": "0101011237",
        "Forename": "Ailsa",
        "Surname": "Testwell",
        "DOB": "2001-01-01",
        "Postcode": "eh165xx",
        "Telephone": "0141 496 0667",
        "Email": "person1@example.org",
        "Condition": "Type 2 diabetes",
        "Reason for referral": "Would like a mentor 🙂",
        "Urgency": "routine",
        "Consent to share": "Y",
        "Consent date": "2026-09-26",
        "Referred by": "Dr A Example, Northfield Practice",
        "Referred on": "2026-10-05",
        "Programme": "long-term-conditions",
    },
    "harbour-trust-crm": {
        "Ref": "HT/9/1",
        "NHS No": "999 056 8855",
        "Full name": "MacAskill, Renée",
        "Date of birth": "03/06/1975",
        "Home postcode": "DH1 3ZZ",
        "Mobile": "07700 900113",
        "E-mail": "",
        "Needs": "bereavement|low mood",
        "Notes": "Isolated, lives alone.\nPrefers phone first.",
        "Consented?": "YES",
        "Consent recorded": "21/11/2026",
        "Source": "GP",
        "Date received": "11/10/2026",
        "Wants": "group",
    },
    "kinship-north-east": {
        "id": "K9-1",
        "carer_first": "Jacek",
        "carer_last": "O'Hare",
        "carer_dob": "28 Sep 1969",
        "postcode": "NE8 3ZZ",
        "phone": "0141 496 0704",
        "children_in_care": "2",
        "own_health": "arthritis",
        "wants_peer_with": "grandparent carer",
        "agreed_to_referral": "true",
        "agreed_on": "2026-11-13",
        "received": "2026-10-06",
    },
}


@cache
def sample(name: str) -> Reader:
    path = next(path for path in FILES if path.stem == name)
    return Reader.of(read_mapping(path)[1].mapping())


def read(name: str) -> Row | Rejection:
    return sample(name).read(GOOD[name], PROGRAMMES, OFFERS, TODAY, person_id=SOMEBODY)


def fault(name: str, cells: dict[str, str]) -> tuple[str, str] | None:
    found = sample(name).read(GOOD[name] | cells, PROGRAMMES, OFFERS, TODAY, person_id=SOMEBODY)
    return (found.column, found.code) if isinstance(found, Rejection) else None


def test_a_row_to_a_programme_that_no_agreement_covers_says_so() -> None:
    found = sample("harbour-trust-crm").read(GOOD["harbour-trust-crm"], PROGRAMMES, {}, TODAY, person_id=SOMEBODY)

    assert isinstance(found, Rejection)
    assert found.code == "no-agreement"


@pytest.mark.parametrize(
    ("name", "column", "nobody_agreed"),
    [
        ("northfield-health-board", "Programme", {"Consent to share": "N"}),
        ("harbour-trust-crm", "Wants", {"Consented?": "No"}),
        ("kinship-north-east", "id", {"agreed_to_referral": "false"}),
    ],
)
def test_a_row_to_a_closed_programme_is_rejected_where_it_names_it_before_its_consent_is_looked_at(
    name: str, column: str, nobody_agreed: dict[str, str]
) -> None:
    shut = ProgrammeEntry(capacity=Capacity.CLOSED)
    closed = {slug: replace(offer, entry=shut) for slug, offer in PROGRAMMES.items()}

    found = sample(name).read(GOOD[name] | nobody_agreed, closed, OFFERS, TODAY, person_id=SOMEBODY)

    assert isinstance(found, Rejection)
    assert (found.column, found.code) == (column, "programme-closed")


@pytest.mark.parametrize("name", GOOD)
def test_a_good_row_of_each_dialect_is_a_row(name: str) -> None:
    assert isinstance(read(name), Row)


def test_a_row_in_uk_dates_and_windows_words_says_what_it_means() -> None:
    row = read("harbour-trust-crm")

    assert isinstance(row, Row)
    assert (row.person.family_name, row.person.given_name, row.person.birth_date) == (
        "MacAskill",
        "Renée",
        date(1975, 6, 3),
    )
    assert (row.person.nhs_number, row.person.postcode) == (NHS_NUMBER, "DH1 3ZZ")
    assert (row.wish.needs, row.wish.received_on) == (("bereavement", "low-mood"), date(2026, 10, 11))
    assert row.offer.programme.slug == "dementia-peer-cafe"
    assert row.consents[Purpose.SHARE_REFERRAL].recorded_on == date(2026, 11, 21)
    assert row.wish.notes == "Notes: Isolated, lives alone.\nPrefers phone first."


def test_a_count_is_kept_by_its_name() -> None:
    row = read("kinship-north-east")

    assert isinstance(row, Row)
    assert row.wish.details == {"children-in-care": 2}


def test_a_word_without_a_code_stays_in_the_notes_and_becomes_none() -> None:
    row = sample("northfield-health-board").read(
        GOOD["northfield-health-board"] | {"Condition": "Testwell's syndrome"},
        PROGRAMMES,
        OFFERS,
        TODAY,
        person_id=SOMEBODY,
    )

    assert isinstance(row, Row)
    assert row.wish.conditions == ()
    assert "Condition: Testwell's syndrome" in (row.wish.notes or "")


NORTHFIELD, HARBOUR, KINSHIP = GOOD


@pytest.mark.parametrize(
    ("name", "cells", "found"),
    [
        (NORTHFIELD, {"Referral ID": " "}, ("Referral ID", "value-missing")),
        (NORTHFIELD, {"CHI": "0101011238"}, ("CHI", "identifier-check-digit")),
        (NORTHFIELD, {"CHI": "3102011234"}, ("CHI", "chi-date-unreal")),
        (NORTHFIELD, {"CHI": "1111111111"}, ("CHI", "identifier-repeated-digits")),
        (NORTHFIELD, {"CHI": "101011237"}, ("CHI", "identifier-unreadable")),
        (NORTHFIELD, {"CHI": ""}, None),
        (NORTHFIELD, {"Forename": ""}, None),
        (NORTHFIELD, {"Surname": ""}, ("Surname", "surname-missing")),
        (NORTHFIELD, {"DOB": ""}, ("DOB", "value-missing")),
        (NORTHFIELD, {"DOB": "31/02/1970"}, ("DOB", "date-unreadable")),
        (NORTHFIELD, {"DOB": "2027-12-28"}, ("DOB", "birth-date-after-today")),
        (NORTHFIELD, {"DOB": "2001-01-02"}, ("CHI", "chi-date-differs")),
        (NORTHFIELD, {"Postcode": ""}, None),
        (NORTHFIELD, {"Postcode": "none"}, ("Postcode", "postcode-unreadable")),
        (NORTHFIELD, {"Email": "none"}, ("Email", "email-unreadable")),
        (NORTHFIELD, {"Telephone": "in the mornings"}, None),
        (NORTHFIELD, {"Urgency": ""}, None),
        (NORTHFIELD, {"Urgency": "perhaps"}, ("Urgency", "value-unknown")),
        (NORTHFIELD, {"Consent to share": "N"}, ("Consent to share", "consent-missing")),
        (NORTHFIELD, {"Consent to share": ""}, ("Consent to share", "consent-missing")),
        (NORTHFIELD, {"Consent to share": "perhaps"}, ("Consent to share", "consent-unreadable")),
        (NORTHFIELD, {"Consent date": ""}, ("Consent date", "consent-date-missing")),
        (NORTHFIELD, {"Consent date": "2026-11-24"}, ("Consent date", "consent-after-today")),
        (NORTHFIELD, {"Consent date": "2026-11-23"}, None),
        (NORTHFIELD, {"Consent date": "yesterday"}, ("Consent date", "date-unreadable")),
        (NORTHFIELD, {"Referred on": ""}, None),
        (NORTHFIELD, {"Referred on": "last week"}, ("Referred on", "date-unreadable")),
        (NORTHFIELD, {"Programme": "no-such-programme"}, ("Programme", "programme-unknown")),
        (NORTHFIELD, {"Programme": ""}, ("Programme", "programme-unknown")),
        (NORTHFIELD, {"Programme": " Long-Term-Conditions "}, None),
        (HARBOUR, {"NHS No": "0000000000"}, ("NHS No", "identifier-repeated-digits")),
        (HARBOUR, {"NHS No": "999 056 8856"}, ("NHS No", "identifier-check-digit")),
        (HARBOUR, {"Full name": ", Renée"}, ("Full name", "surname-missing")),
        (HARBOUR, {"Date of birth": "13/13/1980"}, ("Date of birth", "date-unreadable")),
        (HARBOUR, {"Consented?": "No"}, ("Consented?", "consent-missing")),
        (HARBOUR, {"Wants": "whatever"}, ("Wants", "programme-unknown")),
        (HARBOUR, {"Source": "a neighbour"}, None),
        (KINSHIP, {"children_in_care": "two"}, ("children_in_care", "count-unreadable")),
        (KINSHIP, {"children_in_care": ""}, None),
        (KINSHIP, {"carer_dob": "1 Foo 1960"}, ("carer_dob", "date-unreadable")),
        (KINSHIP, {"agreed_to_referral": "false"}, ("agreed_to_referral", "consent-missing")),
        (KINSHIP, {"wants_peer_with": "somebody kind"}, None),
    ],
)
def test_a_fault_is_reported_with_the_column_as_the_file_names_it(
    name: str, cells: dict[str, str], found: tuple[str, str] | None
) -> None:
    assert fault(name, cells) == found


STAGES: list[tuple[str, dict[str, str]]] = [
    ("Referral ID", {"Referral ID": ""}),
    ("CHI", {"CHI": "0101011238"}),
    ("Surname", {"Surname": ""}),
    ("DOB", {"DOB": "31/02/1970"}),
    ("Postcode", {"Postcode": "none"}),
    ("Email", {"Email": "none"}),
    ("Urgency", {"Urgency": "perhaps"}),
    ("Referred on", {"Referred on": "last week"}),
    ("CHI", {"DOB": "2001-01-02"}),
    ("Programme", {"Programme": "no-such-programme"}),
    ("Consent to share", {"Consent to share": "N"}),
    ("Consent date", {"Consent date": "2026-11-24"}),
]
"""One fault each, in the order in which they are looked for."""


@given(st.sets(st.integers(0, len(STAGES) - 1), min_size=1))
@settings(deadline=None)
def test_of_several_faults_the_first_is_reported(which: set[int]) -> None:
    cells: dict[str, str] = {}
    for place in sorted(which, reverse=True):
        cells |= STAGES[place][1]

    found = fault(NORTHFIELD, cells)

    assert found is not None
    assert found[0] == STAGES[min(which)][0]


@pytest.mark.parametrize("name", GOOD)
@given(data=st.data())
@settings(deadline=None)
def test_any_text_in_any_columns_is_a_row_or_one_fault(name: str, data: st.DataObject) -> None:
    texts = st.text(st.characters(codec=None), max_size=30) | st.sampled_from(list(GOOD[name].values()))
    cells = {column: data.draw(texts | st.just(text)) for column, text in GOOD[name].items()}

    found = sample(name).read(cells, PROGRAMMES, OFFERS, TODAY, person_id=SOMEBODY)

    assert isinstance(found, Row) or found.column in cells


@pytest.mark.parametrize("name", GOOD)
@given(data=st.data())
@settings(deadline=None)
def test_a_fault_never_repeats_what_the_row_says(name: str, data: st.DataObject) -> None:
    column = data.draw(st.sampled_from(sorted(GOOD[name])))
    secret = "Xq7-private"

    found = sample(name).read(GOOD[name] | {column: secret}, PROGRAMMES, OFFERS, TODAY, person_id=SOMEBODY)

    if isinstance(found, Rejection):
        assert secret not in found.message


@given(st.text(st.characters(codec=None), max_size=20), st.text(st.characters(codec=None), max_size=20))
def test_two_rows_are_the_same_row_exactly_when_their_imported_cells_are(one: str, other: str) -> None:
    reader = sample("kinship-north-east")
    cells = [GOOD["kinship-north-east"] | {"phone": text, "child_names": "Secret"} for text in (one, other)]

    assert (reader.digest(cells[0]) == reader.digest(cells[1])) == (one == other)


def test_a_column_that_is_never_imported_does_not_count_and_is_not_kept() -> None:
    reader = sample("kinship-north-east")
    good = GOOD["kinship-north-east"]

    assert reader.digest(good | {"child_names": "Secret"}) == reader.digest(good)
    assert "child_names" not in reader.kept(good | {"child_names": "Secret"})


def test_the_same_cells_taken_for_something_else_are_another_row() -> None:
    def reader(to: str) -> Reader:
        mapping: Mapping = a_mapping({"column": "Text", "to": to}).mapping()
        return Reader.of(mapping)

    cells = dict.fromkeys(("Ref", "Surname", "Consent", "Consent date", "Programme", "Text"), "x")

    assert reader("notes").digest(cells) != reader("telephone").digest(cells)


def test_rows_without_a_column_of_the_mapping_are_refused_before_any_is_read() -> None:
    cells: dict[str, Any] = {column: text for column, text in GOOD[KINSHIP].items() if column != "agreed_to_referral"}

    with pytest.raises(MappingUnusable, match="agreed_to_referral"):
        sample(KINSHIP).check_columns([GOOD[KINSHIP], cells])


def test_a_constant_programme_that_there_is_not_is_no_fault_of_the_rows() -> None:
    with pytest.raises(ProgrammeUnknown):
        sample(KINSHIP).check_programme({})
