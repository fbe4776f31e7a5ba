from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from kith_chassis.clock import new_id, new_pseudonym, now
from kith_chassis.identity import Caller
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_contracts.referrals import ReferralCreated
from kith_matching.api import PERMISSIONS
from kith_matching.domain.attention import Holder
from kith_matching.domain.exchange import Agreement, AgreementState, Member
from kith_matching.domain.mediation import Mediation, Party, PartyKind
from kith_matching.domain.places import ANSWERED_WITHIN, Place, PlaceState
from kith_matching.domain.proposal import PERSON_ANSWERS_WITHIN
from kith_matching.domain.quality import Quality
from kith_matching.store.exchange import insert_agreement, insert_member
from kith_matching.store.holders import keep_lapsed
from kith_matching.store.mediations import save_mediations
from kith_matching.store.places import save_places
from kith_matching.store.quality import save_told
from kith_matching.tables import metadata
from tests.builders import a_referral_closed
from tests.conftest import AsCaller, DatabaseOf, HttpOf
from tests.matching.builders import NOW, TODAY
from tests.matching.desk import Desk, a_check_body, a_supporter_body, a_training_body
from tests.matching.stage import Stage
from tests.servers.postgres import Address, Databases, for_many_tests
from tests.servers.services import Bearer

PUBLIC = {"organisations", "programmes", "programme_versions"}
WITH_EVERYTHING = ProgrammeTerms(
    definition_version=1,
    models=("one-to-one", "listening-slots"),
    components=("mediation", "exchange", "goals", "signposting", "taster"),
    knowing_each_other="expected",
)
"""Tables without people, supporters or referrals."""
ELSEWHERE = new_id()
NOTE = "Carries on although the stairs are hard"
ASIDE = "Wants to walk to the shop and back"
WORRY = "Said that they cannot see a way on"


A_LICENCE = {"reference": "W-0042"}
A_DISCLOSURE = {"items": [{"connection": "condition", "code": "diabetes", "audience": "coordinator"}]}


@dataclass(frozen=True)
class Ours:
    """What one organisation has, of which nobody else may learn anything."""

    desk: Desk
    referral: ReferralCreated
    supporter_id: str
    proposal_id: str
    match_id: str
    session_id: str
    contact_id: str
    group_id: str
    slot_id: str
    round_id: str
    suspended_id: str
    supervision_id: str
    place_id: str
    mediation_id: str
    member_ids: tuple[str, str, str]
    agreement_id: str
    helping_id: str
    measurement_id: str
    visit_ids: tuple[str, str, str]
    concern_id: str
    sharing_id: str
    duty_desk_id: str
    goal_id: str
    signpost_id: str
    incident_id: str
    material_id: str
    leader_id: str
    loose_ids: tuple[str, str]
    came_id: str
    interpreted: tuple[str, str]

    @property
    def secrets(self) -> set[str]:
        """What must not be in any answer."""
        found = {getattr(self, name) for name in self.__dataclass_fields__ if name.endswith("_id")}
        return found | {
            "Testwell",
            "example.org",
            "900456",
            NOTE,
            ASIDE,
            WORRY,
            str(self.referral.person_id),
            str(self.referral.referral_id),
            *self.member_ids,
            *self.visit_ids,
            *self.loose_ids,
        }


@dataclass
class Kept:
    """A database in which one organisation has everything, once it was made; every test has a copy of it."""

    address: Address
    ours: Ours | None = None


@pytest.fixture(scope="session")
def kept(databases: Databases) -> Iterator[Kept]:
    with for_many_tests(databases.copy("matching")) as address:
        yield Kept(address)


@pytest.fixture
async def ours(
    kept: Kept, databases: Databases, database_of: DatabaseOf, http_of: HttpOf, as_caller: AsCaller
) -> AsyncIterator[Ours]:
    if kept.ours is None:
        database = await database_of(kept.address)
        desk = await Desk(await http_of("matching", database), Stage(database), as_caller).open()
        kept.ours = await everything(desk, as_caller)
        await database.close()
    async with databases.copy("matching", of=kept.address) as address:
        database = await database_of(address)
        stage = Stage(database, kept.ours.desk.stage.organisation_id)
        desk = Desk(await http_of("matching", database), stage, as_caller)
        desk.programme = kept.ours.desk.programme
        yield replace(kept.ours, desk=desk)
        await database.close()


async def everything(desk: Desk, as_caller: AsCaller) -> Ours:
    """Have the organisation do all that there is to do."""
    match_id = await desk.a_match()
    match = (await desk.get(f"/matches/{match_id}")).json()
    referral = await desk.a_referral()
    supporter_id = await desk.a_supporter(subject=None)  # so a coordinator records what they share
    for _ in range(3):  # one more than there are places: so the round leaves picks and prices
        await desk.a_referral()
    acquainted = f"/referrals/{referral.referral_id}/acquaintances/{match['supporter_id']}"
    await desk.put(acquainted, None)
    round_ = await desk.create(f"/programmes/{desk.programme.programme_id}/rounds", None)
    proposal = await desk.a_proposal(referral, supporter_id)
    await desk.a_referral(language="pl")
    await desk.stage.look_through(desk.programme)
    group_id, slot_id = str(new_id()), str(new_id())
    meeting = await desk.create("/sessions", a_meeting(desk, group_id, desk.programme.programme_id))
    await a_corrected_meeting(desk, group_id)
    contact = await desk.create("/contacts", a_contact(desk))
    await a_corrected_contact(desk)
    await desk.put(f"/supporters/{supporter_id}/disclosures", A_DISCLOSURE)
    await desk.put(f"/supporters/{supporter_id}/topics-to-avoid", {"codes": ["arson"]})
    person_id = (await desk.a_referral()).person_id
    await desk.create(f"/supporters/{supporter_id}/person", {"person_id": str(person_id)})
    await desk.create(f"/supporters/{supporter_id}/checks", a_check_body(desk.today))
    trained = a_training_body(desk.today, code="conflict-resolution")
    await desk.create(f"/supporters/{match['supporter_id']}/trainings", trained)
    await desk.create(f"/staff/{STAFF}/trainings", a_training_body(desk.today) | {"credits": "NVQ Testwell"})
    handing = {"kind": "match", "id": match_id}
    await desk.create("/handovers", {"from_coordinator": "tester", "to_coordinator": "s-1", "chosen": [handing]})
    where = f"/supporters/{match['supporter_id']}"
    await look_after(desk, where, as_caller)
    supervision = await desk.create(f"/supporters/{supporter_id}/supervisions", a_supervision(desk))
    leader_id = await desk.a_supporter()
    await desk.create(f"/supporters/{await desk.a_supporter(subject='tester')}/supervisions", a_supervision(desk))
    await desk.put(f"/groups/{group_id}", a_group(desk, leader_id))
    await desk.stage.hear(desk.programme.model_copy(update={"terms": WITH_EVERYTHING}))
    await desk.put(f"/slots/{slot_id}", a_slot(desk, supporter_id))
    place = an_offered_place(referral, group_id)
    mediation = a_mediation(desk, referral, supporter_id, match["supporter_id"])
    members = [a_member(desk) for _ in range(3)]
    agreement = an_agreement(members[0], members[1])
    async with desk.stage.database.network_transaction() as tx:
        await save_places(tx, [place])
        await save_mediations(tx, [mediation])
        for member in members:
            await insert_member(tx, member)
        await insert_agreement(tx, agreement)
        await save_told(tx, [Quality(desk.programme.programme_id, desk.stage.organisation_id, 92)])
        lapsed = Holder(UUID(supporter_id), desk.stage.organisation_id, (), TODAY)
        await keep_lapsed(tx, [(lapsed, TODAY)], now=NOW)
    await a_plan(desk, match_id)
    return Ours(
        desk,
        referral,
        match["supporter_id"],
        proposal.json()["id"],
        match_id,
        await a_noted_meeting(desk, meeting),
        contact.json()["id"],
        group_id,
        slot_id,
        round_.json()["id"],
        await a_suspended_supporter(desk),
        supervision.json()["id"],
        str(place.id),
        str(mediation.id),
        (str(members[0].id), str(members[1].id), str(members[2].id)),
        str(agreement.id),
        (await desk.create(f"/matches/{match_id}/helping", an_answer(desk))).json()["id"],
        await a_measured_person(desk, referral, supporter_id),
        await some_visits(desk, match_id),
        *await a_shared_concern(desk, as_caller, match_id),
        await a_goal(desk, referral),
        await a_tasted_signpost(desk, referral, contact.json()["id"]),
        await a_followed_up_incident(desk, referral, supporter_id),
        await a_given_material(desk, group_id),
        leader_id,
        await some_loose_ends(desk),
        await somebody_who_came(desk, group_id),
        await a_booking(desk),
    )


