"""6. Sure Start outreach (RE, "Outreach to vulnerable groups"): workers go to the families who do not come."""

from typing import Any, Final

from kith_cli.journeys import doing, supporting
from kith_cli.journeys.cast import Journey, Part, Played
from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage

MET: Final = (("L8", 14), ("L8", 9), ("L20", 4))
"""Where the worker went, and how many she met."""
FAMILIES: Final = {"L8": 212, "L20": 180, "L1": 96}
"""How many families with small children live there."""


def play(stage: Stage) -> Played:
    """A worker meets families at their doors; one of them agrees, and is referred."""
    stage.act("Those who do not come are met where they are")
    outreach = doing.offer(stage, "centre", "sure-start-outreach")
    doing.agree_to_share(stage, "centre", "families")
    stage.tell("Fay Testwell is employed as an outreach worker by the children's centre, and checked.")
    fay = doing.take_on(stage, outreach, "Fay Testwell", own="fay")
    _met(stage, outreach, fay)
    came = _takes_it_up(stage)
    _over(stage, outreach, came)
    return {"programme": outreach.id, "worker": fay, "referral": came.id, "home_start": came.to.id}


def _met(stage: Stage, outreach: Offer, fay: str) -> None:
    for district, people in MET:
        supporting.contact(
            stage,
            outreach,
            "outreach",
            people,
            by="fay",
            district=district,
            topics=["childrens-centre"],
            supporter_id=fay,
        )
    logged = stage.worker("centre").everything("matching", "/contacts")
    where: dict[str, int] = {}
    for one in logged:
        where[one["district"]] = where.get(one["district"], 0) + one["people"]
    stage.sees("27 people, in two postcode districts; no closer, and nobody's name.", where, {"L8": 23, "L20": 4})
    stage.holds("Nothing that is kept of it names a person.", all("person" not in key for one in logged for key in one))


def _takes_it_up(stage: Stage) -> Referred:
    stage.act("Uptake: one family agrees, and only then is there a referral")
    family_support = doing.offer(stage, "families", "home-start")
    made = stage.worker("centre").everything("referrals", "/referrals")
    stage.sees("So far nobody is referred.", made, [])
    stage.tell("Gia Exampleton would like somebody to come once a week. Fay refers her, because Gia asked for it.")
    about: dict[str, Any] = {"source": "on-behalf", "needs": ["isolation"], "channels": ["telephone"]}
    came = doing.refer(stage, "centre", family_support, doing.person("Gia Exampleton"), **about)
    doing.accept(stage, came)
    stage.soon(
        "She is accepted; the centre hears of it, and so does she.",
        lambda: doing.told_of(stage, came, "referral-accepted"),
        ["person", "referrer"],
    )
    before = stage.worker("centre").everything("matching", "/contacts")
    stage.sees("The contacts stay as they were: none of them becomes hers afterwards.", len(before), len(MET))
    return came


def _over(stage: Stage, outreach: Offer, came: Referred) -> None:
    stage.act("The ending, and what is reported")
    doing.close(stage, came)
    names = ("received", "contacts", "people_reached")
    stage.soon(
        "The centre's outreach counts three contacts that reached 27, and no referral of its own.",
        lambda: doing.counted(stage, "centre", outreach, *names),
        {"received": 0, "contacts": 3, "people_reached": 27},
    )
    _against_how_many(stage, outreach)
    stage.soon(
        "One family took something up: the centre sees that too, as who referred.",
        lambda: doing.counted(stage, "centre", came.to, "received", "closed"),
        {"received": 1, "closed": 1},
    )


def _against_how_many(stage: Stage, outreach: Offer) -> None:
    figures = {
        "districts": [{"district": district, "people": people} for district, people in FAMILIES.items()],
        "source": "The council's register of births, an invented one",
        "counted_on": doing.today().isoformat(),
    }
    administrator = stage.worker("centre", "administrator")
    path = f"/programmes/{outreach.id}/populations"
    stage.heard(lambda: administrator.say("reporting", path, figures))
    stage.tell("The centre says how many families there are in three districts, and where that is from.")
    stage.soon(
        "About 25 are reached in L8 of some 210, which is 12 in a hundred; nobody in L1; in L20 too few to be shown.",
        lambda: doing.reached(stage, "centre", outreach, "areas", "people_reached", "population", "percent_reached"),
        {"L1": (0, 95, 0), "L20": (None, 180, None), "L8": (25, 210, 12)},
    )


JOURNEY: Final = Journey(
    number=6,
    title="Sure Start outreach",
    source="RE",
    words=(
        "outreach workers reach the families who do not come: contacts, uptake, and reach by area against how many "
        "there are, identifying nobody"
    ),
    parts=(
        Part("centre", "Testwell Children's Centre", "council", supporters=("fay",)),
        Part("families", "Exampleton Family Support"),
    ),
    play=play,
)
