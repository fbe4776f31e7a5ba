"""Of what else people were told: by whom, of whom, and how it is counted."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from kith_chassis.clock import new_id, new_pseudonym
from kith_matching.domain.components import ComponentOff
from kith_matching.domain.occasion import Contact, ContactKind, Noted, Occasion, Outcome, Session
from kith_matching.domain.referral import Channel, Programme
from kith_matching.domain.refusals import PersonErased
from kith_matching.domain.signpost import (
    Entry,
    EntryKind,
    NobodyWasTold,
    WasNotThere,
    Went,
    say_went,
    told_at_contact,
    told_at_session,
)
from kith_matching.domain.terms import Terms
from kith_matching.views.holdings import list_holdings
from tests.builders import a_person_erased
from tests.conftest import AsCaller
from tests.matching.builders import DAY, NOW, ORGANISATION, TODAY, a_programme, a_referral
from tests.matching.desk import Desk
from tests.matching.test_goals import Together, matched_where
from tests.matching.test_tenancy import a_meeting

ENTRY = Entry(EntryKind.PROGRAMME, new_id())
ON = Terms(components=("signposting",))
THAT_DAY = TODAY - 3 * DAY


def a_session(programme: Programme, outcome: Outcome = Outcome.HAPPENED, **different: Any) -> Session:
    """Three days ago, with nobody named."""
    occasion = Occasion(THAT_DAY, outcome, 60, Channel.TELEPHONE, ())
    usual = Session(new_id(), programme.id, ORGANISATION, occasion, Noted(NOW), (new_pseudonym(),))
    return replace(usual, **different)


def test_a_person_is_told_at_a_session_that_took_place_and_of_which_they_were() -> None:
    programme = a_programme(terms=ON)
    referral, other = a_referral(programme), a_referral(programme)
    theirs = a_session(programme, referral_id=referral.id, match_id=new_id())
    meeting = a_session(programme, attended_referral_ids=(referral.id,))

    for session in (theirs, meeting):
        told = told_at_session(session, ENTRY, programme, referral, signpost_id=new_id())
        assert (told.told_on, told.referral_id, told.session_id) == (THAT_DAY, referral.id, session.id)
        with pytest.raises(WasNotThere):
            told_at_session(session, ENTRY, programme, other, signpost_id=new_id())
    assert told_at_session(meeting, ENTRY, programme, None, signpost_id=new_id()).referral_id is None
    with pytest.raises(NobodyWasTold):
        told_at_session(a_session(programme, Outcome.CANCELLED), ENTRY, programme, None, signpost_id=new_id())
    with pytest.raises(PersonErased):
        told_at_session(theirs, ENTRY, programme, replace(referral, erased=True), signpost_id=new_id())


def a_contact(programme: Programme) -> Contact:
    return Contact(new_id(), programme.id, ORGANISATION, TODAY, ContactKind.OUTREACH, 3, (), None, None, Noted(NOW))


def test_at_a_contact_nobody_is_named() -> None:
    programme = a_programme(terms=ON)
    contact = a_contact(programme)

    told = told_at_contact(contact, ENTRY, programme, None, signpost_id=new_id())

    assert (told.told_on, told.contact_id, told.referral_id) == (TODAY, contact.id, None)
    with pytest.raises(WasNotThere):
        told_at_contact(contact, ENTRY, programme, new_id(), signpost_id=new_id())


def test_nobody_is_signposted_where_the_programme_does_not_say_so() -> None:
    programme = a_programme()
    contact = a_contact(programme)

    with pytest.raises(ComponentOff, match="signposting"):
        told_at_contact(contact, ENTRY, programme, None, signpost_id=new_id())
    with pytest.raises(ComponentOff, match="signposting"):
        told_at_session(a_session(programme), ENTRY, programme, None, signpost_id=new_id())


def test_who_hears_more_later_says_it_anew() -> None:
    programme = a_programme(terms=ON)
    told = told_at_session(a_session(programme), ENTRY, programme, None, signpost_id=new_id())

    after = say_went(say_went(told, Went.DID_NOT_GO), Went.WENT)

    assert (after.went, after.version) == (Went.WENT, 3)


class Telling(Together):
    """A session of two, and what the person was told at it."""

    session_id: str

    async def meet(self) -> str:
        """A session, logged by the supporter."""
        self.desk.auth = self.supporter
        body = {"kind": "one-to-one", "match_id": self.match_id, "held_on": self.desk.today}
        logged = await self.desk.create("/sessions", body | {"minutes": 30, "channel": "telephone"})
        found: str = logged.json()["id"]
        return found

    async def tell(self, auth: Any = None, **different: Any) -> httpx.Response:
        """Of the entry, by the supporter unless it is somebody else."""
        self.desk.auth = auth or self.supporter
        body = {"at": "session", "entry_kind": "programme", "entry_id": str(ENTRY.id)}
        return await self.desk.create("/signposts", body | different)

    async def counted(self) -> list[dict[str, Any]]:
        """Of the programme."""
        self.desk.auth = self.coordinator
        found: list[dict[str, Any]] = (
            await self.desk.get(f"/programmes/{self.desk.programme.programme_id}/signposts")
        ).json()["items"]
        return found


@pytest.fixture
async def telling(desk: Desk, as_caller: AsCaller) -> Telling:
    referral, match_id = await matched_where(desk, "signposting")
    found = Telling(desk, as_caller, referral, match_id)
    found.session_id = await found.meet()
    return found


async def test_a_supporter_tells_at_their_own_session_and_says_later_that_the_person_went(telling: Telling) -> None:
    told = await telling.tell(occasion_id=telling.session_id)
    went = await telling.desk.change(f"/signposts/{told.json()['id']}/went", {"went": "went"}, told.headers["ETag"])

    (shown,) = (await telling.desk.get(f"/referrals/{telling.referral.referral_id}/signposts")).json()["items"]

    assert (told.status_code, told.json()["referral_id"]) == (201, str(telling.referral.referral_id))
    assert (went.status_code, shown["went"], shown["entry_id"]) == (200, "went", str(ENTRY.id))
    assert await telling.counted() == [
        {
            "entry_kind": "programme",
            "entry_id": str(ENTRY.id),
            "told": 1,
            "went": 1,
            "did_not_go": 0,
            "turned_away": 0,
        }
    ]


async def test_another_supporter_tells_nothing_at_it_and_hears_nothing_of_it(telling: Telling) -> None:
    told = (await telling.tell(occasion_id=telling.session_id)).json()
    refused = await telling.tell(telling.another, occasion_id=telling.session_id)
    said = await telling.desk.change(f"/signposts/{told['id']}/went", {"went": "went"}, '"1"')

    assert (refused.status_code, refused.json()["code"]) == (404, "occasion-not-found")
    assert (said.status_code, said.json()["code"]) == (404, "signpost-not-found")


async def test_a_supporter_names_nobody_at_a_meeting_which_is_for_who_organises_it(telling: Telling) -> None:
    telling.desk.auth = telling.coordinator
    meeting = await telling.desk.create(
        "/sessions", a_meeting(telling.desk, str(new_id()), telling.desk.programme.programme_id)
    )

    refused = await telling.tell(occasion_id=meeting.json()["id"])
    told = await telling.tell(telling.coordinator, occasion_id=meeting.json()["id"])
    path, went = f"/signposts/{told.json()['id']}/went", {"went": "turned-away"}
    telling.desk.auth = telling.supporter
    unheard = await telling.desk.change(path, went, '"1"')
    telling.desk.auth = telling.coordinator
    followed = await telling.desk.change(path, went, '"1"')

    assert (refused.status_code, told.status_code, told.json()["referral_id"]) == (404, 201, None)
    assert (unheard.status_code, unheard.json()["code"]) == (404, "signpost-not-found")
    assert followed.json()["went"] == "turned-away"


async def test_what_was_said_since_is_not_said_over(telling: Telling) -> None:
    told = (await telling.tell(occasion_id=telling.session_id)).json()

    stale = await telling.desk.change(f"/signposts/{told['id']}/went", {"went": "went"}, '"2"')

    assert stale.status_code == 412


async def test_of_somebody_who_was_erased_only_the_count_is_left(telling: Telling) -> None:
    told = await telling.tell(occasion_id=telling.session_id)
    stage, referral = telling.desk.stage, telling.referral

    async def kinds() -> list[str]:
        async with stage.database.network_transaction() as tx:
            held = await list_holdings(tx, [referral.person_id], [referral.referral_id])
        return [one.kind for one in held.holdings if one.kind == "signpost"]

    before = await kinds()
    await stage.hear(a_person_erased(referral))

    assert (before, await kinds()) == (["signpost"], [])
    assert [one["told"] for one in await telling.counted()] == [1]
    (left,) = (await telling.desk.get("/signposts")).json()["items"]
    assert (left["referral_id"], left["session_id"]) == (None, None)
    async with stage.database.transaction(stage.caller) as tx:
        answers = await tx.scalars(sa.text("select location from idempotency_keys"))
        assert told.headers["Location"] not in set(answers)
