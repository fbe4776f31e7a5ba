"""What the organisations' coordinators do: decide, hold sessions, end and close, one step after the other.

Every step looks at what is there and does what is missing, so it may be done again after a kill, or on another day.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from kith_chassis.clock import new_id
from kith_cli.demonstrating.asking import Asker, Askers, together
from kith_cli.demonstrating.plans import CONTACTS, GROUP_MODEL, MEETINGS, Plan
from kith_cli.demonstrating.policies import NO_POLICY, Policy

Found = Mapping[str, Any]

FACILITATORS: Final = 2
WEEK: Final = timedelta(days=7)
OPEN: Final = frozenset({"submitted", "accepted", "matched", "in-support", "ended"})
HAPPENED: Final = "happened"
DID_NOT_HAPPEN: Final = "did-not-happen"


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme, whose it is, and by which policy it works."""

    id: str
    organisation_id: str
    slug: str
    model: str
    policy: Policy = NO_POLICY


@dataclass(frozen=True, slots=True)
class Work:
    """Who works, on which referrals, by which plans, on which day (Europe/London).

    ``own_access`` are supporters with tokens of their own, one of an organisation, by its id.
    """

    askers: Askers
    programmes: Mapping[str, Programme]
    plans: Mapping[str, Plan]
    today: date
    own_access: Mapping[str, str] = field(default_factory=dict)

    async def referrals(self) -> list[dict[str, Any]]:
        """The referrals that have a plan, as they stand now, in order of making."""
        everything = await self.askers.operator.everything("referrals", "/referrals")
        return [referral for referral in everything if referral["id"] in self.plans]

    async def ready_supporters(self, programme: Programme) -> list[str]:
        """The programme's active supporters whose checks and trainings are in date, as its coordinator finds them."""
        coordinator = self.askers.coordinators[programme.organisation_id]
        kept_out = {
            one["id"]
            for one in await coordinator.everything("matching", "/supporters/attention")
            for need in one["needs"]
            if need["programme_id"] == programme.id and is_missing(need, self.today)
        }
        return [
            one["id"]
            for one in await coordinator.everything("matching", "/supporters")
            if programme.id in one["programme_ids"] and one["state"] == "active" and one["id"] not in kept_out
        ]

    def receiver(self, referral: Found) -> Asker:
        """The coordinator of the programme that the referral is to."""
        return self.askers.coordinators[referral["programme_organisation_id"]]

    def sender(self, referral: Found) -> Asker:
        """The coordinator of the organisation that referred."""
        return self.askers.coordinators[referral["referring_organisation_id"]]


def is_missing(need: Found, today: date) -> bool:
    """Whether a check or training that a programme asks for was never recorded, or has run out by that day."""
    return need["until"] is None or date.fromisoformat(need["until"]) < today


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


async def meet(work: Work) -> None:
    """Hold the sessions of matches and the meetings of groups, and log contacts with people who are not named."""
    sessions = await of_all(work, "/sessions")
    await together(
        [
            _hold_sessions(work, await of_all(work, "/matches"), sessions),
            _hold_meetings(work, await work.referrals(), sessions),
            _log_contacts(work, await of_all(work, "/contacts")),
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
        if (
            referral["status"] in {"accepted", "in-support"}
            and work.programmes[referral["programme_id"]].model == GROUP_MODEL
        ):
            members[referral["programme_id"]].append(referral["id"])
    for programme_id, people in members.items():
        programme = work.programmes[programme_id]
        coordinator = work.askers.coordinators[programme.organisation_id]
        held = [one for one in sessions if one["programme_id"] == programme_id and one["group_id"]]
        group_id = held[0]["group_id"] if held else str(new_id())
        facilitators = (await work.ready_supporters(programme))[:FACILITATORS]
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

    running = [match for match in await of_all(work, "/matches") if match["ended_on"] is None]
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


async def of_all(work: Work, path: str) -> list[dict[str, Any]]:
    """A list of matching's, of all organisations one after the other."""
    lists = await together([one.everything("matching", path) for one in work.askers.coordinators.values()])
    return [item for some in lists for item in some]
