"""How the demonstration's coordinators introduce people, each by the policy that their programme's definition sets."""

from dataclasses import dataclass
from typing import Final

from kith_cli.demonstrating.asking import Asker, together
from kith_cli.demonstrating.plans import KNOWS, Plan, Reach
from kith_cli.demonstrating.policies import Policy
from kith_cli.demonstrating.working import Found, Programme, Work, of_all
from kith_cli.speaking import Refused

TRY_ANOTHER: Final = frozenset({"no-capacity", "too-many-offers"})
"""Codes of a supporter whom somebody else was quicker to propose: the list is to be looked at again."""


async def introduce(work: Work) -> None:
    """Propose supporters to people and people to supporters, and take their answers.

    A programme's people come one after the other: a supporter holds only so many open proposals, so who comes next may
    have to wait for an answer.
    """
    known = {match["referral_id"] for match in await of_all(work, "/matches")}
    open_proposals = {one["id"]: one["proposal_id"] for one in await of_all(work, "/waiting")}
    wanted = [
        referral
        for referral in await work.referrals()
        if referral["status"] == "accepted" and referral["id"] not in known and work.plans[referral["id"]].reach
    ]

    async def of_one(programme: Programme) -> None:
        theirs = [referral["id"] for referral in wanted if referral["programme_id"] == programme.id]
        coordinator = work.askers.coordinators[programme.organisation_id]
        if theirs:
            await _hold_round(coordinator, programme)
        for referral_id in theirs:
            introducing = _Introducing(coordinator, programme.policy, referral_id, work.plans[referral_id])
            await introducing.go_on_from(open_proposals.get(referral_id))

    await together([of_one(programme) for programme in work.programmes.values()])


async def _hold_round(coordinator: Asker, programme: Programme) -> None:
    """Look at the whole list at once, where the programme has not yet: later rounds are held by its own timer."""
    rounds = await coordinator.everything("matching", "/rounds")
    if all(one["programme_id"] != programme.id for one in rounds):
        await coordinator.create("matching", f"/programmes/{programme.id}/rounds", {})


@dataclass(frozen=True, slots=True)
class _Introducing:
    """One person who is to be introduced to somebody, by their plan."""

    coordinator: Asker
    policy: Policy
    referral_id: str
    plan: Plan

    async def go_on_from(self, open_proposal: str | None) -> None:
        """Take the answers to the open proposal, if there is one; propose the next after each planned no."""
        while True:
            found = await self._proposal(open_proposal)
            if found is None:
                return  # nobody suits now; the person waits
            proposal, noes_before = found
            noes = self.plan.noes[noes_before:]
            says_no = noes[0] if noes else None
            await self._answer(proposal, says_no)
            if says_no is None:
                return
            open_proposal = None

    async def _proposal(self, open_proposal: str | None) -> tuple[Found, int] | None:
        """The open proposal, or a new one with the first of the shortlist; and how many noes came before it."""
        while True:
            ranking = await self.coordinator.get("matching", f"/referrals/{self.referral_id}/candidates")
            noes = ranking["stopped_by"].get("said-no", 0)
            if open_proposal is not None:
                return await self.coordinator.get("matching", f"/proposals/{open_proposal}"), noes
            if not ranking["shortlist"]:
                return None
            first = ranking["shortlist"][0]["supporter_id"]
            if self.plan.noes[noes : noes + 1] == (KNOWS,):
                await self.coordinator.put("matching", f"/referrals/{self.referral_id}/acquaintances/{first}")
            pair = {"referral_id": self.referral_id, "supporter_id": first, "got_to_know": self.policy.gets_to_know}
            try:
                return await self.coordinator.create("matching", "/proposals", pair), noes
            except Refused as refused:
                if refused.code not in TRY_ANOTHER:
                    raise

    async def _answer(self, proposal: Found, says_no: str | None) -> None:
        """The person's answer, then the supporter's, as far as it goes."""
        turns = (("person", "awaiting-person", Reach.PERSON_AGREED), ("supporter", "awaiting-supporter", Reach.MATCHED))
        for side, state, reached in turns:
            if proposal["state"] != state:
                continue
            if says_no is None and self.plan.reach < reached:
                return
            proposal = await self.coordinator.move(
                "matching",
                f"/proposals/{proposal['id']}",
                "answers",
                proposal["version"],
                self._said(side, says_no) | {"answered_by": side},
            )

    def _said(self, side: str, says_no: str | None) -> dict[str, object]:
        """One side's answer. Whoever would mind that it may be somebody they know says yes, and is not introduced."""
        if side == says_no:
            return {"answer": "no", "reason": "prefers-another"}
        if not self.policy.asks_each:
            return {"answer": "no" if says_no == KNOWS else "yes"}
        return {"answer": "yes", "knowing_is_fine": says_no != KNOWS}
