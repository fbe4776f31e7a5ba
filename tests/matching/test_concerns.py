"""Anybody raises a concern in one action; whoever's duty it is is told, answers, and shares no more than they must."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from kith_chassis.clock import new_id, new_pseudonym
from kith_contracts.matching import ConcernAnswered, ConcernRaised
from kith_matching.domain.concern import (
    EMERGENCY,
    AlreadyAnswered,
    Concern,
    Decision,
    Grounds,
    Raised,
    SharingDisagrees,
    Whereabouts,
    acknowledge,
    answer_by,
    decide,
    raise_concern,
)
from kith_matching.domain.duty_desk import (
    ClosesBeforeItOpens,
    DutyDesk,
    Level,
    Mailbox,
    check_desk,
)
from kith_matching.domain.working_time import Hours, Nation
from kith_matching.views.holdings import list_holdings
from tests.builders import a_consent_changed, a_help_asked_for, a_person_erased
from tests.conftest import AsCaller
from tests.matching.builders import NOW, TODAY
from tests.matching.desk import Desk
from tests.matching.test_tenancy import A_DUTY_DESK, A_SHARING, WORRY, a_concern, a_lead

HOUR = timedelta(hours=1)


def a_desk(*districts: str, **different: Any) -> DutyDesk:
    mailboxes = {Level.LEAD: Mailbox("Duty", "duty@example.org")}
    return replace(DutyDesk(new_id(), UUID(int=1), districts, mailboxes), **different)


def raised(desk: DutyDesk | None = None, now: datetime = NOW) -> Concern:
    return raise_concern(
        Raised(Grounds.SELF_HARM),
        Whereabouts(),
        desk,
        organisation_id=UUID(int=1),
        concern_id=new_id(),
        by="somebody",
        now=now,
    )


def test_somebody_sees_to_it_within_the_hour_and_decides_within_four_of_work_where_nothing_else_is_said() -> None:
    friday = datetime(2026, 11, 13, 16, tzinfo=UTC)

    concern = raised(now=friday)

    assert concern.acknowledge_by == friday + HOUR
    assert concern.decide_by == datetime(2026, 11, 16, 12, tzinfo=UTC)


def test_an_area_has_its_own_clocks_and_its_nations_holidays() -> None:
    scottish = a_desk(hours=Hours(Nation.SCOTLAND), acknowledge_within=2 * HOUR, decide_within=HOUR)
    saint_andrews_eve = datetime(2026, 11, 27, 16, 30, tzinfo=UTC)

    concern = raised(scottish, saint_andrews_eve)

    assert concern.acknowledge_by == saint_andrews_eve + 2 * HOUR
    assert concern.decide_by == datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    assert concern.desk_id == scottish.id


def test_nobody_has_to_decide_before_anybody_has_to_look() -> None:
    quick = a_desk(acknowledge_within=8 * HOUR, decide_within=HOUR)

    concern = raised(quick, datetime(2026, 11, 11, 10, tzinfo=UTC))

    assert concern.decide_by == concern.acknowledge_by


def test_whoever_answers_first_stands_on_the_record() -> None:
    seen = acknowledge(raised(), by="lead", now=NOW)
    decided = decide(seen, Decision.KEEP_WATCH, shared=False, by="deputy", now=NOW + HOUR)

    assert (decided.acknowledged_by, decided.decided_by) == ("lead", "deputy")
    for answered in (seen, decided):
        with pytest.raises(AlreadyAnswered):
            acknowledge(answered, by="another", now=NOW)
    with pytest.raises(AlreadyAnswered):
        decide(decided, Decision.KEEP_WATCH, shared=False, by="another", now=NOW)


def test_whoever_decides_at_once_has_seen_it() -> None:
    decided = decide(raised(), Decision.NO_FURTHER_ACTION, shared=False, by="lead", now=NOW)

    assert (decided.acknowledged_by, decided.acknowledged_at) == ("lead", NOW)


@pytest.mark.parametrize("decision", Decision)
@pytest.mark.parametrize("shared", [True, False])
def test_shared_is_decided_where_it_was_and_only_there(decision: Decision, *, shared: bool) -> None:
    if shared is (decision is Decision.SHARED):
        assert decide(raised(), decision, shared=shared, by="lead", now=NOW).decision is decision
    else:
        with pytest.raises(SharingDisagrees):
            decide(raised(), decision, shared=shared, by="lead", now=NOW)


def test_an_answer_is_asked_for_after_three_working_days_or_as_the_desk_says() -> None:
    assert answer_by(TODAY, None) == answer_by(TODAY, a_desk())
    assert answer_by(datetime(2026, 11, 27).date(), a_desk(chase_after_days=1)).isoformat() == "2026-11-30"  # noqa: DTZ001


def test_a_desk_is_no_other_to_itself_and_opens_before_it_closes() -> None:
    desk = a_desk("G12")  # from before there had to be one for everything else

    check_desk(replace(desk, districts=("G12", "EH1")), [desk])
    with pytest.raises(ClosesBeforeItOpens):
        check_desk(replace(desk, hours=Hours(closes_at=desk.hours.opens_at)), [])


def test_who_is_not_named_is_whoever_comes_before_them() -> None:
    lead, trustee = Mailbox("Lead", "lead@example.org"), Mailbox("Trustee", "trustee@example.org")

    alone = a_desk(mailboxes={Level.LEAD: lead})
    two = a_desk(mailboxes={Level.LEAD: lead, Level.TRUSTEE: trustee})

    assert [alone.mailbox(level) for level in Level] == [lead, lead, lead]
    assert [two.mailbox(level) for level in Level] == [lead, lead, trustee]


class Watch:
    """An organisation whose coordinator, supporter and safeguarding lead speak in turn."""

    def __init__(self, desk: Desk, as_caller: AsCaller) -> None:
        self.desk = desk
        self.coordinator = desk.auth
        self.lead = a_lead(desk, as_caller)
        self.supporter = as_caller("supporter", organisation_id=desk.stage.organisation_id, subject="a-supporter")

    @asynccontextmanager
    async def speaks(self, who: Any) -> AsyncIterator[Desk]:
        """Requests of this one."""
        before, self.desk.auth = self.desk.auth, who
        yield self.desk
        self.desk.auth = before

    async def raise_(self, **different: Any) -> dict[str, Any]:
        """The supporter raises a concern; what they are answered."""
        async with self.speaks(self.supporter) as desk:
            answer = await desk.create("/concerns", {"grounds": "self-harm"} | different)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def act(self, concern_id: str, what: str, body: Any = None) -> Any:
        """The lead does something about it."""
        async with self.speaks(self.lead) as desk:
            return await desk.create(f"/concerns/{concern_id}/{what}", body)

    async def read(self, concern_id: str) -> dict[str, Any]:
        """What the lead reads."""
        async with self.speaks(self.lead) as desk:
            found: dict[str, Any] = (await desk.get(f"/concerns/{concern_id}")).json()
        return found

    async def told(self, before: list[Any]) -> list[Any]:
        """Facts of concerns since."""
        return [
            fact
            for fact in await self.desk.stage.told_since(before)
            if isinstance(fact, ConcernRaised | ConcernAnswered)
        ]


@pytest.fixture
def watch(desk: Desk, as_caller: AsCaller) -> Watch:
    return Watch(desk, as_caller)


async def test_one_word_is_enough_and_the_answer_says_whom_to_call_meanwhile(watch: Watch) -> None:
    before = await watch.desk.stage.told()

    answer = await watch.raise_()

    assert (answer["emergency"], answer["crisis_lines"]) == (EMERGENCY, [])
    (fact,) = await watch.told(before)
    assert (str(fact.concern_id), fact.desk_id, fact.programme_id) == (answer["id"], None, None)
    assert fact.pass_on_minutes == 60


async def test_the_desk_of_the_persons_district_is_told_and_else_the_one_for_everywhere(watch: Watch) -> None:
    ids = {"": str(new_id()), "G12": str(new_id())}
    async with watch.speaks(watch.lead) as desk:
        for district, desk_id in ids.items():
            body = A_DUTY_DESK | {"districts": [district] if district else []}
            lines = [{"name": "Breathing Space", "telephone": "01632 960999"}] if district else []
            assert (await desk.put(f"/duty-desks/{desk_id}", body | {"crisis_lines": lines})).status_code == 201
    near = await watch.desk.a_referral(district="G12")
    far = await watch.desk.a_referral(district="EH1")
    before = await watch.desk.stage.told()

    answers = [await watch.raise_(about="referral", about_id=str(one.referral_id)) for one in (near, far)]

    facts = await watch.told(before)
    assert [str(fact.desk_id) for fact in facts] == [ids["G12"], ids[""]]
    assert [fact.programme_id for fact in facts] == [near.programme_id, far.programme_id]
    assert [len(answer["crisis_lines"]) for answer in answers] == [1, 0]


async def test_a_request_for_help_is_a_concern_of_the_desk_of_its_district(watch: Watch) -> None:
    async with watch.speaks(watch.lead) as desk:
        for district in ("", "G12"):
            body = A_DUTY_DESK | {"districts": [district] if district else []}
            assert (await desk.put(f"/duty-desks/{new_id()}", body)).status_code == 201
        desks = {tuple(one["districts"]): one["id"] for one in (await desk.get("/duty-desks")).json()["items"]}
    asked = a_help_asked_for(watch.desk.programme, district="G12")
    before = await watch.desk.stage.told()

    await watch.desk.stage.hear(asked, asked.model_copy(update={"request_id": new_pseudonym(), "district": "EH1"}))

    near, far = await watch.told(before)
    assert [str(one.desk_id) for one in (near, far)] == [desks["G12",], desks[()]]
    read = await watch.read(str(near.concern_id))
    assert (read["grounds"], read["about"], read["about_id"]) == ("person-asked", "help-request", str(asked.request_id))
    assert read["referral_id"] is None


async def test_a_fact_names_neither_person_nor_supporter_nor_what_is_feared(watch: Watch) -> None:
    match_id = await watch.desk.a_match()
    match = (await watch.desk.get(f"/matches/{match_id}")).json()
    before = await watch.desk.stage.told()

    concern = await watch.raise_(**a_concern(match_id))
    await watch.act(concern["id"], "sharings", A_SHARING)
    await watch.act(concern["id"], "deciding", {"decision": "shared", "reason": WORRY})

    told = " ".join(fact.model_dump_json() for fact in await watch.told(before))
    hidden = (match_id, match["referral_id"], match["supporter_id"], "risk-of-suicide", "crisis-team", WORRY, "tester")
    assert concern["id"] in told
    assert [one for one in hidden if one in told] == []


async def test_a_concern_is_never_turned_away_for_a_wrong_id_or_a_missing_consent(watch: Watch) -> None:
    referral = await watch.desk.a_referral()
    await watch.desk.stage.hear(a_consent_changed(referral))

    unknown = await watch.raise_(about="supporter", about_id=str(new_pseudonym()))
    silent = await watch.raise_(about="referral", about_id=str(referral.referral_id))

    assert (await watch.read(silent["id"]))["referral_id"] == str(referral.referral_id)
    assert (await watch.read(unknown["id"]))["referral_id"] is None


async def test_the_lead_reads_what_was_written_and_its_author_sees_only_that_it_was_answered(watch: Watch) -> None:
    concern = await watch.raise_(words=WORRY)
    read = await watch.read(concern["id"])
    await watch.act(concern["id"], "acknowledging")

    async with watch.speaks(watch.supporter) as desk:
        (own,) = (await desk.get("/concerns/own")).json()["items"]
        refused = (await desk.get(f"/concerns/{concern['id']}")).status_code

    assert read["words"] == WORRY
    assert (own["id"], own["acknowledged_at"] is None, own["decided_at"], refused) == (concern["id"], False, None, 403)
    assert WORRY not in str(own)


async def test_what_one_raised_another_does_not_see_in_their_own(watch: Watch) -> None:
    await watch.raise_()

    assert (await watch.desk.get("/concerns/own")).json()["items"] == []


async def test_what_is_shared_without_agreement_is_minimal_and_reasoned_and_its_answer_awaited(watch: Watch) -> None:
    concern = await watch.raise_()
    wordless = await watch.act(concern["id"], "sharings", {"shared_with": "police", "items": ["name"]})
    nothing = await watch.act(concern["id"], "sharings", A_SHARING | {"items": []})
    early = await watch.act(concern["id"], "deciding", {"decision": "shared", "reason": WORRY})

    shared = (await watch.act(concern["id"], "sharings", A_SHARING)).json()
    answered = await watch.act(concern["id"], f"sharings/{shared['id']}/answering")
    await watch.act(concern["id"], "deciding", {"decision": "shared", "reason": "They were seen the same day"})

    assert [one.status_code for one in (wordless, nothing, early)] == [422, 422, 409]
    read = await watch.read(concern["id"])
    assert read["reason"] == "They were seen the same day"
    assert [(one["shared_with"], one["reason"]) for one in read["sharings"]] == [("crisis-team", WORRY)]
    assert answered.json()["answered_on"] == watch.desk.today
    assert (await watch.act(concern["id"], f"sharings/{shared['id']}/answering")).json()["code"] == "already-answered"


async def test_a_decision_ends_it_and_each_answer_is_told_once(watch: Watch) -> None:
    concern = await watch.raise_()
    before = await watch.desk.stage.told()

    await watch.act(concern["id"], "acknowledging")
    again = await watch.act(concern["id"], "acknowledging")
    await watch.act(concern["id"], "deciding", {"decision": "keep-watch", "reason": WORRY})

    assert again.json()["code"] == "already-answered"
    assert [fact.answer for fact in await watch.told(before)] == ["acknowledged", "decided"]
    async with watch.speaks(watch.lead) as desk:
        open_ = (await desk.get("/concerns")).json()["items"]
        every = (await desk.get("/concerns", params={"state": "all"})).json()["items"]
    assert (open_, [one["id"] for one in every]) == ([], [concern["id"]])


async def test_what_was_written_stays_once_it_is_decided(watch: Watch) -> None:
    referral = await watch.desk.a_referral()
    concern = await watch.raise_(about="referral", about_id=str(referral.referral_id), words=WORRY)

    await watch.act(concern["id"], "deciding", {"decision": "keep-watch", "reason": WORRY})

    read = await watch.read(concern["id"])
    assert (read["words"], read["reason"]) == (WORRY, WORRY)


async def test_of_whom_another_organisation_supports_nothing_is_learnt(watch: Watch, desk: Desk) -> None:
    other = Desk(desk.client, desk.stage.of_another_organisation(), lambda *_, **__: desk.auth)
    referral = await (await other.open()).a_referral()

    concern = await watch.raise_(about="referral", about_id=str(referral.referral_id))

    read = await watch.read(concern["id"])
    assert (read["referral_id"], read["programme_id"]) == (None, None)


async def test_what_was_written_is_destroyed_with_the_person_but_not_while_somebody_needs_it(watch: Watch) -> None:
    referral = await watch.desk.a_referral()
    about = {"about": "referral", "about_id": str(referral.referral_id), "words": WORRY}
    over, open_ = await watch.raise_(**about), await watch.raise_(**about)
    await watch.act(over["id"], "deciding", {"decision": "keep-watch", "reason": WORRY})

    await watch.desk.stage.hear(a_person_erased(referral))

    assert ((await watch.read(over["id"]))["words"], (await watch.read(open_["id"]))["words"]) == (None, WORRY)
    await watch.act(open_["id"], "deciding", {"decision": "keep-watch", "reason": WORRY})
    closed = await watch.read(open_["id"])
    assert (closed["words"], closed["reason"]) == (None, None)


async def test_a_concern_is_among_what_is_held_about_somebody_without_its_words(watch: Watch) -> None:
    referral = await watch.desk.a_referral()
    concern = await watch.raise_(about="referral", about_id=str(referral.referral_id), words=WORRY)

    async with watch.desk.stage.database.network_transaction() as tx:
        held = await list_holdings(tx, [referral.person_id], [referral.referral_id])

    (found,) = [one for one in held.holdings if one.kind == "concern"]
    assert str(found.id) == concern["id"]
    assert WORRY not in str(held)
    assert "raised_by" not in found.says


async def test_a_desk_is_changed_by_whoever_read_it_last(watch: Watch) -> None:
    path = f"/duty-desks/{new_id()}"
    async with watch.speaks(watch.lead) as desk:
        first = await desk.put(path, A_DUTY_DESK)
        same = await desk.put(path, A_DUTY_DESK)
        blind = await desk.put(path, A_DUTY_DESK | {"decide_minutes": 60})
        changed = await desk.put(path, A_DUTY_DESK | {"decide_minutes": 60}, first.headers["ETag"])
        other = await desk.put(f"/duty-desks/{new_id()}", A_DUTY_DESK)

    assert [one.status_code for one in (first, same, blind, changed, other)] == [201, 200, 428, 200, 409]
    assert (changed.json()["decide_minutes"], other.json()["code"]) == (60, "district-taken")


async def test_whoever_writes_to_a_desk_is_told_where_each_level_reads(watch: Watch, as_caller: AsCaller) -> None:
    desk_id = new_id()
    async with watch.speaks(watch.lead) as desk:
        trustee = {"name": "Testwell trustee", "email": "trustee@example.org"}
        await desk.put(f"/duty-desks/{desk_id}", A_DUTY_DESK | {"trustee": trustee})
    async with watch.speaks(as_caller("service", "service:notifications")) as desk:
        found = [(await desk.get(f"/internal/duty-desks/{desk_id}/{level}/contact")).json() for level in Level]

    assert [one["email"] for one in found] == ["duty@example.org", "duty@example.org", "trustee@example.org"]
