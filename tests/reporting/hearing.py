"""Facts given to reporting by hand, and the totals that come of them, counted a second time in plain Python."""

import random
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.clock import today
from kith_chassis.database import Database
from kith_chassis.received import Received
from kith_contracts import matching, notifications, referrals
from kith_contracts.fact import Fact
from kith_reporting import views
from kith_reporting.domain.reach import Area, Reach, Site, Topic
from kith_reporting.domain.totals import COUNTS, Side, Total
from kith_reporting.incoming import on_facts
from tests import builders as a

Counts = dict[tuple[UUID, UUID, Side], dict[str, int]]


async def hear(database: Database, *facts: Fact | Received) -> None:
    """Give these to reporting in one batch."""
    async with database.network_transaction() as tx:
        await on_facts(tx, [fact if isinstance(fact, Received) else a.received(fact) for fact in facts])


async def lines(database: Database) -> list[Total]:
    """All totals there are."""
    async with database.network_transaction() as tx:
        return await views.list_totals(tx)


async def line_of(database: Database, fact: Any, side: Side = Side.OWNER) -> Total:
    """The one line about the programme that the fact names."""
    (found,) = [line for line in await lines(database) if line.programme_id == fact.programme_id and line.side is side]
    return found


async def counts(tx: AsyncConnection) -> Counts:
    """All totals, as numbers above nought only."""
    return {
        (line.organisation_id, line.programme_id, line.side): above_nought(
            {name: getattr(line, name) for name in COUNTS}
        )
        for line in await views.list_totals(tx)
        if any(getattr(line, name) for name in COUNTS)
    }


def above_nought(counted: dict[str, int]) -> dict[str, int]:
    """Without what counts nothing."""
    return {name: count for name, count in counted.items() if count}


@dataclass
class Story:
    """All that was told of one referral."""

    created: referrals.ReferralCreated | None = None
    decision: str | None = None
    closed: bool = False
    reopened: bool = False
    missed: set[str] = field(default_factory=set)
    sharing: str | None = None
    proposed: bool = False
    matched_on: date | None = None
    supported: bool = False
    waits_again: bool = False
    messages: dict[UUID, bool] = field(default_factory=dict)


def expected(facts: Iterable[Received]) -> Counts:  # noqa: C901, PLR0912 - the rules once more, one line each, in sight
    """The totals as somebody would count them who reads all facts, in the order of each key, from the beginning."""
    stories: dict[UUID, Story] = {}
    sessions: dict[UUID, matching.SessionLogged] = {}
    contacts: dict[UUID, matching.ContactLogged] = {}
    supporters: dict[UUID, matching.SupporterChanged] = {}
    for fact in facts:
        story = stories.setdefault(fact.body.story.id, Story())
        match fact.body:
            case referrals.ReferralCreated() as body:
                story.created = body
            case referrals.ReferralDecided(decision=decision):
                story.decision, story.reopened = decision, False
            case referrals.ReferralReopened():
                story.decision, story.closed, story.reopened = None, False, True
            case referrals.PromiseMissed(promise=promise):
                story.missed.add(promise)
            case referrals.ReferralClosed():
                story.closed = True
            case referrals.ConsentChanged(purpose="share-referral", state=state):
                story.sharing = state
            case matching.MatchProposed() | matching.ProposalAnswered():
                story.proposed = True
            case matching.MatchMade():
                day = today(fact.occurred_at)
                story.matched_on = min(story.matched_on or day, day)
                story.supported, story.waits_again = True, False
            case matching.MatchEnded(waits_again=again):
                story.supported, story.waits_again = False, bool(again)
            case matching.SessionLogged() as body:
                sessions[body.session_id] = body
            case matching.ContactLogged() as body:
                contacts[body.contact_id] = body
            case matching.SupporterChanged() as body:
                supporters[body.supporter_id] = body
            case notifications.MessageDelivered() | notifications.MessageFailed() as message:
                story.messages[message.message_id] = isinstance(message, notifications.MessageDelivered)

    found: dict[tuple[UUID, UUID, Side], Counter[str]] = {}

    def count(organisation_id: UUID, programme_id: UUID, side: Side, **more: int) -> None:
        found.setdefault((organisation_id, programme_id, side), Counter()).update(more)

    held = [session for session in sessions.values() if session.outcome == "happened"]
    for session, along in _occasions(held):
        count(session.organisation_id, session.programme_id, Side.OWNER, sessions=1, companions=along)
    for contact in (one for one in contacts.values() if one.outcome == "happened"):
        count(contact.organisation_id, contact.programme_id, Side.OWNER, contacts=1, people_reached=contact.people)
    for supporter in supporters.values():
        if supporter.state == "active":
            for programme_id in set(supporter.programme_ids):
                count(supporter.organisation_id, programme_id, Side.OWNER, supporters=1)
    for referral_id, story in stories.items():
        if story.created is None:
            continue
        there = sum(referral_id in {session.referral_id, *session.attended_referral_ids} for session in held)
        counted = _counted(story, story.created, there)
        programme_id = story.created.programme_id
        count(story.created.programme_organisation_id, programme_id, Side.OWNER, **counted)
        count(story.created.referring_organisation_id, programme_id, Side.REFERRER, **counted, sessions=there)
    return {place: above_nought(dict(counted)) for place, counted in found.items() if above_nought(dict(counted))}