async def a_booking(desk: Desk) -> tuple[str, str]:
    """Two who do not speak one language, and an interpreter who is booked for them: the match, and the booking."""
    match_id = await desk.a_match(await desk.a_referral(language="so", interpreter="so"))
    booked = await desk.create(f"/matches/{match_id}/interpreters", an_interpreter())
    return match_id, booked.json()["id"]


def an_interpreter() -> dict[str, Any]:
    begins = (now() + timedelta(days=1)).isoformat()
    return {"starts_at": begins, "minutes": 60, "provider": "agency", "channel": "telephone"}


async def look_after(desk: Desk, where: str, as_caller: AsCaller) -> None:
    """The supporter says how they are, is called, and grows."""
    await check_in(desk, where, as_caller)
    await desk.create(f"{where}/calls", {"held_on": desk.today, "channel": "email"})
    await desk.put(f"{where}/development", {"roles": ["befriending"]})
    await desk.create(f"{where}/assessments", an_assessment(desk))


async def check_in(desk: Desk, where: str, as_caller: AsCaller) -> None:
    """The supporter says how they are, to themself and to their coordinator."""
    coordinator, desk.auth = (
        desk.auth,
        as_caller("supporter", organisation_id=desk.stage.organisation_id, subject="a-supporter"),
    )
    for shared in (False, True):
        await desk.create(f"{where}/check-ins", {"feelings": ["unsettled"], "shared": shared})
    desk.auth = coordinator


async def a_shared_concern(desk: Desk, as_caller: AsCaller, match_id: str) -> tuple[str, str, str]:
    """A concern with words, a sharing that waits for an answer, and the desk whose they are."""
    coordinator, desk.auth = desk.auth, a_lead(desk, as_caller)
    desk_id = str(new_id())
    await desk.put(f"/duty-desks/{desk_id}", A_DUTY_DESK)
    concern = await desk.create("/concerns", a_concern(match_id))
    sharing = await desk.create(f"{concern.headers['Location']}/sharings", A_SHARING)
    desk.auth = coordinator
    return concern.json()["id"], sharing.json()["id"], desk_id


def a_lead(desk: Desk, as_caller: AsCaller) -> Bearer:
    """The safeguarding lead of the desk's organisation."""
    return as_caller("safeguarding-lead", organisation_id=desk.stage.organisation_id)


A_DUTY_DESK = {"lead": {"name": "Testwell duty", "email": "duty@example.org"}}
A_SHARING = {"shared_with": "crisis-team", "items": ["name", "what-was-said"], "reason": WORRY}


def a_concern(match_id: str) -> dict[str, Any]:
    return {"grounds": "risk-of-suicide", "about": "match", "about_id": match_id, "words": WORRY}


async def a_noted_meeting(desk: Desk, meeting: httpx.Response) -> str:
    await desk.create(f"{meeting.headers['Location']}/notes", {"words": ASIDE})
    session_id: str = meeting.json()["id"]
    return session_id


async def somebody_who_came(desk: Desk, group_id: str) -> str:
    referral_id = str((await desk.a_referral()).referral_id)
    came = a_meeting(desk, group_id, desk.programme.programme_id) | {"attended_referral_ids": [referral_id]}
    assert (await desk.create("/sessions", came)).status_code == 201
    return referral_id


async def a_given_material(desk: Desk, group_id: str) -> str:
    issued = await desk.create(f"/programmes/{desk.programme.programme_id}/materials", a_material(desk))
    material_id: str = issued.json()["id"]
    await desk.create(f"/materials/{material_id}/givings", {"to": "group", "id": group_id, "given_on": desk.today})
    return material_id


def a_material(desk: Desk, code: str = "course-book") -> dict[str, Any]:
    return {"code": code, "since": desk.today, "link": "https://example.org/book.pdf"}


async def a_followed_up_incident(desk: Desk, referral: ReferralCreated, supporter_id: str) -> str:
    body = an_incident(desk, referral) | {"supporter_id": supporter_id, "words": ASIDE}
    incident_id: str = (await desk.create("/incidents", body)).json()["id"]
    await desk.create(f"/incidents/{incident_id}/follow-ups", a_follow_up(desk))
    return incident_id


def an_incident(desk: Desk, referral: ReferralCreated) -> dict[str, Any]:
    return {"kind": "near-miss", "happened_on": desk.today, "referral_id": str(referral.referral_id)}


def a_follow_up(desk: Desk) -> dict[str, Any]:
    return {"followed_up_on": desk.today, "done": ["route-changed"]}


async def a_tasted_signpost(desk: Desk, referral: ReferralCreated, contact_id: str) -> str:
    """Of what somebody was told at a contact; and before it, somebody's taster."""
    await desk.create(f"/referrals/{referral.referral_id}/tasters", {"held_on": desk.today})
    signpost_id: str = (await desk.create("/signposts", a_signpost(contact_id))).json()["id"]
    return signpost_id


