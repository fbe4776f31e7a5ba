"""The form's answers: what is kept, what is asked for again, and that nothing typed can break it."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_referrals.domain.consent import Feedback
from kith_referrals.domain.referral import Source
from kith_referrals.domain.self_referral import filling
from kith_referrals.domain.self_referral.filling import Fault, Filled, Form
from kith_referrals.pages import words
from tests.builders import TODAY
from tests.referrals.forms import FORM

NEEDS, LANGUAGES = ("isolation", "stress"), tuple(words.LANGUAGES)
VALUES = st.one_of(
    st.text(), st.sampled_from(["yes", "myself", "on-behalf", "31", "2", "1981", "EH16", "a@b.cd", "en"])
)
NAMES = st.sampled_from([*FORM, "knows", "birth-unsaid", "postcode-unsaid", "needs-unsaid"])


def a_form(**changes: Any) -> Form:
    said = FORM | {name.replace("_", "-"): value for name, value in changes.items()}
    return Form(
        {
            name: tuple(value) if isinstance(value, list) else (value,)
            for name, value in said.items()
            if value is not None
        }
    )


def read(form: Form, *, asks_feedback: bool = False) -> Filled | list[Fault]:
    return filling.read(form, needs=NEEDS, languages=LANGUAGES, asks_feedback=asks_feedback, today=TODAY)


def filled(**changes: Any) -> Filled:
    done = read(a_form(**changes))
    assert isinstance(done, Filled), done
    return done


def wrong(**changes: Any) -> list[str]:
    faults = read(a_form(**changes))
    assert isinstance(faults, list)
    return [fault.field for fault in faults]


def test_everything_that_was_said_is_there_in_its_kept_form() -> None:
    done = filled()

    assert (done.source, done.birth_date, done.postcode) == (Source.SELF, date(1981, 2, 3), "EH16 5XX")
    assert (done.contact_by, done.needs, done.language) == (("email", "text"), NEEDS, "cy")


def test_what_is_not_ticked_is_not_kept_and_need_not_be_said() -> None:
    done = filled(contact=None, email="", telephone="", needs=None, notes="")

    assert (done.contact_by, done.email, done.telephone, done.needs, done.notes) == ((), None, None, (), None)


@pytest.mark.parametrize(
    ("unsaid", "kept"), [("birth_unsaid", "birth_date"), ("postcode_unsaid", "postcode"), ("needs_unsaid", "needs")]
)
def test_who_prefers_not_to_say_has_said_nothing_whatever_was_typed_before(unsaid: str, kept: str) -> None:
    assert not getattr(filled(**{unsaid: "yes"}), kept)


def test_somebody_who_is_helped_asks_for_themself() -> None:
    assert filled(who="helped").source is Source.SELF
    assert filled(who="on-behalf", knows="yes").source is Source.ON_BEHALF


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"who": None}, ["who"]),
        ({"who": "a-stranger"}, ["who"]),
        ({"who": "on-behalf"}, ["knows"]),
        ({"family_name": "  "}, ["family-name"]),
        ({"family_name": "x" * 201}, ["family-name"]),
        ({"given_name": "x" * 201}, ["given-name"]),
        ({"birth_day": "", "birth_month": "", "birth_year": ""}, ["birth-day"]),
        ({"birth_day": "31", "birth_month": "2"}, ["birth-day"]),
        ({"birth_month": "²"}, ["birth-day"]),
        ({"birth_year": "2999"}, ["birth-year"]),
        ({"birth_year": "81"}, ["birth-year"]),
        ({"postcode": ""}, ["postcode"]),
        ({"postcode": "nowhere"}, ["postcode"]),
        ({"email": "nobody"}, ["email"]),
        ({"email": ""}, ["email"]),
        ({"contact": ["text"]}, ["contact-email"]),
        ({"telephone": "0770"}, ["telephone"]),
        ({"contact": ["email"]}, ["contact-telephone"]),
        ({"language": "xx"}, ["language"]),
        ({"notes": "x" * 20_001}, ["notes"]),
        ({"agree": None}, ["agree"]),
        ({"who": None, "agree": None, "postcode": "?"}, ["who", "postcode", "agree"]),
    ],
)
def test_what_cannot_be_right_is_asked_for_again_at_its_field(changes: dict[str, Any], fields: list[str]) -> None:
    assert wrong(**changes) == fields


@given(st.dictionaries(NAMES, st.lists(VALUES, min_size=1, max_size=3).map(tuple)))
def test_any_form_is_answers_or_faults(fields: dict[str, tuple[str, ...]]) -> None:
    done = read(Form(fields))

    assert isinstance(done, Filled) or all(fault.says.endswith(".") for fault in done)


@given(st.dictionaries(NAMES, st.lists(VALUES, min_size=1, max_size=3).map(tuple)))
def test_without_the_tick_of_consent_there_are_no_answers(fields: dict[str, tuple[str, ...]]) -> None:
    without = {name: tuple(value for value in values if value != "yes") or ("",) for name, values in fields.items()}

    assert isinstance(read(Form({**a_form().fields, **without, "agree": ("no",)})), list)


@given(st.none() | st.lists(VALUES | st.sampled_from(Feedback), min_size=1, max_size=3))
def test_who_is_asked_what_the_referrer_hears_chooses_one_of_four_levels(said: list[str] | None) -> None:
    done = read(a_form(feedback=said), asks_feedback=True)

    if said and said[0] in list(Feedback):
        assert isinstance(done, Filled)
        assert done.feedback == said[0]
    else:
        assert done == [Fault("feedback", "Choose what they may hear.")]


@given(st.none() | st.lists(VALUES | st.sampled_from(Feedback), min_size=1, max_size=3))
def test_who_is_not_asked_what_the_referrer_hears_has_not_said_it(said: list[str] | None) -> None:
    assert read(a_form(feedback=said)) == read(a_form(feedback=None))


def test_what_the_referrer_hears_is_asked_for_again_in_its_place_on_the_page() -> None:
    faults = read(a_form(notes="x" * 20_001, feedback=None, agree=None), asks_feedback=True)

    assert isinstance(faults, list)
    assert [fault.field for fault in faults] == ["notes", "feedback", "agree"]


def test_answers_are_discreet_in_logs() -> None:
    assert not any(private in repr((filled(), a_form())) for private in ("Testwell", "example.org", "EH16", "Private"))
