"""A supporter takes a record of what they did away with them, which names nobody and tells nothing that is theirs."""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from kith_matching.channels.paper import draw
from kith_matching.domain.competencies import Function, Role
from kith_matching.domain.experience import Experience, Record, TrainingHeld, write_record
from kith_matching.domain.match import Match
from kith_matching.domain.occasion import Occasion, Outcome
from kith_matching.domain.referral import Channel
from tests.builders import an_organisation_published
from tests.matching.builders import DAY, TODAY
from tests.matching.desk import Desk, a_training_body

DONE = Experience(
    name="Sam Testwell",
    organisation="Testwell Peers",
    programmes=("Long term conditions", "Self-management courses"),
    since=date(2025, 2, 3),
    until=date(2026, 11, 20),
    roles=(Role.MENTORING, Role.BEFRIENDING),
    functions=tuple(Function),
    sessions=41,
    session_minutes=2_475,
    people=7,
    supervisions=12,
    supervision_minutes=720,
)
COURSE = TrainingHeld("Active listening", date(2025, 1, 20), "NVQ Level 2", placement_weeks=2)


def words(record: Record) -> str:
    return "\n".join(f"{label}: {'; '.join(said)}" for label, said in record.lines)


def read(paper: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages)


def test_it_says_what_was_done_and_learnt_and_by_whom() -> None:
    record = write_record(DONE, [COURSE], today=TODAY)

    assert record.name == "Sam Testwell"
    assert record.foot.startswith("Written on 23 November 2026")
    assert dict(record.lines) == {
        "With": ("Testwell Peers",),
        "Programmes": ("Long term conditions", "Self-management courses"),
        "From and until": ("3 February 2025 to 20 November 2026",),
        "As": ("one to one mentoring", "befriending"),
        "What I did": dict(record.lines)["What I did"],
        "Sessions given": ("41, 41 h 15 min in all",),
        "People supported": ("7",),
        "Training": ("Active listening, 20 January 2025, NVQ Level 2, 2 weeks on placement",),
        "Supervision received": ("12, 12 h in all",),
    }
    assert len(dict(record.lines)["What I did"]) == 7


@given(st.integers(0, 30))
def test_of_fewer_than_five_people_no_number_is_said(people: int) -> None:
    said = dict(write_record(replace(DONE, people=people), (), today=TODAY).lines).get("People supported")

    if people == 0:
        assert said is None
    else:
        assert said == (("several",) if people < 5 else (str(people),))


def test_what_nothing_is_known_of_is_left_out() -> None:
    assert write_record(Experience("Sam Testwell", None), (), today=TODAY).lines == ()


def test_the_same_record_is_the_same_file_and_bears_only_its_own_day() -> None:
    record = write_record(DONE, [COURSE], today=TODAY)

    assert draw(record) == draw(record)
    assert PdfReader(BytesIO(draw(record))).metadata["/CreationDate"] == "D:20261123"  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Zoë Đặng-Test", "Zoë ?ang-Test"), ("Tŷ Dŵr", "Ty Dwr"), ("(Sam) \\ Test", "(Sam) \\ Test")],
)
def test_letters_that_the_fonts_have_are_kept_and_others_lose_their_marks(name: str, shown: str) -> None:
    assert shown in read(draw(write_record(replace(DONE, name=name), (), today=TODAY)))


def test_a_long_record_goes_on_on_another_page_and_loses_nothing() -> None:
    courses = [TrainingHeld(f"Course number {number} " + "and more " * 12, TODAY) for number in range(60)]

    paper = draw(write_record(DONE, courses, today=TODAY))

    assert len(PdfReader(BytesIO(paper)).pages) > 2
    assert all(f"Course number {number} " in read(paper) for number in range(60))
    assert read(paper).count("names nobody") == len(PdfReader(BytesIO(paper)).pages)


ABOUT = Occasion(TODAY - DAY, Outcome.HAPPENED, 90, Channel.IN_PERSON, ("grief",))


async def supported_twice(desk: Desk) -> Match:
    stage = desk.stage
    referral = await desk.a_referral()
    match = await stage.a_match(referral, await stage.a_supporter(desk.programme, experience=("bereavement",)))
    at_once = replace(ABOUT, held_on=TODAY)
    await stage.hold(match, at_once)
    await stage.hold(match, replace(at_once, outcome=Outcome.CANCELLED, minutes=0))
    await stage.meet(desk.programme, match.id, ABOUT, referral, supporter_ids=(match.supporter_id,))
    return match


async def test_it_counts_what_was_given_and_names_nobody_and_no_lived_experience(desk: Desk) -> None:
    organisation = an_organisation_published(organisation_id=desk.stage.organisation_id)
    await desk.stage.hear(organisation)
    match = await supported_twice(desk)
    await desk.put(f"/supporters/{match.supporter_id}/development", {"roles": ["befriending"]})
    course = a_training_body("2026-03-02", code="active-listening", credits="NVQ Level 2", placement_weeks=1)
    for training in (course, a_training_body("2025-01-20", code="safetalk")):
        await desk.create(f"/supporters/{match.supporter_id}/trainings", training)

    answer = await desk.get(f"/supporters/{match.supporter_id}/record-of-experience.pdf")

    said = read(answer.content)
    assert answer.headers["Content-Type"] == "application/pdf"
    for there in ("Sam Testwell", "2, 3 h in all", "several", "22 November 2026 to 23 November 2026", "befriending"):
        assert there in said
    assert re.search(
        r"safetalk, 20 January 2025\s+active listening, 2 March 2026, NVQ Level 2,\s+1\s+week\s+on\s+placement", said
    )
    assert organisation.organisation_name in said
    assert desk.programme.programme_name in said
    known = (match.id, match.referral_id, match.supporter_id, "bereavement", "diabetes", "gardening", "grief", "G12")
    assert [one for one in known if str(one) in said or str(one).encode() in answer.content] == []
