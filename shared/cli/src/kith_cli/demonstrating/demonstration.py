"""The sample network from its people to its totals, in one run; a second run starts from what is there."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kith_chassis import clock
from kith_cli.addresses import Addresses
from kith_cli.cannot import CannotRun
from kith_cli.demonstrating import introducing, listening, working, worrying
from kith_cli.demonstrating.asking import Asker, Askers, asking, together
from kith_cli.demonstrating.comparing import Compared, compare
from kith_cli.demonstrating.exports import Imported, import_export, list_exports
from kith_cli.demonstrating.looking import Post, Seen, look, look_at_post
from kith_cli.demonstrating.plans import plans_for
from kith_cli.demonstrating.policies import NO_POLICY, Policy, policy_of
from kith_cli.demonstrating.settling import settle
from kith_cli.demonstrating.working import Programme, Work
from kith_cli.files import make_folder
from kith_cli.loading import NOT_FOUND, load_network
from kith_cli.network import Organisation
from kith_cli.speaking import Refused
from kith_cli.telling import Teller
from kith_contracts.programmes import Definition

STEPS: Final = (
    ("Coordinators decide", working.decide),
    ("They introduce people and supporters, who say yes or no", introducing.introduce),
    ("Listeners' times are planned and booked", listening.listen),
    ("Sessions, meetings and contacts are logged", working.meet),
    ("Supporters are worried, and say so in one action", worrying.raise_worries),
    ("Duty desks acknowledge and decide", worrying.answer),
    ("Matches come to their endings", working.end_matches),
    ("Referrals are closed, and some are withdrawn", working.finish),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What came of it."""

    imports: Sequence[Imported]
    seen: Seen
    post: Post
    names: dict[str, str]
    compared: list[Compared]


@dataclass(frozen=True, slots=True)
class Demonstration:
    """The sample network, and the services it is shown on.

    ``sample`` is its folder, ``reports`` where reports of the imports go, ``mail_url`` the mail catcher's page where
    there is one. ``go_on`` is called all the time and raises when there is a reason to stop.
    """

    addresses: Addresses
    network: tuple[Organisation, ...]
    sample: Path
    reports: Path
    mail_url: str | None
    teller: Teller
    go_on: Callable[[], None]

    def run(self) -> Shown:
        """Do all of it. ``CannotRun`` says what is in the way."""
        make_folder(self.reports, 0o700)
        with self.teller.step("What earlier runs left to do"):
            before = asyncio.run(self._begin())
        with self.teller.step("Organisations, programmes, duty desks and supporters"):
            loaded = load_network(self.network, self.addresses, people=True, go_on=self.go_on)
        self.teller.say(
            f"  {loaded.organisations} organisations, {loaded.programmes} programmes, {loaded.duty_desks} duty desks, "
            f"{loaded.supporters} supporters."
        )
        for sentence in loaded.sentences:
            self.teller.say(f"  {sentence}")
        imports = []
        for export, mapping in list_exports(self.sample):
            with self.teller.step(f"Import of {export.name}"):
                imports.append(import_export(self.addresses, export, mapping, self.reports, self.go_on))
        return asyncio.run(self._carry_through(imports, before))

    async def _begin(self) -> Post:
        async with asking(self.addresses, self.network, self.go_on) as askers:
            await settle(askers, self.teller.say)
            return await look_at_post(askers.operator, self.mail_url)

    async def _carry_through(self, imports: Sequence[Imported], before: Post) -> Shown:
        async with asking(self.addresses, self.network, self.go_on) as askers:
            with self.teller.step("The referrals reach every service"):
                await settle(askers, self.teller.say)
            work = await self._work(askers, imports)
            for what, step in STEPS:
                with self.teller.step(what):
                    await step(work)
                    await settle(askers, self.teller.say)
            with self.teller.step("Counting"):
                seen = await look(work)
                post = (await look_at_post(askers.operator, self.mail_url)).since(before)
        names = {str(one.entry.id): one.slug for one in self.network}
        names |= {programme.id: programme.slug for programme in work.programmes.values()}
        return Shown(imports, seen, post, names, compare(imports, seen, post, names))

    async def _work(self, askers: Askers, imports: Sequence[Imported]) -> Work:
        """Say who works on what: referrals that the imports made, in their order, to the network's own programmes."""
        theirs = [(organisation, one) for organisation in self.network for one in organisation.programmes]
        policies = await together([_policy(askers.operator, str(one.id)) for _, one in theirs])
        programmes = {
            str(one.id): Programme(str(one.id), str(organisation.entry.id), one.slug, one.model, policy)
            for (organisation, one), policy in zip(theirs, policies, strict=True)
        }
        there = {one["id"]: one for one in await askers.operator.everything("referrals", "/referrals")}
        made = [there.get(referral) for one in imports for referral in one.referrals]
        if missing := made.count(None):
            raise CannotRun(f"{missing} referrals that were imported are not there.")
        models = {programme.id: programme.model for programme in programmes.values()}
        plans = plans_for([one for one in made if one is not None], models)
        return Work(askers, programmes, plans, clock.today(clock.now()), worrying.speaking_for_themselves(self.network))


async def _policy(operator: Asker, programme_id: str) -> Policy:
    """What is in force, which is the file's unless somebody has applied another since."""
    try:
        found = await operator.get("referrals", f"/programmes/{programme_id}/definition")
    except Refused as refused:
        if refused.status != NOT_FOUND:
            raise
        return NO_POLICY
    return policy_of(Definition.model_validate_json(json.dumps(found["definition"])), found["version"])
