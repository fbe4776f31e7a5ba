"""A supporter is worried about somebody, and whoever is on duty sees to it: raised in one action, then answered."""

from collections.abc import Iterable
from typing import Any, Final

from kith_cli.demonstrating.asking import Asker, together
from kith_cli.demonstrating.working import Work
from kith_cli.network import Organisation

WORRY: Final = {"grounds": "risk-of-suicide", "words": "What was said today sounded like giving up."}
DECISION: Final = {"decision": "keep-watch", "reason": "Rung up within the hour, and safe; rung up again tomorrow."}
CONCERNS: Final = "/concerns"
OWN: Final = "/concerns/own"


def speaking_for_themselves(network: Iterable[Organisation]) -> dict[str, str]:
    """Of each organisation the first supporter who has a token of their own, by the organisation's id."""
    return {
        str(organisation.entry.id): str(supporter.id)
        for organisation in network
        for supporter in reversed(organisation.supporters)
        if "subject" in supporter.body
    }


async def raise_worries(work: Work) -> None:
    """Each supporter who speaks for themselves raises one concern: about a match of theirs, if they have one.

    Nothing more has to be found or asked first; where nobody is named, it is taken all the same.
    """

    async def of_one(supporter: Asker, supporter_id: str) -> None:
        if await supporter.everything("matching", OWN):
            return
        matches = await supporter.everything("matching", f"/supporters/{supporter_id}/matches")
        about = {"about": "match", "about_id": matches[0]["id"]} if matches else {}
        await supporter.create("matching", CONCERNS, WORRY | about)

    supporters = work.askers.supporters
    await together([of_one(supporters[whose], one) for whose, one in work.own_access.items() if whose in supporters])


async def answer(work: Work) -> None:
    """Leads read what was written to them, say that they see to it, and decide. Concerns of others are let alone."""

    async def of_one(lead: Asker, supporter: Asker) -> None:
        for concern in await supporter.everything("matching", OWN):
            if concern["decided_at"] is None:
                path = f"{CONCERNS}/{concern['id']}"
                await lead.get("matching", path)
                if concern["acknowledged_at"] is None:
                    await lead.do("matching", f"{path}/acknowledging")
                await lead.do("matching", f"{path}/deciding", DECISION)

    leads = work.askers.leads
    await together([of_one(leads[whose], one) for whose, one in work.askers.supporters.items() if whose in leads])


async def concerns_of(work: Work) -> list[dict[str, Any]]:
    """Every concern as its lead sees it, with whose it is, and the letters that went out about it."""

    async def of_one(whose: str, lead: Asker) -> list[dict[str, Any]]:
        concerns = await lead.everything("matching", CONCERNS, state="all")
        operator = work.askers.operator
        letters = await together(
            [operator.everything("notifications", "/messages", story=f"concern/{one['id']}") for one in concerns]
        )
        return [one | {"asked_as": whose, "letters": written} for one, written in zip(concerns, letters, strict=True)]

    found = await together([of_one(whose, lead) for whose, lead in work.askers.leads.items()])
    return [one for some in found for one in some]
