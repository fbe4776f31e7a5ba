"""What the organisations' coordinators do: decide, introduce, hold sessions, end and close, one step after the other.

Every step looks at what is there and does what is missing, so it may be done again after a kill, or on another day.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from kith_chassis.clock import new_id
from kith_cli.demonstrating.asking import Asker, Askers, together
from kith_cli.demonstrating.plans import CONTACTS, GROUP_MODEL, MEETINGS, Plan, Reach
from kith_cli.speaking import Refused

Found = Mapping[str, Any]

CONFLICT: Final = 409
FACILITATORS: Final = 2
WEEK: Final = timedelta(days=7)
OPEN: Final = frozenset({"submitted", "accepted", "matched", "in-support", "ended"})
HAPPENED: Final = "happened"
DID_NOT_HAPPEN: Final = "did-not-happen"


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme, and whose it is."""

    id: str
    organisation_id: str
    slug: str
    model: str


@dataclass(frozen=True, slots=True)
class Work:
    """Who works, on which referrals, by which plans, on which day (Europe/London)."""

    askers: Askers
    programmes: Mapping[str, Programme]
    plans: Mapping[str, Plan]
    today: date

    async def referrals(self) -> list[dict[str, Any]]:
        """The referrals that have a plan, as they stand now, in order of making."""
        everything = await self.askers.operator.everything("referrals", "/referrals")
        return [referral for referral in everything if referral["id"] in self.plans]

    def receiver(self, referral: Found) -> Asker:
        """The coordinator of the programme that the referral is to."""
        return self.askers.coordinators[referral["programme_organisation_id"]]

    def sender(self, referral: Found) -> Asker:
        """The coordinator of the organisation that referred."""
        return self.askers.coordinators[referral["referring_organisation_id"]]


async def decide(work: Work) -> None:
    """Read what stands in the notes; accept and decline. Some say first that they are not to be written to."""
    await _read_notes(work)

    async def one(referral: Found, plan: Plan) -> None:
        if plan.silent:
            await _change_consent(work, referral, "contact-person")
        if plan.decision is not None:
            body = {"decision": plan.decision} | ({"reason": plan.reason} if plan.reason else {})
            await _move(work.receiver(referral), referral, "decision", body)
        elif plan.withdrawn:
            await _move(work.sender(referral), referral, "withdrawal")

    waiting = [referral for referral in await work.referrals() if referral["status"] == "submitted"]
    await together([one(referral, work.plans[referral["id"]]) for referral in waiting])


async def _read_notes(work: Work) -> None:
    """Whoever works here for real reads them; a referral whose notes nobody read cannot be accepted."""

    async def of_one(coordinator: Asker) -> None:
        unread = await coordinator.everything("referrals", "/referrals/unread-notes")
        await together([_move(coordinator, referral, "notes-read") for referral in unread])

    await together([of_one(coordinator) for coordinator in work.askers.coordinators.values()])


async def introduce(work: Work) -> None:
    """Propose supporters to people and people to supporters, and take their answers."""
    known = {match["referral_id"] for match in await _of_all(work, "/matches")}
    wanted = [
        referral
        for referral in await work.referrals()
        if referral["status"] == "accepted" and referral["id"] not in known and work.plans[referral["id"]].reach
    ]
    open_proposals = {one["id"]: one["proposal_id"] for one in await _of_all(work, "/waiting")}
    await together(
        [
            _introduce(work.receiver(referral), referral["id"], open_proposals.get(referral["id"]), work.plans)
            for referral in wanted
        ]
    )


async def _introduce(
    coordinator: Asker, referral_id: str, open_proposal: str | None, plans: Mapping[str, Plan]
) -> None:
    plan = plans[referral_id]
    while True:
        proposal = await _proposal(coordinator, referral_id, open_proposal)
        if proposal is None:
            return  # nobody suits now; the person waits
        noes = plan.noes[proposal.noes_before :]
        says_no = noes[0] if noes else None
        await _answer(coordinator, proposal.shown, plan.reach, says_no)
        if says_no is None:
            return
        open_proposal = None


@dataclass(frozen=True, slots=True)
class _Proposal:
    shown: Found
    noes_before: int


async def _proposal(coordinator: Asker, referral_id: str, open_proposal: str | None) -> _Proposal | None:
    """The open proposal, or a new one with the best candidate."""
    while True:
        ranking = await coordinator.get("matching", f"/referrals/{referral_id}/candidates")
        noes = ranking["stopped_by"].get("said-no", 0)
        if open_proposal is not None:
            return _Proposal(await coordinator.get("matching", f"/proposals/{open_proposal}"), noes)
        if not ranking["candidates"]:
            return None
        pair = {"referral_id": referral_id, "supporter_id": ranking["candidates"][0]["supporter_id"]}
        try:
            return _Proposal(await coordinator.create("matching", "/proposals", pair), noes)
        except Refused as refused:
            if refused.code != "no-capacity":  # somebody else had the last place: look again
                raise


async def _answer(coordinator: Asker, proposal: Found, reach: Reach, says_no: str | None) -> None:
    """The person's answer, then the supporter's, as far as it goes."""
    turns = (("person", "awaiting-person", Reach.PERSON_AGREED), ("supporter", "awaiting-supporter", Reach.MATCHED))
    for side, state, reached in turns:
        if proposal["state"] != state:
            continue
        no = side == says_no
        if not no and says_no is None and reach < reached:
            return
        body = {"answered_by": side, "answer": "no" if no else "yes"}
        proposal = await coordinator.move(
            "matching", f"/proposals/{proposal['id']}", "answers", proposal["version"], body
        )