def a_signpost(contact_id: str) -> dict[str, Any]:
    return {"at": "contact", "occasion_id": contact_id, "entry_kind": "programme", "entry_id": str(ELSEWHERE)}


async def a_goal(desk: Desk, referral: ReferralCreated) -> str:
    """What somebody means to reach, in their own words, looked at once."""
    body = {"code": "going-out", "words": ASIDE, "set_on": desk.today}
    goal_id: str = (await desk.create(f"/referrals/{referral.referral_id}/goals", body)).json()["id"]
    await desk.create(f"/goals/{goal_id}/looks", {"looked_on": desk.today, "at": "session", "near": 3})
    return goal_id


async def a_measured_person(desk: Desk, referral: ReferralCreated, supporter_id: str) -> str:
    await desk.create(f"/supporters/{supporter_id}/measurements", an_own_measure(desk))
    await desk.put("/instruments/swemwbs/licence", A_LICENCE)
    answer = await desk.create(f"/referrals/{referral.referral_id}/measurements", a_measurement(desk))
    measurement_id: str = answer.json()["id"]
    return measurement_id


def an_own_measure(desk: Desk) -> dict[str, Any]:
    """A supporter's own answers, in which nothing worries anybody."""
    answers = {"instrument": "ons4", "answers": dict.fromkeys(("satisfied", "worthwhile", "happy", "anxious"), 7)}
    return a_measurement(desk) | answers | {"programme_id": str(desk.programme.programme_id)}


def a_measurement(desk: Desk) -> dict[str, Any]:
    """Somebody who thought of ending their life."""
    return {
        "instrument": "core-10",
        "version": "1",
        "moment": "baseline",
        "taken_on": desk.today,
        "language": "en",
        "mode": "paper",
        "answers": {"6": 1},
    }


async def a_suspended_supporter(desk: Desk) -> str:
    supporter_id = await desk.a_supporter()
    await desk.create(f"/supporters/{supporter_id}/suspension", {"reason": "allegation"})
    return supporter_id


async def a_corrected_meeting(desk: Desk, group_id: str) -> None:
    came = {"attended_referral_ids": [str((await desk.a_referral()).referral_id)]}
    logged = await desk.create("/sessions", a_meeting(desk, group_id, desk.programme.programme_id) | came)
    await desk.put(logged.headers["Location"], a_correction(desk), '"1"')


def a_meeting(desk: Desk, group_id: str, programme_id: UUID) -> dict[str, Any]:
    return {
        "kind": "group",
        "group_id": group_id,
        "programme_id": str(programme_id),
        "held_on": desk.today,
        "minutes": 90,
        "channel": "in-person",
    }


def an_own_meeting(ours: Ours) -> dict[str, Any]:
    return {"group_id": ours.group_id, "held_on": ours.desk.today, "minutes": 90, "channel": "in-person"}


def a_supervision(desk: Desk) -> dict[str, Any]:
    return {"held_on": desk.today, "minutes": 60, "prompts": ["my-mood"], "note": NOTE}


def a_group(desk: Desk, supporter_id: str, **different: Any) -> dict[str, Any]:
    return {
        "programme_id": str(desk.programme.programme_id),
        "facilitators": [supporter_id],
        "starts_on": desk.today,
        "channel": "in-person",
    } | different


def a_slot(desk: Desk, supporter_id: str, **different: Any) -> dict[str, Any]:
    return {
        "programme_id": str(desk.programme.programme_id),
        "supporter_id": supporter_id,
        "starts_at": "2099-12-01T10:00:00Z",
        "minutes": 45,
        "channel": "telephone",
    } | different


def an_assessment(desk: Desk) -> dict[str, Any]:
    return {"assessed_by": "coordinator", "assessed_on": desk.today, "levels": {"empathy": 2}}


def a_visit(minutes: int = 60) -> dict[str, Any]:
    return {"starts_at": (now() + timedelta(minutes=30)).isoformat(), "minutes": minutes}


async def some_visits(desk: Desk, match_id: str) -> tuple[str, str, str]:
    """Three that are planned, of which one has begun."""
    planned = [(await desk.create(f"/matches/{match_id}/visits", a_visit())).json()["id"] for _ in range(3)]
    await desk.change(f"/visits/{planned[1]}/checking-in", None, None)
    return planned[0], planned[1], planned[2]


async def some_loose_ends(desk: Desk) -> tuple[str, str]:
    """A match that ended because its referral closed, and a visit of another of which there was no plan."""
    closed = await desk.a_referral()
    ended, visited = await desk.a_match(closed), await desk.a_match()
    await desk.stage.hear(a_referral_closed(closed))
    at_home = WITH_EVERYTHING.model_copy(update={"definition_version": 2, "at_home": True})
    await desk.stage.hear(desk.programme.model_copy(update={"terms": at_home}))
    body = {"kind": "one-to-one", "match_id": visited, "held_on": desk.today, "minutes": 60, "channel": "in-person"}
    session_id: str = (await desk.create("/sessions", body)).json()["id"]
    return ended, session_id


A_PLAN = sa.text("""
    with one as (update matches set definition_version = 99 where id = :match_id returning programme_id)
    insert into programme_versions select programme_id, 99, '{"measures": [
        {"instrument": "ons4", "of": "person", "at": ["baseline", "ending"]},
        {"instrument": "ons4", "of": "carer", "at": ["baseline", "ending"]}
    ]}' from one
""")
"""A match is held to terms that ask something, and nothing else."""


async def a_plan(desk: Desk, match_id: str) -> None:
    """Two have met, and one of them would rather not answer what the programme asks."""
    async with desk.stage.database.network_transaction() as tx:
        await tx.execute(A_PLAN, {"match_id": match_id})
    await desk.create("/sessions", a_first_session(desk, match_id))
    await desk.create(f"/matches/{match_id}/measure-declines", a_decline(desk))


def a_first_session(desk: Desk, match_id: str) -> dict[str, Any]:
    return {
        "kind": "one-to-one",
        "match_id": match_id,
        "held_on": desk.today,
        "minutes": 60,
        "channel": "telephone",
        "limits_explained": True,
    }


def a_decline(desk: Desk, of: str = "person") -> dict[str, Any]:
    return {"of": of, "moment": "baseline", "declined_on": desk.today}


def an_answer(desk: Desk) -> dict[str, Any]:
    return {"asked_on": desk.today, "moment": "in-between", "said": "harder"}


def a_correction(desk: Desk, **different: Any) -> dict[str, Any]:
    return {"held_on": desk.today, "minutes": 35, "channel": "video"} | different


def an_offered_place(referral: ReferralCreated, group_id: str) -> Place:
    """A place in the group that is held for the person of the referral."""
    return Place(
        id=new_id(),
        group_id=UUID(group_id),
        referral_id=referral.referral_id,
        programme_id=referral.programme_id,
        organisation_id=referral.programme_organisation_id,
        comes_with=0,
        state=PlaceState.OFFERED,
        joined_at=now(),
        answer_by=now() + ANSWERED_WITHIN,
    )


