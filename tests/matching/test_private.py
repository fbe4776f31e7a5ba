"""What a supporter keeps to themself stops pairs in silence: what they avoid, and that they are supported too."""

from datetime import timedelta
from uuid import UUID

import pytest

from kith_chassis.clock import new_id, new_pseudonym, now, today
from kith_contracts.referrals import ReferralCreated
from kith_matching.domain.private import Private
from kith_matching.domain.refusals import PairStopped
from kith_matching.domain.rules import Pair, check_pair
from kith_matching.domain.score import rank
from kith_matching.domain.supporter import SupporterState
from tests.builders import a_person_erased
from tests.matching.builders import TODAY, a_pair
from tests.matching.desk import Desk
from tests.matching.test_erasing import left

PERSON = new_pseudonym()
BRINGS = {
    "person_id": PERSON,
    "needs": ("grief",),
    "conditions": ("cancer",),
    "interests": ("chess",),
    "connections": {"impact": ("lost-a-job",)},
}


def that_keeps(private: Private, **different: object) -> Pair:
    return a_pair(referral=BRINGS, supporter=different, private=private)


SILENT = [
    Private(avoids=frozenset({"grief"})),
    Private(avoids=frozenset({"cancer", "chess"})),
    Private(avoids=frozenset({"lost-a-job"})),
    Private(person_id=PERSON),
]


@pytest.mark.parametrize("private", SILENT)
def test_what_a_supporter_keeps_leaves_them_out_without_a_word(private: Private) -> None:
    ranking = rank([that_keeps(private)], TODAY)

    assert (ranking.candidates, ranking.blocked) == ((), ())


@pytest.mark.parametrize("private", SILENT)
def test_where_another_rule_stops_the_pair_only_that_one_is_named(private: Private) -> None:
    ranking = rank([that_keeps(private, state=SupporterState.RESTING)], TODAY)

    assert [[stop.code for stop in one.stops] for one in ranking.blocked] == [["supporter-not-active"]]


def test_whatever_is_kept_the_refusal_is_the_same() -> None:
    refusals = set()

    for private in SILENT:
        with pytest.raises(PairStopped) as refused:
            check_pair(that_keeps(private), TODAY)
        refusals.add((refused.value.code, refused.value.message))

    assert [code for code, _ in refusals] == ["not-offered"]


@pytest.mark.parametrize("private", [Private(avoids=frozenset({"chess", "arson"})), Private(person_id=new_pseudonym())])
def test_what_the_person_does_not_bring_stops_nothing(private: Private) -> None:
    assert len(rank([that_keeps(private)], TODAY).candidates) == 1


def test_what_is_kept_hides_from_repr() -> None:
    assert not any(word in repr(SILENT) for word in ("grief", "cancer", str(PERSON)))


async def kept_from(desk: Desk, referral: ReferralCreated, supporter_id: str) -> None:
    """The pair is in neither list, no count and no round gives it away, and proposing it says nothing."""
    pair = {"referral_id": str(referral.referral_id), "supporter_id": supporter_id}

    shown = (await desk.get(f"/referrals/{referral.referral_id}/candidates")).json()
    refused = await desk.create("/proposals", pair)
    held = (await desk.create(f"/programmes/{desk.programme.programme_id}/rounds", None)).json()

    assert (shown["candidates"], shown["blocked"], shown["stopped_by"]) == ([], [], {})
    assert (refused.status_code, refused.json()["code"]) == (409, "not-offered")
    assert (held["people"], held["pairs"]) == (1, 0)


async def test_a_topic_to_avoid_keeps_a_person_from_a_supporter_and_is_never_shown(desk: Desk) -> None:
    referral, supporter_id = await desk.a_referral(), await desk.a_supporter(subject=None)
    path = f"/supporters/{supporter_id}/topics-to-avoid"

    answers = [await desk.put(path, {"codes": codes}) for codes in (["arson"], ["isolation", "arson"])]

    assert [(one.status_code, one.content, one.headers.get("ETag")) for one in answers] == [(204, b"", None)] * 2
    await kept_from(desk, referral, supporter_id)
    await desk.put(path, {"codes": []})
    assert (await desk.stage.candidates(referral))[0] == [UUID(supporter_id)]


async def test_nobody_supports_themself_and_an_erasure_undoes_what_says_so(desk: Desk) -> None:
    referral, supporter_id = await desk.a_referral(), await desk.a_supporter()
    who = {"person_id": str(referral.person_id)}

    linked = await desk.create(f"/supporters/{supporter_id}/person", who)

    assert (linked.status_code, linked.json()) == (201, {"supporter_id": supporter_id})
    await kept_from(desk, referral, supporter_id)
    assert await left(desk.stage, referral) == {"hat": [False], "referral": [False], "round-input": [False]}
    await desk.stage.hear(a_person_erased(referral))
    assert await left(desk.stage, referral) == {"referral": [True]}
    again = await desk.create(f"/supporters/{supporter_id}/person", who)
    assert (again.status_code, again.json()["code"]) == (409, "person-erased")


async def test_a_supporter_is_linked_only_with_somebody_whom_the_organisation_knows(desk: Desk) -> None:
    path = f"/supporters/{await desk.a_supporter()}/person"
    stranger = await desk.stage.of_another_organisation().a_programme()
    theirs = await desk.stage.of_another_organisation().an_accepted_referral(stranger)

    answers = [await desk.create(path, {"person_id": str(one)}) for one in (new_pseudonym(), theirs.person_id)]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [(404, "referral-not-found")] * 2


async def test_the_way_from_supported_to_supporter_shows_when_they_were_supported(desk: Desk) -> None:
    referral, supporter_id = await desk.a_referral(), await desk.a_supporter()
    before = (await desk.get(f"/supporters/{supporter_id}/progression")).json()
    proposed = await desk.a_proposal(referral)
    where = proposed.headers["Location"]
    first = await desk.answered(where, "person", "yes", proposed.headers["ETag"])
    await desk.answered(where, "supporter", "yes", first.headers["ETag"])
    await desk.create(f"/supporters/{supporter_id}/person", {"person_id": str(referral.person_id)})

    shown = (await desk.get(f"/supporters/{supporter_id}/progression")).json()

    assert before == {"supporter_id": supporter_id, "supported": []}
    assert shown["supported"] == [
        {
            "kind": "match",
            "programme_id": str(desk.programme.programme_id),
            "programme_name": desk.programme.programme_name,
            "made_on": desk.today,
            "ended_on": None,
        }
    ]


async def test_a_course_that_somebody_came_to_is_part_of_their_way_from_its_first_meeting_to_the_last(
    desk: Desk,
) -> None:
    referral, supporter_id, group_id = await desk.a_referral(), await desk.a_supporter(), str(new_id())
    await desk.create(f"/supporters/{supporter_id}/person", {"person_id": str(referral.person_id)})
    days = [(today(now()) - timedelta(days=ago)).isoformat() for ago in (9, 2, 0)]
    for day, there in zip(days, ([referral], [referral], []), strict=True):
        meeting = {"group_id": group_id, "programme_id": str(desk.programme.programme_id), "minutes": 60}
        attended = [str(one.referral_id) for one in there]
        held = {"kind": "group", "held_on": day, "channel": "in-person", "attended_referral_ids": attended}
        assert (await desk.create("/sessions", meeting | held)).status_code == 201

    [course] = (await desk.get(f"/supporters/{supporter_id}/progression")).json()["supported"]

    assert (course["kind"], course["made_on"], course["ended_on"]) == ("group", days[0], days[1])
