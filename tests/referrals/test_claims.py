"""A household's result is claimed once it has held, once in all, by whoever runs the programme; and can be reversed."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith_chassis import clock
from kith_chassis.clock import new_id
from kith_referrals.domain import claims, lifecycle
from kith_referrals.domain.claims import AlreadyClaimed, Claim, Reason, Rule, State, Wanted, WorkedWith
from kith_referrals.domain.consent import Consent, Purpose
from kith_referrals.domain.consent import State as ConsentState
from kith_referrals.domain.refusals import ReferralRefused
from kith_referrals.store import claims as store
from kith_referrals.usecases import claims as usecases
from tests.builders import NOW
from tests.conftest import AsCaller
from tests.referrals.claiming import ACHIEVED_ON, REFERRED_ON, TODAY, Ledger, a_ledger
from tests.referrals.test_api import post, version
from tests.referrals.test_erasing import alive, come_by, erase
from tests.referrals.test_subject_access import record_of, request_of
from tests.referrals.world import OPERATOR, World, member, on_the_record
from tests.servers.lengths import examples

RULE = Rule(1, ("school-attendance", "continuous-work"), sustained_weeks=26, payer_percent=40)
OWNER = UUID(int=1)
DAYS = st.integers(-400, 30).map(lambda days: TODAY + timedelta(days=days))


@pytest.fixture
async def ledger(client: httpx.AsyncClient, world: World, as_caller: AsCaller) -> Ledger:
    return await a_ledger(client, world, as_caller)


def a_wanted(**changes: Any) -> Wanted:
    made = Wanted(uuid4(), OWNER, uuid4(), uuid4(), "school-attendance", ACHIEVED_ON, "case-files/1")
    return replace(made, **changes)


def a_household(received_on: date = REFERRED_ON) -> WorkedWith:
    return WorkedWith(uuid4(), uuid4(), received_on, 4)


@given(achieved_on=DAYS, received_on=DAYS, weeks=st.integers(1, 52))
def test_a_result_is_claimed_exactly_when_it_came_after_the_referral_and_has_held(
    achieved_on: date, received_on: date, weeks: int
) -> None:
    wanted, rule = a_wanted(achieved_on=achieved_on), replace(RULE, sustained_weeks=weeks)
    try:
        claims.claimed(wanted, OWNER, rule, household=a_household(received_on), today=TODAY)
        refused = ""
    except ReferralRefused as refusal:
        refused = refusal.code

    assert refused in {"", "achieved-after-today", "achieved-before-referral", "result-not-sustained"}
    assert (not refused) == (received_on <= achieved_on <= TODAY - timedelta(weeks=weeks))


@given(reasons=st.lists(st.sampled_from(Reason), min_size=1, max_size=4))
def test_a_claim_is_reversed_once(reasons: list[Reason]) -> None:
    claim = claims.claimed(a_wanted(), OWNER, RULE, household=a_household(), today=TODAY)
    taken_back = claims.reverse(claim, reasons[0], TODAY)

    assert (taken_back.state, taken_back.reason, taken_back.version) == (State.REVERSED, reasons[0], 2)
    for reason in reasons[1:]:
        with pytest.raises(claims.AlreadyReversed):
            claims.reverse(taken_back, reason, TODAY)


async def test_a_result_that_has_held_is_claimed_by_its_rule(ledger: Ledger) -> None:
    household_id, referral = await ledger.family()

    made = await ledger.claim(household_id)

    told = made.json()
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert (told["household_id"], told["referral_id"], told["household_size"]) == (household_id, str(referral.id), 4)
    assert (told["definition_version"], told["payer_percent"], told["state"]) == (1, 40, "claimed")


async def test_what_is_told_names_the_household_and_no_evidence_and_nobody(ledger: Ledger) -> None:
    household_id, referral = await ledger.family()

    made = await ledger.claim(household_id)
    await ledger.reverse(made)

    [(_, claimed), (_, taken_back)] = [one for one in await ledger.world.everything_told() if "claim" in one[0]]
    assert claimed == {
        "claim_id": made.json()["id"],
        "household_id": household_id,
        "programme_id": str(ledger.programme_id),
        "organisation_id": str(ledger.world.host.id),
        "result": "school-attendance",
        "definition_version": 1,
        "achieved_on": ACHIEVED_ON.isoformat(),
        "payer_percent": 40,
    }
    assert (taken_back["claim_id"], taken_back["reason"]) == (made.json()["id"], "relapsed")
    assert taken_back["reversed_on"] == clock.today(clock.now()).isoformat()
    for fact in (claimed, taken_back):
        assert not {str(referral.id), str(referral.person_id), "case-files/2026/0117"} & set(map(str, fact.values()))


async def test_before_it_has_held_it_is_refused_with_the_day_from_which_it_may_be_claimed(ledger: Ledger) -> None:
    household_id, _ = await ledger.family()
    achieved_on = TODAY - timedelta(weeks=25)

    refused = await ledger.claim(household_id, achieved_on=achieved_on.isoformat())

    assert (refused.status_code, refused.json()["code"]) == (409, "result-not-sustained")
    assert (achieved_on + timedelta(weeks=26)).isoformat() in refused.json()["detail"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"achieved_on": (TODAY + timedelta(days=1)).isoformat()}, "achieved-after-today"),
        ({"achieved_on": (REFERRED_ON - timedelta(days=1)).isoformat()}, "achieved-before-referral"),
        ({"result": "happiness"}, "result-unknown"),
        ({"household_id": str(new_id())}, "household-not-worked-with"),
        ({"programme_id": str(new_id())}, "programme-unknown"),
        ({"evidence": "what Mrs Dummy said"}, "request-invalid"),
        ({"evidence": "a" * 101}, "request-invalid"),
    ],
    ids=["tomorrow", "too early", "unknown result", "no such household", "no such programme", "words", "too long"],
)
async def test_what_cannot_be_right_is_refused(ledger: Ledger, changes: dict[str, Any], code: str) -> None:
    household_id, _ = await ledger.family()

    refused = await ledger.claim(household_id, **changes)

    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_nothing_is_claimed_for_a_family_that_was_not_taken_on(ledger: Ledger) -> None:
    waiting, _ = await ledger.family(accepted=False)
    elsewhere, _ = await ledger.family(programme_id=ledger.world.programme.id)

    refused = [await ledger.claim(household_id) for household_id in (waiting, elsewhere)]

    assert [one.json()["code"] for one in refused] == ["household-not-worked-with"] * 2


async def test_it_can_be_claimed_after_support_has_ended(ledger: Ledger) -> None:
    household_id, referral = await ledger.family()
    await ledger.world.move(
        referral, lambda found, by, now: lifecycle.close(found, by, "support-ended", now), ledger.world.host
    )

    assert (await ledger.claim(household_id)).status_code == 201


async def test_whoever_no_longer_agrees_that_the_claimant_sees_them_is_claimed_for_no_more(ledger: Ledger) -> None:
    household_id, referral = await ledger.family()
    withdrawn = Consent(ConsentState.WITHDRAWN, NOW.date(), "spoken")
    await ledger.world.change_consent(ledger.world.referrer, referral, Purpose.SHARE_REFERRAL, withdrawn)

    refused = await ledger.claim(household_id)

    assert refused.json()["code"] == "household-not-worked-with"


async def test_a_programme_without_results_claims_nothing(ledger: Ledger) -> None:
    household_id, _ = await ledger.family(programme_id=ledger.world.programme.id)

    refused = await ledger.claim(household_id, programme_id=str(ledger.world.programme.id))

    assert (refused.status_code, refused.json()["code"]) == (422, "programme-claims-nothing")


@pytest.mark.parametrize("who", ["referrer", "stranger"])
async def test_nobody_claims_for_another_organisations_programme(ledger: Ledger, as_caller: AsCaller, who: str) -> None:
    household_id, _ = await ledger.family()
    auth = as_caller("administrator", organisation_id=getattr(ledger.world, who).id)

    refused = await ledger.claim(household_id, auth)

    assert (refused.status_code, refused.json()["code"]) == (403, "not-your-programme")


async def test_a_second_claim_is_refused_until_the_first_is_reversed(ledger: Ledger) -> None:
    household_id, _ = await ledger.family()
    first = await ledger.claim(household_id)

    second = await ledger.claim(household_id)
    of_another = await ledger.claim(household_id, result="continuous-work")
    await ledger.reverse(first)
    anew = await ledger.claim(household_id)

    assert (second.status_code, second.json()["code"]) == (409, "already-claimed")
    assert [of_another.status_code, anew.status_code] == [201, 201]


async def test_another_household_of_the_same_referral_does_not_make_it_twice(ledger: Ledger) -> None:
    household_id, referral = await ledger.family()
    await ledger.claim(household_id)
    path = f"/households/{household_id}/members/{referral.person_id}"
    await ledger.client.delete(path, auth=ledger.referrer, headers=version(2))

    refused = await ledger.claim(await ledger.household(referral))

    assert refused.json()["code"] == "already-claimed"


async def test_of_many_who_claim_the_same_at_once_one_does(ledger: Ledger) -> None:
    household_id, _ = await ledger.family()

    answers = await asyncio.gather(*(ledger.claim(household_id) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len([name for name, _ in await ledger.world.everything_told() if name == "result-claimed"]) == 1


async def test_a_claim_that_is_sent_again_is_answered_and_not_made_again(ledger: Ledger) -> None:
    household_id, _ = await ledger.family()
    body = ledger.body(household_id)

    answers = [await post(ledger.client, body, ledger.administrator, key="k-1", path="/claims") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


MOVES = st.lists(st.tuples(st.integers(0, 1), st.sampled_from(RULE.results), st.booleans()), max_size=12)


@settings(deadline=None, max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
async def test_whatever_is_claimed_and_reversed_no_more_than_one_claim_of_a_result_stands(
    moves: list[tuple[int, str, bool]], ledger: Ledger
) -> None:
    families = [a_household() for _ in range(2)]
    standing: dict[tuple[int, str], Claim] = {}
    async with ledger.world.database.transaction(member(ledger.world.host.id)) as tx:
        for which, result, claiming in moves:
            if claiming:
                wanted = a_wanted(
                    organisation_id=ledger.world.host.id,
                    programme_id=ledger.programme_id,
                    household_id=families[which].id,
                    result=result,
                )
                claim = claims.claimed(wanted, ledger.world.host.id, RULE, families[which], TODAY)
                try:
                    await store.add_claim(tx, claim)
                except AlreadyClaimed:
                    assert (which, result) in standing
                else:
                    assert standing.setdefault((which, result), claim) is claim
            elif claim_there := standing.pop((which, result), None):
                await usecases.reverse_claim(tx, claim_there.id, Reason.RELAPSED, version=1, now=NOW)
        await tx.rollback()


async def test_a_reversal_that_somebody_else_made_meanwhile_is_seen_first(ledger: Ledger) -> None:
    household_id, _ = await ledger.family()
    made = await ledger.claim(household_id)
    reversed_ = await ledger.reverse(made)

    again = await ledger.reverse(made, at=2)

    assert (reversed_.status_code, reversed_.json()["reason"]) == (200, "relapsed")
    assert (await ledger.reverse(made)).status_code == 412
    assert (again.status_code, again.json()["code"]) == (409, "claim-already-reversed")


async def test_the_ledger_is_the_claimants_own(ledger: Ledger, as_caller: AsCaller) -> None:
    made = [await ledger.claim((await ledger.family())[0]) for _ in range(3)]
    world, path = ledger.world, made[0].headers["Location"]

    first = (await ledger.client.get("/claims?limit=2", auth=ledger.administrator)).json()
    rest = (await ledger.client.get(f"/claims?after={first['next']}", auth=ledger.administrator)).json()
    one = await ledger.client.get(path, auth=ledger.administrator)
    others = [as_caller("administrator", organisation_id=it.id) for it in (world.referrer, world.stranger)]
    refused = [await ledger.client.get(path, auth=auth) for auth in others]

    assert [it["id"] for it in (*first["items"], *rest["items"])] == [it.json()["id"] for it in made]
    assert (one.json(), one.headers["ETag"]) == (made[0].json(), '"1"')
    assert [answer.status_code for answer in refused] == [404, 404]
    assert [await world.seen(member(it.id), "claims") for it in (world.host, world.referrer)] == [3, 0]


async def test_whoever_is_erased_leaves_a_claim_that_says_of_nobody_and_still_stands(
    ledger: Ledger, as_caller: AsCaller
) -> None:
    household_id, referral = await ledger.family()
    made = await ledger.claim(household_id)
    closed = await ledger.world.move(
        referral, lambda found, by, now: lifecycle.close(found, by, "support-ended", now), ledger.world.host
    )
    assert "claim" in await alive(ledger.world, referral.person_id)

    await erase(
        ledger.client, closed.person_id, as_caller("administrator", organisation_id=ledger.world.referrer.id), 1
    )
    await come_by(ledger.world)

    left = (await ledger.client.get(made.headers["Location"], auth=ledger.administrator)).json()
    assert await alive(ledger.world, referral.person_id) == set()
    assert left == made.json() | {"referral_id": None}
    kept = f"idempotency_keys where location = '{made.headers['Location']}'"
    assert await ledger.world.seen(OPERATOR, kept) == 0, "the answer to the claim would still name the referral"


async def test_a_person_is_given_what_was_claimed_for_their_household_by_whoever_claimed_it(
    ledger: Ledger, as_caller: AsCaller
) -> None:
    household_id, referral = await ledger.family()
    await ledger.claim(household_id)
    world = ledger.world
    asked = [as_caller("administrator", organisation_id=it.id) for it in (world.host, world.referrer)]

    given_by = [
        await record_of(ledger.client, (await request_of(ledger.client, referral.person_id, auth))["id"], auth)
        for auth in asked
    ]

    assert [len(record["claims"]) for record in given_by] == [1, 0]
    [claim] = given_by[0]["claims"]
    assert (claim["result"], claim["evidence"], claim["state"]) == (
        "school-attendance",
        "case-files/2026/0117",
        "claimed",
    )


async def test_what_is_done_in_the_ledger_is_on_the_record(ledger: Ledger) -> None:
    made = await ledger.claim((await ledger.family())[0])
    await ledger.reverse(made, "evidence-missing")
    await ledger.client.get(made.headers["Location"], auth=ledger.administrator)

    entries = await on_the_record(ledger.world, about=UUID(made.json()["id"]))
    assert [(one["action"], one.get("codes", [])) for one in entries] == [
        ("result-claimed", []),
        ("claim-reversed", ["evidence-missing"]),
        ("claim-read", []),
    ]
    assert "case-files" not in str(entries)