async def meet(work: Work) -> None:
    """Hold the sessions of matches and the meetings of groups, and log contacts with people who are not named."""
    sessions = await _of_all(work, "/sessions")
    await together(
        [
            _hold_sessions(work, await _of_all(work, "/matches"), sessions),
            _hold_meetings(work, await work.referrals(), sessions),
            _log_contacts(work, await _of_all(work, "/contacts")),
        ]
    )


async def _hold_sessions(work: Work, matches: Iterable[Found], sessions: Iterable[Found]) -> None:
    held = Counter((session["match_id"], session["outcome"]) for session in sessions)

    async def one(match: Found, plan: Plan) -> None:
        coordinator = work.askers.coordinators[work.programmes[match["programme_id"]].organisation_id]
        for outcome, minutes, wanted in ((HAPPENED, 60, plan.sessions), (DID_NOT_HAPPEN, 0, plan.missed)):
            for _ in range(wanted - held[match["id"], outcome]):
                await coordinator.create(
                    "matching",
                    "/sessions",
                    {
                        "kind": "one-to-one",
                        "match_id": match["id"],
                        "held_on": work.today.isoformat(),
                        "outcome": outcome,
                        "minutes": minutes,
                        "channel": "telephone",
                        "topics": ["coping"],
                    },
                )

    running = [match for match in matches if match["ended_on"] is None and match["referral_id"] in work.plans]
    await together([one(match, work.plans[match["referral_id"]]) for match in running])


async def _hold_meetings(work: Work, referrals: Iterable[Found], sessions: Iterable[Found]) -> None:
    """A group begins with its first meeting; who attended is named by referral, and others are not named."""
    members = defaultdict(list)
    for referral in referrals:
        if referral["status"] == "accepted" and work.programmes[referral["programme_id"]].model == GROUP_MODEL:
            members[referral["programme_id"]].append(referral["id"])
    for programme_id, people in members.items():
        programme = work.programmes[programme_id]
        coordinator = work.askers.coordinators[programme.organisation_id]
        held = [one for one in sessions if one["programme_id"] == programme_id and one["group_id"]]
        group_id = held[0]["group_id"] if held else str(new_id())
        supporters = await coordinator.everything("matching", "/supporters")
        facilitators = [one["id"] for one in supporters if programme_id in one["programme_ids"]][:FACILITATORS]
        for number in range(len(held), MEETINGS):
            await coordinator.create(
                "matching",
                "/sessions",
                {
                    "kind": "group",
                    "group_id": group_id,
                    "programme_id": programme_id,
                    "held_on": (work.today - (MEETINGS - 1 - number) * WEEK).isoformat(),
                    "minutes": 120,
                    "channel": "in-person",
                    "topics": ["signposting"],
                    "supporter_ids": facilitators,
                    "attended_referral_ids": [one for one in people if number in work.plans[one].meetings],
                },
            )


async def _log_contacts(work: Work, contacts: Iterable[Found]) -> None:
    logged = Counter((one["programme_id"], one["kind"], one["people"]) for one in contacts)
    for programme in work.programmes.values():
        for kind, people in CONTACTS.get(programme.model, ()):
            if not logged[programme.id, kind, people]:
                contact = {"programme_id": programme.id, "held_on": work.today.isoformat()}
                await work.askers.coordinators[programme.organisation_id].create(
                    "matching", "/contacts", contact | {"kind": kind, "people": people}
                )


async def end_matches(work: Work) -> None:
    """Bring matches to the endings that are planned."""

    async def one(match: Found, ending: str) -> None:
        coordinator = work.askers.coordinators[work.programmes[match["programme_id"]].organisation_id]
        await coordinator.move("matching", f"/matches/{match['id']}", "ending", match["version"], {"ending": ending})

    running = [match for match in await _of_all(work, "/matches") if match["ended_on"] is None]
    plans = [
        (match, work.plans[match["referral_id"]].ending) for match in running if match["referral_id"] in work.plans
    ]
    await together([one(match, ending) for match, ending in plans if ending is not None])


async def finish(work: Work) -> None:
    """Close what is over, and take back what people no longer want: the referral, or that it is shared."""

    async def one(referral: Found, plan: Plan) -> None:
        if plan.closing is not None:
            await _move(work.receiver(referral), referral, "closure", {"reason": plan.closing})
        elif plan.withdrawn and plan.decision is not None:
            await _move(work.sender(referral), referral, "withdrawal")
        elif plan.unshared:
            await _change_consent(work, referral, "share-referral")

    still_open = [referral for referral in await work.referrals() if referral["status"] in OPEN]
    await together([one(referral, work.plans[referral["id"]]) for referral in still_open])


async def _move(asker: Asker, referral: Found, action: str, body: Found | None = None) -> None:
    await asker.move("referrals", f"/referrals/{referral['id']}", action, referral["version"], body)


async def _change_consent(work: Work, referral: Found, purpose: str) -> None:
    body = {"purpose": purpose, "state": "withdrawn", "recorded_on": work.today.isoformat(), "how": "spoken"}
    await _move(work.sender(referral), referral, "consent", body)


async def _of_all(work: Work, path: str) -> list[dict[str, Any]]:
    """A list of matching's, of all organisations one after the other."""
    lists = await together([one.everything("matching", path) for one in work.askers.coordinators.values()])
    return [item for some in lists for item in some]