def a_mediation(desk: Desk, referral: ReferralCreated, supporter_id: str, mediator_id: str) -> Mediation:
    """A mediation between a person and their supporter, who are both still to answer."""
    return Mediation(
        id=new_id(),
        programme_id=referral.programme_id,
        organisation_id=desk.stage.organisation_id,
        first=Party(PartyKind.REFERRAL, referral.referral_id),
        second=Party(PartyKind.SUPPORTER, UUID(supporter_id)),
        mediator_id=UUID(mediator_id),
        proposed_at=now(),
        answer_by=now() + PERSON_ANSWERS_WITHIN,
    )


def parties(ours: Ours) -> dict[str, Any]:
    """A dispute between a person and the supporter of somebody else."""
    return {
        "programme_id": str(ours.desk.programme.programme_id),
        "parties": [
            {"kind": "referral", "id": str(ours.referral.referral_id)},
            {"kind": "supporter", "id": ours.supporter_id},
        ],
    }


def a_member(desk: Desk) -> Member:
    """A member of the programme's exchange who could teach others, and wishes to learn."""
    return Member(
        id=new_pseudonym(),
        programme_id=desk.programme.programme_id,
        organisation_id=desk.stage.organisation_id,
        needs=("music",),
        skills=("music",),
        times=(),
        telephone="07700 900456",
    )


def an_agreement(first: Member, second: Member) -> Agreement:
    """Two members who both said yes."""
    asked = Agreement(new_id(), first.programme_id, first.organisation_id, first.id, second.id, now())
    return replace(asked, state=AgreementState.AGREED, first_agreed=True, second_agreed=True)


def a_member_body(ours: Ours) -> dict[str, Any]:
    return {"programme_id": str(ours.desk.programme.programme_id), "telephone": "07700 900456", "skills": ["cooking"]}


def a_contact(desk: Desk) -> dict[str, Any]:
    programme_id = str(desk.programme.programme_id)
    return {"programme_id": programme_id, "held_on": desk.today, "kind": "outreach", "people": 3}


async def a_corrected_contact(desk: Desk) -> None:
    logged = await desk.create("/contacts", a_contact(desk) | {"people": 30})
    await desk.put(logged.headers["Location"], a_contact_instead(desk), '"1"')


def a_contact_instead(desk: Desk) -> dict[str, Any]:
    return {"held_on": desk.today, "kind": "outreach", "people": 13}


def a_session(ours: Ours) -> dict[str, Any]:
    return {
        "kind": "one-to-one",
        "match_id": ours.match_id,
        "held_on": ours.desk.today,
        "minutes": 30,
        "channel": "telephone",
    }


