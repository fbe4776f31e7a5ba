"""A coordinator hands over whom they look after: all or what is chosen, whole or not at all."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_matching.domain import looking_after as domain
from kith_matching.domain.looking_after import MOST_AT_ONCE, Handover, Kind, Thing, check_asked, hand_over
from kith_matching.domain.subjects import SubjectNamesSomebody
from tests.conftest import AsCaller
from tests.matching.builders import NOW, ORGANISATION
from tests.matching.desk import Desk, a_supporter_body

THINGS = st.frozensets(st.builds(lambda kind: Thing(kind, new_id()), st.sampled_from(Kind)), min_size=1, max_size=20)


def handed(moved: Any, chosen: Any = None) -> Handover:
    return hand_over(
        moved,
        chosen,
        handover_id=new_id(),
        organisation_id=ORGANISATION,
        from_coordinator="s-1",
        to_coordinator="s-2",
        arranged_by="s-3",
        now=NOW,
    )


@given(THINGS)
def test_a_handover_counts_what_moved_of_each_kind(moved: frozenset[Thing]) -> None:
    kept = handed(moved)

    counted = Counter(one.kind for one in moved)
    assert (kept.supporters, kept.referrals, kept.matches) == tuple(counted[kind] for kind in Kind)


@given(theirs=THINGS, others=THINGS)
def test_what_is_with_somebody_else_stops_all_of_it(theirs: frozenset[Thing], others: frozenset[Thing]) -> None:
    handed(theirs, theirs)

    with pytest.raises(domain.NotLookedAfter):
        handed(theirs, theirs | others)


def test_nothing_is_no_handover() -> None:
    with pytest.raises(domain.NothingToHandOver):
        handed([])


def test_more_than_one_transaction_should_hold_is_handed_over_in_turns() -> None:
    many = [Thing(Kind.REFERRAL, new_id()) for _ in range(MOST_AT_ONCE + 1)]

    handed(many[1:])

    with pytest.raises(domain.TooMuchAtOnce):
        handed(many)


@pytest.mark.parametrize(
    ("giver", "taker", "refusal"),
    [
        ("s-1", "s-1", domain.HandedToThemself),
        ("s-1", "sam@example.org", SubjectNamesSomebody),
        ("Sam Testwell", "s-1", SubjectNamesSomebody),
        (None, "s-1", domain.ChooseWhat),
    ],
)
def test_a_handover_needs_two_who_are_not_named(giver: str | None, taker: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        check_asked(giver, taker, None)

    check_asked("s-1", "s-2", None)
    check_asked(None, "s-2", {Thing(Kind.MATCH, new_id())})


async def ids(desk: Desk, path: str, whose: str) -> list[str]:
    answer = await desk.get(path, params={"looked_after_by": whose})
    return [one["id"] for one in answer.json()["items"]]


async def test_who_proposes_looks_after_the_person_and_the_match_until_they_hand_over(desk: Desk) -> None:
    match_id = await desk.a_match()
    match = (await desk.get(f"/matches/{match_id}")).json()
    waiting = await desk.a_referral()
    await desk.a_referral()
    await desk.a_proposal(waiting)
    chosen = [{"kind": "match", "id": match_id}, {"kind": "referral", "id": str(waiting.referral_id)}]
    own = [await ids(desk, path, "me") for path in ("/supporters", "/matches", "/waiting")]

    some = await desk.create("/handovers", {"from_coordinator": "tester", "to_coordinator": "s-2", "chosen": chosen})
    after = [await ids(desk, path, "s-2") for path in ("/supporters", "/matches", "/waiting")]
    again = await desk.create("/handovers", {"from_coordinator": "tester", "to_coordinator": "s-2", "chosen": chosen})
    rest = await desk.create("/handovers", {"from_coordinator": "tester", "to_coordinator": "s-2"})

    assert own[1:] == [[match_id], [str(waiting.referral_id)]]
    assert match["supporter_id"] in own[0]
    assert after == [[], [match_id], [str(waiting.referral_id)]]
    assert (again.status_code, again.json()["code"]) == (409, "not-looked-after")
    kinds = ("supporters", "referrals", "matches")
    assert [some.json()[kind] for kind in kinds] == [0, 1, 1]
    assert [rest.json()[kind] for kind in kinds] == [2, 1, 0]
    assert await ids(desk, "/supporters", "me") == []
    listed = (await desk.get("/handovers")).json()["items"]
    assert [one["id"] for one in listed] == [some.json()["id"], rest.json()["id"]]


async def test_what_nobody_looks_after_is_taken_on_once_and_goes_to_who_proposes(desk: Desk) -> None:
    referral = await desk.a_referral()
    free = {"to_coordinator": "s-2", "chosen": [{"kind": "referral", "id": str(referral.referral_id)}]}
    foreign = {"to_coordinator": "s-2", "chosen": [{"kind": "referral", "id": str(new_id())}]}

    answers = [await desk.create("/handovers", body) for body in (foreign, free, free)]

    assert [answer.status_code for answer in answers] == [409, 201, 409]
    assert await ids(desk, "/waiting", "s-2") == [str(referral.referral_id)]
    await desk.a_proposal(referral)
    assert await ids(desk, "/waiting", "me") == [str(referral.referral_id)]


async def test_who_changes_a_supporter_does_not_take_them_from_a_colleague(desk: Desk, as_caller: AsCaller) -> None:
    supporter_id = await desk.a_supporter()
    colleague = as_caller("coordinator", organisation_id=desk.stage.organisation_id, subject="s-2")

    body = a_supporter_body(desk.programme.programme_id, capacity=5)
    changed = await desk.client.put(
        f"/supporters/{supporter_id}", json=body, headers={"If-Match": '"1"'}, auth=colleague
    )

    assert changed.status_code == 200
    assert await ids(desk, "/supporters", "tester") == [supporter_id]
