"""Whatever a concern is about, some desk answers: the nearest there is, and never nobody where there is any."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_matching.domain.duty_desk import (
    DistrictTaken,
    DutyDesk,
    EverythingElseUnanswered,
    check_desk,
    desk_for,
)
from tests.conftest import AsCaller
from tests.matching.desk import Desk
from tests.matching.test_concerns import Watch, a_desk, watch
from tests.matching.test_tenancy import A_DUTY_DESK, a_group

__all__ = ["watch"]  # a fixture

ALL = ("G12", "EH1", "BT7")
ONE, OTHER = UUID(int=11), UUID(int=12)
PROGRAMMES = st.sampled_from([None, ONE, OTHER])
DISTRICT = st.sampled_from([None, *ALL, "ZE1"])
DESKS = st.lists(
    st.builds(
        lambda programme_id, districts: a_desk(*sorted(districts), programme_id=programme_id),
        PROGRAMMES,
        st.sets(st.sampled_from(ALL), max_size=2),
    ),
    max_size=6,
)


def put(desks: Sequence[DutyDesk]) -> list[DutyDesk]:
    """Those of the desks that may be set up, one after the other."""
    kept: list[DutyDesk] = []
    for desk in desks:
        try:
            check_desk(desk, kept)
        except (DistrictTaken, EverythingElseUnanswered):
            continue
        kept.append(desk)
    return kept


def nearest(desks: Sequence[DutyDesk], programme_id: UUID | None, district: str | None) -> list[DutyDesk]:
    """Those that are asked for it in so many words, the nearest first."""
    own = [desk for desk in desks if programme_id is not None and desk.programme_id == programme_id]
    general = [desk for desk in desks if desk.programme_id is None]
    by_district = ([one for one in of if district in one.districts] for of in (own, general))
    elsewhere = ([one for one in of if not one.districts] for of in (own, general))
    own_there, there = by_district
    own_else, everything_else = elsewhere
    return [*own_there, *own_else, *there, *everything_else]


@given(desks=DESKS, programme_id=PROGRAMMES, district=DISTRICT)
def test_of_the_desks_that_could_be_set_up_exactly_one_is_nearest_to_anything(
    desks: list[DutyDesk], programme_id: UUID | None, district: str | None
) -> None:
    kept = put(desks)
    event(f"{len(kept)} desks")

    asked = nearest(kept, programme_id, district)

    assert desk_for(programme_id, district, kept) == (asked[0] if asked else None)
    assert bool(asked) == bool(kept)


@given(desks=DESKS, programme_id=PROGRAMMES, district=DISTRICT, order=st.randoms())
def test_where_there_is_any_desk_one_answers_and_the_same_in_whichever_order_they_are_kept(
    desks: list[DutyDesk], programme_id: UUID | None, district: str | None, order: Any
) -> None:
    shuffled = order.sample(desks, len(desks))

    found = desk_for(programme_id, district, desks)

    assert found == desk_for(programme_id, district, shuffled)
    assert (found is None) == (not desks)


@given(desks=DESKS)
def test_no_two_that_could_be_set_up_answer_for_the_same(desks: list[DutyDesk]) -> None:
    kept = put(desks)

    answered = [(one.programme_id, district) for one in kept for district in one.districts or ("everywhere else",)]

    assert len(answered) == len(set(answered))
    assert not kept or any(one.is_for_everything_else for one in kept)


def test_an_areas_desk_from_before_answers_what_has_no_area_and_its_mailboxes_may_still_be_changed() -> None:
    first, second = sorted([a_desk("G12"), a_desk("EH1")], key=lambda desk: desk.id)

    assert desk_for(None, None, [second, first]) == first
    assert desk_for(ONE, "EH1", [first, second]) == next(one for one in (first, second) if "EH1" in one.districts)
    check_desk(replace(first, chase_after_days=1), [first, second])
    with pytest.raises(EverythingElseUnanswered):
        check_desk(a_desk("BT7"), [first, second])


async def set_up(watch: Watch, **different: Any) -> str:
    desk_id = str(new_id())
    async with watch.speaks(watch.lead) as desk:
        answer = await desk.put(f"/duty-desks/{desk_id}", A_DUTY_DESK | different)
    assert answer.status_code == 201, answer.text
    return desk_id


async def desk_of(watch: Watch, **about: str) -> Any:
    return (await watch.read((await watch.raise_(**about))["id"]))["desk_id"]


async def test_an_organisation_says_first_who_answers_for_everything_else_and_keeps_saying_it(watch: Watch) -> None:
    async with watch.speaks(watch.lead) as desk:
        area = await desk.put(f"/duty-desks/{new_id()}", A_DUTY_DESK | {"districts": ["G12"]})
        path = f"/duty-desks/{new_id()}"
        everywhere = await desk.put(path, A_DUTY_DESK)
        taken_away = await desk.put(path, A_DUTY_DESK | {"districts": ["EH1"]}, everywhere.headers["ETag"])

    assert [one.status_code for one in (area, everywhere, taken_away)] == [409, 201, 409]
    assert area.json()["code"] == taken_away.json()["code"] == "everything-else-unanswered"


async def test_a_programmes_own_desk_is_told_of_what_its_people_say(watch: Watch) -> None:
    everywhere = await set_up(watch)
    near = await set_up(watch, districts=["G12"])
    own = await set_up(watch, programme_id=str(watch.desk.programme.programme_id))
    referral = await watch.desk.a_referral(district="G12")

    about = {"about": "referral", "about_id": str(referral.referral_id)}

    assert await desk_of(watch, **about) == own
    assert await desk_of(watch) == everywhere
    assert near not in {own, everywhere}


async def test_a_desk_is_not_for_another_organisations_programme(watch: Watch, desk: Desk) -> None:
    await set_up(watch)
    other = await Desk(desk.client, desk.stage.of_another_organisation(), lambda *_, **__: desk.auth).open()

    async with watch.speaks(watch.lead) as lead:
        body = A_DUTY_DESK | {"programme_id": str(other.programme.programme_id)}
        refused = await lead.put(f"/duty-desks/{new_id()}", body)

    assert (refused.status_code, refused.json()["code"]) == (409, "not-your-programme")


@pytest.mark.parametrize("about", ["supporter", "group", "contact", "session", "incident"])
async def test_what_somebody_has_in_hand_leads_to_its_programmes_desk(watch: Watch, about: str) -> None:
    desk = watch.desk
    await set_up(watch)
    own = await set_up(watch, programme_id=str(desk.programme.programme_id))
    programme_id, supporter_id = str(desk.programme.programme_id), await desk.a_supporter()
    held = {"held_on": desk.today, "minutes": 60, "channel": "in-person"}
    match about:
        case "supporter":
            about_id = supporter_id
        case "group":
            about_id = str(new_id())
            await desk.put(f"/groups/{about_id}", a_group(desk, supporter_id))
        case "contact":
            body = {"programme_id": programme_id, "held_on": desk.today, "kind": "drop-in", "people": 3}
            about_id = (await desk.create("/contacts", body)).json()["id"]
        case "session":
            there = {"supporter_ids": [supporter_id], "attended_referral_ids": []}
            body = {"kind": "group", "group_id": str(new_id()), "programme_id": programme_id, **held, **there}
            about_id = (await desk.create("/sessions", body)).json()["id"]
        case _:
            body = {"kind": "near-miss", "happened_on": desk.today, "supporter_id": supporter_id}
            about_id = (await desk.create("/incidents", body)).json()["id"]

    assert await desk_of(watch, about=about, about_id=about_id) == own


async def test_of_a_supporter_in_two_programmes_nobody_says_which_it_is(watch: Watch, as_caller: AsCaller) -> None:
    everywhere = await set_up(watch)
    await set_up(watch, programme_id=str(watch.desk.programme.programme_id))
    also = await Desk(watch.desk.client, watch.desk.stage, as_caller).open()
    both = [str(one.programme_id) for one in (watch.desk.programme, also.programme)]

    supporter_id = await watch.desk.a_supporter(programme_ids=both)

    assert await desk_of(watch, about="supporter", about_id=supporter_id) == everywhere