def attempts(ours: Ours) -> dict[str, tuple[str, str, Any]]:
    """For every route a request that would succeed if its own organisation made it."""
    acquaintance = f"/referrals/{ours.referral.referral_id}/acquaintances/{ours.supporter_id}"
    pair = {"referral_id": str(ours.referral.referral_id), "supporter_id": ours.supporter_id}
    return {
        "put_supporter": ("PUT", f"/supporters/{ours.supporter_id}", a_supporter_body(capacity=9)),
        "list_supporters": ("GET", "/supporters", None),
        "get_supporter": ("GET", f"/supporters/{ours.supporter_id}", None),
        "put_disclosures": ("PUT", f"/supporters/{ours.supporter_id}/disclosures", A_DISCLOSURE),
        "put_topics_to_avoid": ("PUT", f"/supporters/{ours.supporter_id}/topics-to-avoid", {"codes": ["arson"]}),
        "get_disclosures": ("GET", f"/supporters/{ours.supporter_id}/disclosures", None),
        "preview_supporter": ("GET", f"/supporters/{ours.supporter_id}/preview?as=public", None),
        "link_person": (
            "POST",
            f"/supporters/{ours.supporter_id}/person",
            {"person_id": str(ours.referral.person_id)},
        ),
        "get_progression": ("GET", f"/supporters/{ours.supporter_id}/progression", None),
        "record_step": (
            "POST",
            f"/supporters/{ours.supporter_id}/steps",
            {"moment": "reached", "step": "resting", "on": ours.desk.today},
        ),
        "list_steps": ("GET", f"/supporters/{ours.supporter_id}/steps", None),
        "count_paths": ("GET", "/supporters/paths", None),
        "list_attention": ("GET", "/supporters/attention", None),
        "record_check": ("POST", f"/supporters/{ours.supporter_id}/checks", a_check_body(ours.desk.today)),
        "list_checks": ("GET", f"/supporters/{ours.supporter_id}/checks", None),
        "record_training": ("POST", f"/supporters/{ours.supporter_id}/trainings", a_training_body(ours.desk.today)),
        "list_trainings": ("GET", f"/supporters/{ours.supporter_id}/trainings", None),
        "record_staff_training": ("POST", f"/staff/{STAFF}/trainings", a_training_body(ours.desk.today)),
        "list_staff_trainings": ("GET", f"/staff/{STAFF}/trainings", None),
        "suspend_supporter": ("POST", f"/supporters/{ours.supporter_id}/suspension", {"reason": "allegation"}),
        "get_suspension": ("GET", f"/supporters/{ours.suspended_id}/suspension", None),
        "lift_suspension": ("POST", f"/supporters/{ours.suspended_id}/suspension/lifting", {"outcome": "returns"}),
        "read_supporter_contact": ("GET", f"/internal/supporters/{ours.supporter_id}/contact", None),
        "list_supervision_due": ("GET", "/supporters/supervision", None),
        "log_supervision": ("POST", f"/supporters/{ours.supporter_id}/supervisions", a_supervision(ours.desk)),
        "log_supervision_meeting": (
            "POST",
            "/supervisions",
            {"held_on": ours.desk.today, "minutes": 90, "supporters": [{"supporter_id": ours.supporter_id}]},
        ),
        "list_supervisions": ("GET", f"/supporters/{ours.supporter_id}/supervisions", None),
        "get_supervision": ("GET", f"/supervisions/{ours.supervision_id}", None),
        "assess_competencies": (
            "POST",
            f"/supporters/{ours.supporter_id}/assessments",
            {"assessed_by": "supporter", "assessed_on": ours.desk.today, "levels": {"empathy": 3}},
        ),
        "put_development": ("PUT", f"/supporters/{ours.supporter_id}/development", {"functions": ["safe-outlet"]}),
        "get_development": ("GET", f"/supporters/{ours.supporter_id}/development", None),
        "get_record_of_experience": ("GET", f"/supporters/{ours.supporter_id}/record-of-experience.pdf", None),
        "hand_over": ("POST", "/handovers", {"from_coordinator": "tester", "to_coordinator": "s-2"}),
        "list_handovers": ("GET", "/handovers", None),
        "check_in": ("POST", f"/supporters/{ours.supporter_id}/check-ins", {"feelings": ["tired"]}),
        "list_check_ins": ("GET", f"/supporters/{ours.supporter_id}/check-ins", None),
        "list_signals": ("GET", f"/supporters/{ours.supporter_id}/signals", None),
        "list_offers": ("GET", f"/supporters/{ours.supporter_id}/offers", None),
        "list_own_matches": ("GET", f"/supporters/{ours.supporter_id}/matches", None),
        "list_own_groups": ("GET", f"/supporters/{ours.leader_id}/groups", None),
        "list_own_slots": ("GET", f"/supporters/{ours.leader_id}/slots", None),
        "list_to_log": ("GET", f"/supporters/{ours.leader_id}/to-log", None),
        "log_own_meeting": ("POST", f"/supporters/{ours.leader_id}/meetings", an_own_meeting(ours)),
        "answer_offer": (
            "POST",
            f"/supporters/{ours.supporter_id}/offers/{ours.proposal_id}/answers",
            {"answer": "yes", "knowing_is_fine": True},
        ),
        "list_shared_check_ins": ("GET", "/check-ins", None),
        "log_call": (
            "POST",
            f"/supporters/{ours.supporter_id}/calls",
            {"held_on": ours.desk.today, "channel": "telephone", "topics": ["a-hard-week"]},
        ),
        "list_calls": ("GET", f"/supporters/{ours.supporter_id}/calls", None),
        "read_worklist": ("GET", "/worklist", None),
        "list_waiting": ("GET", "/waiting", None),
        "list_unplaceable": ("GET", "/unplaceable", None),
        "list_candidates": ("GET", f"/referrals/{ours.referral.referral_id}/candidates", None),
        "hold_round": ("POST", f"/programmes/{ours.desk.programme.programme_id}/rounds", None),
        "get_round": ("GET", f"/rounds/{ours.round_id}", None),
        "list_rounds": ("GET", "/rounds", None),
        "replay_round": ("GET", f"/rounds/{ours.round_id}/replay", None),
        "find_most_helpful": ("GET", f"/rounds/{ours.round_id}/most-helpful", None),
        "get_fairness": ("GET", f"/rounds/{ours.round_id}/fairness", None),
        "propose": ("POST", "/proposals", pair),
        "get_proposal": ("GET", f"/proposals/{ours.proposal_id}", None),
        "answer_proposal": (
            "POST",
            f"/proposals/{ours.proposal_id}/answers",
            {"answered_by": "person", "answer": "yes"},
        ),
        "note_acquaintance": ("PUT", acquaintance, None),
        "take_acquaintance_back": ("DELETE", acquaintance, None),
        "plan_encounter": ("POST", f"/matches/{ours.match_id}/encounter", {"encounter": "greet"}),
        "list_matches": ("GET", "/matches", None),
        "list_referral_matches": ("GET", f"/referrals/{ours.referral.referral_id}/matches", None),
        "get_match": ("GET", f"/matches/{ours.match_id}", None),
        "get_match_supporter": ("GET", f"/matches/{ours.match_id}/supporter", None),
        "end_match": ("POST", f"/matches/{ours.match_id}/ending", {"ending": "planned"}),
        "say_supporter_was_told": ("POST", f"/matches/{ours.loose_ids[0]}/supporter-told", None),
        "say_visit_was_talked_about": ("POST", f"/sessions/{ours.loose_ids[1]}/plan-talked-about", None),
        "plan_ending": ("POST", f"/matches/{ours.match_id}/planned-ending", {"ends_on": ours.desk.today}),
        "extend_match": ("POST", f"/matches/{ours.match_id}/extending", {"until": "2099-12-01"}),
        "answer_balance": ("POST", f"/matches/{ours.match_id}/balance", {"balance": "goes-on"}),
        "put_group": ("PUT", f"/groups/{ours.group_id}", a_group(ours.desk, ours.supporter_id, setting="library")),
        "list_groups": ("GET", "/groups", None),
        "get_group": ("GET", f"/groups/{ours.group_id}", None),
        "join_group": ("POST", f"/groups/{ours.group_id}/places", {"referral_id": str(ours.referral.referral_id)}),
        "list_places": ("GET", f"/groups/{ours.group_id}/places", None),
        "get_place": ("GET", f"/places/{ours.place_id}", None),
        "answer_place": ("POST", f"/places/{ours.place_id}/answers", {"answer": "yes"}),
        "leave_place": ("POST", f"/places/{ours.place_id}/leaving", {}),
        "put_slot": ("PUT", f"/slots/{ours.slot_id}", a_slot(ours.desk, ours.supporter_id, minutes=30)),
        "list_slots": ("GET", "/slots", None),
        "get_slot": ("GET", f"/slots/{ours.slot_id}", None),
        "book_slot": ("POST", f"/slots/{ours.slot_id}/places", {"referral_id": str(ours.referral.referral_id)}),
        "list_slot_places": ("GET", f"/slots/{ours.slot_id}/places", None),
        "cancel_slot": ("POST", f"/slots/{ours.slot_id}/cancelling", None),
        "propose_mediation": ("POST", "/mediations", parties(ours)),
        "list_mediations": ("GET", "/mediations", None),
        "get_mediation": ("GET", f"/mediations/{ours.mediation_id}", None),
        "answer_mediation": (
            "POST",
            f"/mediations/{ours.mediation_id}/answers",
            {"answered_by": "first", "answer": "yes"},
        ),
        "end_mediation": ("POST", f"/mediations/{ours.mediation_id}/ending", {"outcome": "did-not-take-place"}),
        **attempts_to_exchange(ours),
        "plan_visit": ("POST", f"/matches/{ours.match_id}/visits", a_visit()),
        "list_visits": ("GET", "/visits", None),
        "list_overdue_visits": ("GET", "/visits/overdue", None),
        "list_own_visits": ("GET", f"/supporters/{ours.supporter_id}/visits", None),
        "check_in_to_visit": ("POST", f"/visits/{ours.visit_ids[0]}/checking-in", None),
        "check_out_of_visit": ("POST", f"/visits/{ours.visit_ids[1]}/checking-out", None),
        "cancel_visit": ("POST", f"/visits/{ours.visit_ids[2]}/cancelling", None),
        "book_interpreter": ("POST", f"/matches/{ours.interpreted[0]}/interpreters", an_interpreter()),
        "list_interpreters": ("GET", f"/matches/{ours.interpreted[0]}/interpreters", None),
        "cancel_interpreter": ("POST", f"/interpreters/{ours.interpreted[1]}/cancelling", None),
        "record_helping": ("POST", f"/matches/{ours.match_id}/helping", an_answer(ours.desk)),
        "count_helping": ("GET", f"/programmes/{ours.desk.programme.programme_id}/helping", None),
        "count_measures": ("GET", f"/programmes/{ours.desk.programme.programme_id}/measures", None),
        "list_measures_due": ("GET", "/measures/due", None),
        "decline_measures": ("POST", f"/matches/{ours.match_id}/measure-declines", a_decline(ours.desk, "carer")),
        "list_measure_declines": ("GET", f"/matches/{ours.match_id}/measure-declines", None),
        "list_helping": ("GET", f"/matches/{ours.match_id}/helping", None),
        "list_helping_due": ("GET", "/helping/due", None),
        "record_helping_of_meetings": ("POST", f"/referrals/{ours.came_id}/helping", an_answer(ours.desk)),
        "list_helping_of_referral": ("GET", f"/referrals/{ours.came_id}/helping", None),
        "list_harder": ("GET", "/helping/harder", None),
        "see_to_helping": ("POST", f"/helping/{ours.helping_id}/seeing", None),
        **attempts_at_goals(ours),
        **attempts_with_materials(ours),
        "log_incident": ("POST", "/incidents", an_incident(ours.desk, ours.referral)),
        "list_incidents": ("GET", "/incidents", None),
        "get_incident": ("GET", f"/incidents/{ours.incident_id}", None),
        "follow_up_incident": ("POST", f"/incidents/{ours.incident_id}/follow-ups", a_follow_up(ours.desk)),
        "close_incident": ("POST", f"/incidents/{ours.incident_id}/closing", {}),
        "log_taster": ("POST", f"/referrals/{ours.referral.referral_id}/tasters", {"held_on": ours.desk.today}),
        "list_tasters": ("GET", f"/referrals/{ours.referral.referral_id}/tasters", None),
        "log_signpost": ("POST", "/signposts", a_signpost(ours.contact_id)),
        "list_signposts": ("GET", "/signposts", None),
        "list_referral_signposts": ("GET", f"/referrals/{ours.referral.referral_id}/signposts", None),
        "say_whether_they_went": ("POST", f"/signposts/{ours.signpost_id}/went", {"went": "turned-away"}),
        "count_signposts": ("GET", f"/programmes/{ours.desk.programme.programme_id}/signposts", None),
        "log_session": ("POST", "/sessions", a_session(ours)),
        "list_sessions": ("GET", "/sessions", None),
        "get_session": ("GET", f"/sessions/{ours.session_id}", None),
        "correct_session": ("PUT", f"/sessions/{ours.session_id}", a_correction(ours.desk)),
        "list_session_corrections": ("GET", f"/sessions/{ours.session_id}/corrections", None),
        "list_session_doubles": ("GET", "/sessions/doubles", None),
        "void_session": ("POST", f"/sessions/{ours.session_id}/voiding", {"reason": "entered-twice"}),
        "confirm_session": ("POST", f"/sessions/{ours.session_id}/confirming", None),
        "note_session": ("POST", f"/sessions/{ours.session_id}/notes", {"words": ASIDE}),
        "read_session_notes": ("GET", f"/sessions/{ours.session_id}/notes", None),
        "log_contact": ("POST", "/contacts", a_contact(ours.desk)),
        "list_contacts": ("GET", "/contacts", None),
        "get_contact": ("GET", f"/contacts/{ours.contact_id}", None),
        "correct_contact": ("PUT", f"/contacts/{ours.contact_id}", a_contact_instead(ours.desk)),
        "list_contact_corrections": ("GET", f"/contacts/{ours.contact_id}/corrections", None),
        "void_contact": ("POST", f"/contacts/{ours.contact_id}/voiding", {"reason": "did-not-happen"}),
        **attempts_to_measure(ours),
        **attempts_to_see_to_it(ours),
    }


