"""A programme's file as matching knows it once it is applied: through the body, the fact and the terms."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kith_chassis.clock import new_id
from kith_cli.programmes.reading import read
from kith_contracts.programmes import Definition
from kith_contracts.referrals import ProgrammePublished
from kith_matching.domain.referral import Programme, Referral
from kith_matching.domain.rules import Pair
from kith_matching.domain.score import rank
from kith_matching.domain.supporter import Load, Supporter
from kith_matching.incoming import programme_of
from kith_referrals import outgoing
from kith_referrals.api.programmes import ProgrammeBody
from kith_referrals.domain.definitions import Defined, applied
from kith_referrals.domain.network import Programme as Offer
from kith_referrals.domain.telling import ProgrammeTold
from tests.matching.builders import NOW, ORGANISATION, TODAY, a_check, a_referral, a_supporter, a_training

FILES: Final = Path(__file__).parents[2] / "deploy/programmes"


@dataclass(frozen=True)
class Applied:
    """A file, put in force: the definition, the offer that referrals keeps of it, and the programme of matching.

    ``published`` is what is told of it in between.
    """

    definition: Definition
    offer: Offer
    programme: Programme
    published: ProgrammePublished

    def person(self, **different: Any) -> Referral:
        """Somebody who waits for it, of an age that it takes, in a setting, who likes nothing in particular."""
        usual = {"age_band": "unknown", "needs": (), "conditions": (), "interests": (), "channels": ()}
        return a_referral(self.programme, **usual | {"connections": {"setting": ("here",)}} | different)

    def supporter(self, **different: Any) -> Supporter:
        """Somebody who has all that its supporters need, and nothing in particular to share."""
        terms = self.programme.terms
        asked = [one.code for one in terms.training]
        usual = {
            "experience": (),
            "conditions": (),
            "interests": (),
            "channels": self.programme.channels or ("in-person", "telephone"),
            "connections": {"setting": ("here",)},
            "trainings": tuple(a_training(code) for code in (*asked, *terms.low_mood_training[:1])),
            "checks": tuple(a_check(body=one.body, level=one.level) for one in terms.checks[:1]),
        }
        return a_supporter(self.programme, **usual | different)

    def stops(self, person: Referral, supporter: Supporter, **different: Any) -> list[str]:
        """The codes of the rules that keep the two apart."""
        pair = Pair(person, self.programme, supporter, Load(), **different)
        return [stop.code for blocked in rank([pair], TODAY).blocked for stop in blocked.stops]

    def points(self, person: Referral, *supporters: Supporter) -> dict[Any, dict[str, int]]:
        """What each connection gives for each, the best first."""
        ranked = rank([Pair(person, self.programme, one, Load()) for one in supporters], TODAY).candidates
        return {
            one.pair.supporter.id: {part.connection: part.points for part in one.parts if part.points} for one in ranked
        }


def apply(slug: str) -> Applied:
    """Put the file of this programme in force, as its operator would, with as many yeses as it asks for."""
    definition = read(FILES / f"{slug}.yaml").definition
    assert definition is not None
    body = ProgrammeBody(organisation_id=ORGANISATION, definition=definition, approvals=20)
    offer = body.programme(new_id())
    defined = applied(body.asked(), None, in_force=False)
    published = _told(offer, defined)
    return Applied(definition, offer, programme_of(published), published)


def _told(offer: Offer, defined: Defined | None) -> ProgrammePublished:
    told = outgoing.told(ProgrammeTold(offer, defined), now=NOW)
    [payload] = next(value for name, value in told.items() if name.endswith("payload"))
    return ProgrammePublished.model_validate_json(payload)