def _occasions(held: Sequence[matching.SessionLogged]) -> Iterable[tuple[matching.SessionLogged, int]]:
    """A meeting once, with how many came along to it."""
    along = Counter[UUID]()
    for one in held:
        along[one.meeting_id or one.session_id] += one.companions
    return [(one, along[id_]) for id_, one in {one.meeting_id or one.session_id: one for one in held}.items()]


def _counted(story: Story, created: referrals.ReferralCreated, there: int) -> dict[str, int]:
    untouched = not story.closed and story.matched_on is None
    taken_on = story.decision == "accepted" and untouched
    waiting = taken_on and not there
    return {
        "received": 1,
        "undecided": story.decision in {None, "not-yet"} and untouched,
        "accepted": story.decision == "accepted",
        "declined": story.decision == "declined",
        "proposed": story.proposed,
        "waiting": waiting,
        "waiting_since": created.received_on.toordinal() if waiting else 0,
        "attending": taken_on and there > 0,
        "matched": story.matched_on is not None,
        "waited": story.matched_on is not None,
        "days_waited": max(0, (story.matched_on - created.received_on).days) if story.matched_on else 0,
        "supported": story.supported,
        "waiting_again": story.waits_again and not story.closed and not story.reopened and story.sharing != "withdrawn",
        "closed": story.closed,
        "sharing_withdrawn": story.sharing == "withdrawn",
        "missed_acknowledge": "acknowledge" in story.missed,
        "missed_decide": "decide" in story.missed,
        "missed_take_on": "take-on" in story.missed,
        "missed_look_again": "look-again" in story.missed,
        "messages_delivered": sum(story.messages.values()),
        "messages_failed": len(story.messages) - sum(story.messages.values()),
    }


def by_key(facts: Iterable[Received]) -> dict[tuple[str, str], deque[Received]]:
    """What is in order among itself: the facts of each topic's each key."""
    queues: dict[tuple[str, str], deque[Received]] = {}
    for fact in facts:
        queues.setdefault((fact.topic, fact.key), deque()).append(fact)
    return queues


def shuffled(facts: Sequence[Received], chance: random.Random) -> list[list[Received]]:
    """Any order of keys and topics, each key's own kept, in any batches."""
    queues = by_key(facts)
    batches: list[list[Received]] = [[]]
    while queues:
        place = chance.choice(list(queues))
        if chance.random() < 0.2:
            batches.append([])
        batches[-1].append(queues[place].popleft())
        if not queues[place]:
            del queues[place]
    return [batch for batch in batches if batch]


def expected_reach(facts: Iterable[Received], programme_id: UUID) -> Reach:
    """Whom the programme reaches, as somebody would count them who reads all facts from the beginning."""
    created: dict[UUID, referrals.ReferralCreated] = {}
    matched: set[UUID] = set()
    told: dict[UUID, matching.SessionLogged | matching.ContactLogged] = {}
    for fact in facts:
        match fact.body:
            case referrals.ReferralCreated() as body:
                created[body.referral_id] = body
            case matching.MatchMade(referral_id=referral_id):
                matched.add(referral_id)
            case matching.SessionLogged() as body:
                told[body.session_id] = body
            case matching.ContactLogged() as body:
                told[body.contact_id] = body
    received = [one for one in created.values() if one.programme_id == programme_id]
    ours = [one for one in told.values() if one.programme_id == programme_id]
    happened = [one for one in ours if one.outcome == "happened"]
    contacts = [one for one in happened if isinstance(one, matching.ContactLogged)]
    held = [one for one in happened if isinstance(one, matching.SessionLogged)]

    def met(among: list[matching.ContactLogged]) -> tuple[int, int]:
        return len(among), sum(one.people for one in among)

    def occasions(among: Iterable[matching.SessionLogged]) -> int:
        return len({one.meeting_id or one.session_id for one in among})

    groups = [one for one in held if one.kind == "group"]
    topics = {topic for one in contacts for topic in one.topics} | {topic for one in groups for topic in one.topics}
    places = [(one.district, one.site) for one in contacts] + [(one.district, one.site) for one in received]
    districts = {district for district, _ in places if district is not None}
    sites = {site for _, site in places if site is not None}
    of_site = {site: {one.referral_id for one in received if one.site == site} for site in sites}
    return Reach(
        [
            Topic(
                topic,
                *met([one for one in contacts if topic in one.topics]),
                occasions(one for one in groups if topic in one.topics),
            )
            for topic in sorted(topics)
        ],
        [
            Area(
                district,
                *met([one for one in contacts if one.district == district]),
                sum(one.district == district for one in received),
            )
            for district in sorted(districts)
        ],
        [
            Site(
                site,
                len(of_site[site]),
                len(of_site[site] & matched),
                occasions(one for one in held if of_site[site] & {one.referral_id, *one.attended_referral_ids}),
                *met([one for one in contacts if one.site == site]),
            )
            for site in sorted(sites)
        ],
    )