def attempts_with_materials(ours: Ours) -> dict[str, tuple[str, str, Any]]:
    """The same for what is given to read."""
    of_programme = f"/programmes/{ours.desk.programme.programme_id}/materials"
    giving = {"to": "supporter", "id": ours.supporter_id, "given_on": ours.desk.today}
    return {
        "issue_material": ("POST", of_programme, a_material(ours.desk, "leaflet")),
        "list_materials": ("GET", of_programme, None),
        "give_material": ("POST", f"/materials/{ours.material_id}/givings", giving),
        "list_group_materials": ("GET", f"/groups/{ours.group_id}/materials", None),
        "list_supporter_materials": ("GET", f"/supporters/{ours.supporter_id}/materials", None),
    }


def attempts_at_goals(ours: Ours) -> dict[str, tuple[str, str, Any]]:
    """The same for goals."""
    of_referral, goal = f"/referrals/{ours.referral.referral_id}/goals", f"/goals/{ours.goal_id}"
    today = ours.desk.today
    return {
        "set_goal": ("POST", of_referral, {"code": "friends", "set_on": today}),
        "list_goals": ("GET", of_referral, None),
        "get_goal": ("GET", goal, None),
        "look_at_goal": ("POST", f"{goal}/looks", {"looked_on": today, "at": "review", "near": 7}),
        "list_goal_looks": ("GET", f"{goal}/looks", None),
        "end_goal": ("POST", f"{goal}/ending", {"state": "reached", "on": today}),
        "count_goals": ("GET", f"/programmes/{ours.desk.programme.programme_id}/goals", None),
    }


def attempts_to_measure(ours: Ours) -> dict[str, tuple[str, str, Any]]:
    """The same for measures."""
    of_referral = f"/referrals/{ours.referral.referral_id}/measurements"
    measurement = f"/measurements/{ours.measurement_id}"
    of_supporter = f"/supporters/{ours.supporter_id}/measurements"
    return {
        "list_instruments": ("GET", "/instruments", None),
        "get_instrument": ("GET", "/instruments/swemwbs", None),
        "put_licence": ("PUT", "/instruments/swemwbs/licence", A_LICENCE),
        "record_measurement": ("POST", of_referral, a_measurement(ours.desk)),
        "list_measurements": ("GET", of_referral, None),
        "record_own_measure": ("POST", of_supporter, an_own_measure(ours.desk)),
        "list_own_measures": ("GET", of_supporter, None),
        "get_measurement": ("GET", measurement, None),
    }


def attempts_to_see_to_it(ours: Ours) -> dict[str, tuple[str, str, Any]]:
    """The same for concerns."""
    concern, desk = f"/concerns/{ours.concern_id}", f"/duty-desks/{ours.duty_desk_id}"
    return {
        "raise_concern": ("POST", "/concerns", a_concern(ours.match_id)),
        "list_own_concerns": ("GET", "/concerns/own", None),
        "list_concerns": ("GET", "/concerns", None),
        "list_unanswered_sharings": ("GET", "/concerns/sharings", None),
        "get_concern": ("GET", concern, None),
        "acknowledge_concern": ("POST", f"{concern}/acknowledging", None),
        "decide_concern": ("POST", f"{concern}/deciding", {"decision": "shared", "reason": WORRY}),
        "share_concern": ("POST", f"{concern}/sharings", A_SHARING),
        "answer_sharing": ("POST", f"{concern}/sharings/{ours.sharing_id}/answering", None),
        "put_duty_desk": ("PUT", desk, A_DUTY_DESK | {"decide_minutes": 60}),
        "list_duty_desks": ("GET", "/duty-desks", None),
        "get_duty_desk": ("GET", desk, None),
        "read_duty_desk_contact": ("GET", f"/internal{desk}/lead/contact", None),
    }


def attempts_to_exchange(ours: Ours) -> dict[str, tuple[str, str, Any]]:
    """The same for the exchange."""
    first, _, third = ours.member_ids
    member, agreement = f"/exchange/members/{first}", f"/exchange/agreements/{ours.agreement_id}"
    suggestions = f"/exchange/{ours.desk.programme.programme_id}/suggestions?member={first}"
    return {
        "put_exchange_member": ("PUT", member, a_member_body(ours)),
        "list_exchange_members": ("GET", "/exchange/members", None),
        "get_exchange_member": ("GET", member, None),
        "leave_exchange": ("DELETE", member, None),
        "list_exchange_suggestions": ("GET", suggestions, None),
        "ask_exchange_members": ("POST", "/exchange/agreements", {"member_ids": [first, third]}),
        "get_exchange_agreement": ("GET", agreement, None),
        "answer_exchange_agreement": ("POST", f"{agreement}/answers", {"member_id": first, "answer": "no"}),
        "read_exchange_number": ("GET", f"{agreement}/number?member={first}", None),
    }


LISTS = {
    *("list_helping", "list_helping_of_referral", "list_helping_due", "list_harder"),
    *("list_overdue_visits", "list_visits"),
    *("list_measures_due", "list_measure_declines"),
    *("list_referral_matches", "list_goals", "list_signposts", "list_referral_signposts"),
    *("list_tasters", "list_incidents", "list_materials", "list_group_materials"),
    *("list_supporters", "list_supervision_due", "list_waiting", "list_unplaceable", "list_staff_trainings"),
    *("list_attention", "list_shared_check_ins", "list_handovers", "list_rounds", "list_matches", "list_groups"),
    *(
        "list_places",
        "list_slots",
        "list_slot_places",
        "list_mediations",
        "list_exchange_members",
        "list_sessions",
        "list_contacts",
        "list_session_doubles",
        "list_duty_desks",
    ),
}
"""Lists of one's own things: for others they are there, and empty."""
STAFF = "auth0.4f1c"
NAMED = {
    *("suspend_supporter", "get_suspension", "lift_suspension", "link_person", "get_progression", "close_incident"),
}
"""For named roles alone: an administrator is not one."""
LEADS = {
    *("list_concerns", "get_concern", "acknowledge_concern", "decide_concern", "share_concern", "answer_sharing"),
    "list_unanswered_sharings",
}
"""For safeguarding leads alone: whoever organises is none."""
FOR_SENDING = {"read_supporter_contact", "read_duty_desk_contact"}
VOICE = {"raise_concern", "list_own_concerns"}
"""Anybody raises a concern, with their own organisation, and follows it."""
OWN = VOICE | {"record_staff_training", "list_instruments", "get_instrument", "put_licence"}
"""What is the caller's own: the same subject of another organisation is somebody else, its licences are its own."""
NOBODY_SAID = dict.fromkeys(("matches", "asked", "helping", "no_different", "harder", "ever_harder"), 0)
NOBODY = {"number": 0, "median": None, "longest": None}


THEIR_OWN = {
    "check_in",
    "list_check_ins",
    "list_signals",
    "get_disclosures",
    "list_offers",
    "answer_offer",
    "list_own_matches",
    "list_own_visits",
    *("list_own_groups", "list_own_slots", "log_own_meeting", "list_to_log"),
}
"""What a supporter does for themself, and nobody for them."""
OWN_WORDS = {"put_disclosures", "put_topics_to_avoid", "preview_supporter", "record_own_measure"}
EITHERS = OWN_WORDS | {
    *("note_session", "read_session_notes", "list_own_measures"),
    *("set_goal", "list_goals", "get_goal", "look_at_goal", "list_goal_looks", "end_goal"),
    *("log_signpost", "list_referral_signposts", "say_whether_they_went", "log_incident", "get_incident"),
    *("list_supporter_materials", "list_supervisions", "get_supervision"),
    *("log_session", "log_contact", "plan_visit", "check_in_to_visit", "check_out_of_visit", "cancel_visit"),
    "list_interpreters",
}
"""What a supporter does for themself, and whoever organises for all."""


async def attempt(ours: Ours, name: str, auth: Bearer | None) -> httpx.Response:
    method, path, body = attempts(ours)[name]
    headers = {"If-Match": '"1"', "Idempotency-Key": str(new_id())}
    return await ours.desk.client.request(method, path, json=body, headers=headers, auth=auth)


async def attempts_of(ours: Ours, auth: Bearer | None, names: Iterable[str] = PERMISSIONS) -> dict[str, Any]:
    """What each route answers: its status, or the body of what should not have been answered."""
    answers = {name: await attempt(ours, name, auth) for name in names}
    leaking = [name for name, answer in answers.items() if any(secret in answer.text for secret in ours.secrets)]
    assert leaking == []
    return {name: answer.json() if answer.is_success else answer.status_code for name, answer in answers.items()}


async def test_every_route_is_attempted(ours: Ours) -> None:
    assert set(attempts(ours)) == set(PERMISSIONS)


@pytest.mark.parametrize("role", ["coordinator", "administrator"])
async def test_another_organisation_gets_nothing(ours: Ours, as_caller: AsCaller, role: str) -> None:
    before = await ours.desk.stage.told()
    others = set(PERMISSIONS) - OWN - {"read_worklist"}

    # the worklist first: answers that worry are a concern of whoever sent them, also where they are refused
    answers = await attempts_of(ours, as_caller(role, organisation_id=new_id()), ["read_worklist", *others])

    empty: Any = {"items": [], "next": None}
    none: Any = {"items": []}
    unwanted: Any = {"items": [], "counts": {}}
    unsaid: Any = {"exact": NOBODY_SAID, "to_publish": NOBODY_SAID, "ever_harder_percent": None}
    nothing: Any = {"start": NOBODY, "steps": {}, "states": {}, "destinations": {}}
    expected = dict.fromkeys(PERMISSIONS, 404) | dict.fromkeys(LISTS, empty)
    expected |= dict.fromkeys(FOR_SENDING | LEADS, 403)
    expected |= {"put_duty_desk": 404 if role == "administrator" else 403}
    expected |= {
        "read_worklist": unwanted,
        "count_paths": nothing,
        "list_session_corrections": none,
        "list_contact_corrections": none,
        "count_signposts": none,
        "count_goals": none,
        "count_measures": none,
        "count_helping": unsaid,
    }
    expected |= dict.fromkeys(NAMED if role == "administrator" else (), 403)
    expected |= dict.fromkeys(THEIR_OWN, 403)
    expected["hand_over"] = 409  # what others look after is nothing here
    expected = {name: told for name, told in expected.items() if name not in OWN}
    assert answers == expected
    assert await ours.desk.stage.told_since(before) == []


@pytest.mark.parametrize("own", [True, False])
async def test_a_referrer_sees_no_supporters_of_whichever_organisation(
    ours: Ours, as_caller: AsCaller, *, own: bool
) -> None:
    organisation_id = ours.desk.stage.organisation_id if own else new_id()

    answers = await attempts_of(ours, as_caller("referrer", organisation_id=organisation_id), set(PERMISSIONS) - VOICE)

    assert answers == dict.fromkeys(set(PERMISSIONS) - VOICE, 403)


@pytest.mark.parametrize("roles", [("operator",), ("service", "service:reporting"), ("service", "service:referrals")])
async def test_who_runs_the_network_sees_no_supporters(ours: Ours, as_caller: AsCaller, roles: tuple[str, ...]) -> None:
    assert await attempts_of(ours, as_caller(*roles)) == dict.fromkeys(PERMISSIONS, 403)


async def test_the_service_that_writes_to_supporters_does_nothing_else(ours: Ours, as_caller: AsCaller) -> None:
    others = set(PERMISSIONS) - FOR_SENDING

    answers = await attempts_of(ours, as_caller("service", "service:notifications"), others)

    assert answers == dict.fromkeys(others, 403)


@pytest.mark.parametrize("own", [True, False])
async def test_another_supporter_of_whichever_organisation_gets_nothing(
    ours: Ours, as_caller: AsCaller, *, own: bool
) -> None:
    organisation_id = ours.desk.stage.organisation_id if own else new_id()
    others = set(PERMISSIONS) - VOICE

    answers = await attempts_of(
        ours, as_caller("supporter", organisation_id=organisation_id, subject="another"), others
    )

    assert answers == dict.fromkeys(others, 403) | dict.fromkeys(THEIR_OWN | EITHERS, 404)


SUPERVISION = {
    *("list_supervision_due", "log_supervision", "log_supervision_meeting", "list_supervisions", "get_supervision"),
}


async def test_a_supervisor_does_nothing_but_supervise_and_of_another_organisation_finds_nobody(
    ours: Ours, as_caller: AsCaller
) -> None:
    others = set(PERMISSIONS) - VOICE - SUPERVISION
    own = as_caller("supervisor", organisation_id=ours.desk.stage.organisation_id, subject="a-supervisor")
    stranger = as_caller("supervisor", organisation_id=new_id(), subject="another")

    assert await attempts_of(ours, own, others) == dict.fromkeys(others, 403)
    answers = await attempts_of(ours, stranger, SUPERVISION)
    empty: Any = {"list_supervision_due": {"items": [], "next": None}}
    assert answers == dict.fromkeys(SUPERVISION, 404) | empty


async def test_another_organisations_lead_sees_none_of_our_concerns(ours: Ours, as_caller: AsCaller) -> None:
    stranger = as_caller("safeguarding-lead", organisation_id=new_id(), subject="another")

    answers = await attempts_of(ours, stranger, LEADS | {"list_own_concerns", "put_duty_desk"})

    empty: Any = {"items": [], "next": None}
    lists = {"list_concerns": empty, "list_unanswered_sharings": empty, "list_own_concerns": empty}
    assert answers == dict.fromkeys(LEADS | {"put_duty_desk"}, 404) | lists


async def test_whoever_raises_a_concern_learns_nothing_of_what_it_is_about(ours: Ours, as_caller: AsCaller) -> None:
    answer = await attempt(ours, "raise_concern", as_caller("supporter", organisation_id=new_id(), subject="another"))

    assert answer.status_code == 201
    assert not any(secret in answer.text for secret in ours.secrets)


async def test_without_a_token_there_is_nothing(ours: Ours) -> None:
    assert await attempts_of(ours, None) == dict.fromkeys(PERMISSIONS, 401)


COLLEAGUES = [("coordinator",), ("administrator",), ("coordinator", "administrator", "supporter", "referrer")]


@pytest.mark.parametrize("roles", COLLEAGUES)
async def test_no_route_answers_a_colleague_what_a_supervisor_noted(
    ours: Ours, as_caller: AsCaller, roles: tuple[str, ...]
) -> None:
    colleague = as_caller(*roles, organisation_id=ours.desk.stage.organisation_id, subject="a-colleague")
    looks = [name for name in PERMISSIONS if attempts(ours)[name][0] == "GET"]
    deeds = [name for name in PERMISSIONS if name not in looks]

    answers = {name: await attempt(ours, name, colleague) for name in (*looks, *deeds)}

    assert [name for name, answer in answers.items() if NOTE in answer.text] == []
    assert answers["get_supervision"].status_code == 404
    assert NOTE in (await attempt(ours, "get_supervision", ours.desk.auth)).text


async def test_another_organisation_cannot_join_in_our_group(ours: Ours, as_caller: AsCaller) -> None:
    theirs = Desk(ours.desk.client, Stage(ours.desk.stage.database), as_caller)
    await theirs.open()

    answer = await theirs.create("/sessions", a_meeting(theirs, ours.group_id, theirs.programme.programme_id))

    assert (answer.status_code, answer.json()["code"]) == (404, "group-not-found")


async def test_sql_without_an_organisation_finds_no_rows_on_a_connection_that_had_one(
    ours: Ours, as_caller: AsCaller
) -> None:
    path = f"/internal/supporters/{ours.supporter_id}/contact"
    await ours.desk.client.get(path, auth=as_caller("service", "service:notifications"))
    nobody = Caller("nobody", None, frozenset(), "nobody")
    stranger = Caller("stranger", new_id(), frozenset({"coordinator"}), "stranger")

    own, connection = await count(ours, ours.desk.stage.caller)
    none, same_connection = await count(ours, nobody)
    foreign, _ = await count(ours, stranger)

    assert connection == same_connection
    assert min(own.values()) > 0
    assert none == foreign == dict.fromkeys(own, 0)


async def count(ours: Ours, caller: Caller) -> tuple[dict[str, int], int]:
    """How many rows of each table the caller sees who says who they are, and on which connection."""
    async with ours.desk.stage.database.transaction(caller) as tx:
        await tx.execute(sa.text("select set_config('kith.subject', :subject, true)"), {"subject": caller.subject})
        rows = {
            name: (await tx.execute(sa.select(sa.func.count()).select_from(table))).scalar_one()
            for name, table in metadata.tables.items()
            if name not in PUBLIC
        }
        return rows, (await tx.execute(sa.text("select pg_backend_pid()"))).scalar_one()
