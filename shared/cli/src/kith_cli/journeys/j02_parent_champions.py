"""2. Parent Champions (RE, "Parent Champions"): parents whom nobody referred hear of childcare from other parents."""

from typing import Any, Final

from kith_chassis import clock
from kith_cli.journeys import doing, supporting
from kith_cli.journeys.cast import Journey, Part, Played
from kith_cli.journeys.doing import Offer
from kith_cli.journeys.stage import Stage
from kith_contracts.programmes.evaluation import Whose

MORNINGS: Final = (
    (12, ["awareness-of-services", "childcare-take-up"]),
    (9, ["awareness-of-services", "child-behaviour", "friendships"]),
    (8, ["considering-work-or-training", "friendships"]),
    (3, ["healthy-eating"]),
)
"""How many parents were there on each morning, and what it was about, in the codes of the plan's outcomes."""


def play(stage: Stage) -> Played:
    """A champion meets parents at a school gate, and what she tells them of the nursery is what is so today."""
    stage.act("Who champions, and who is met")
    champions = doing.offer(stage, "champions", "parent-champions")
    parent = doing.person("Bo Exampleton")
    stage.refuses(
        "Nobody is referred here: parents are met where they are, and nobody is named.",
        "programme-takes-no-referrals",
        lambda: doing.refer(stage, "champions", champions, parent),
    )
    stage.tell("Dee Testwell found good childcare herself. She is trained, and goes to school gates.")
    dee = doing.take_on(stage, champions, "Dee Testwell", own="dee")
    nursery = _up_to_date(stage)
    _met(stage, champions, dee)
    _over(stage, champions, dee)
    return {"programme": champions.id, "champion": dee, "nursery": nursery}


def _up_to_date(stage: Stage) -> str:
    stage.act("A directory that is kept up to date")
    administrator, nursery = stage.worker("nursery", "administrator"), str(clock.new_id())
    entry: dict[str, Any] = {
        "slug": f"nursery-{nursery[-8:]}",
        "organisation_id": str(stage.organisation("nursery").id),
        "name": f"Exampleton Nursery {nursery[-8:]}",
        "model": "group",
        "formality": "organised",
        "description": "Places for two-year-olds, fifteen hours a week.",
        "districts": ["L8"],
        "capacity": "open",
    }
    stage.operator.say("referrals", f"/programmes/{nursery}", entry)
    stage.tell("The nursery says what it has: places for two-year-olds, in L8.")
    found = _looked_up(stage, entry["name"])
    stage.sees("Anybody finds it, without a token.", found["id"], nursery)
    stage.sees("It reads what is so.", found["wait_time"], "Takes new people now.")
    stage.tell("The places are taken, and the nursery says so.")
    stage.operator.say(
        "referrals", f"/programmes/{nursery}", entry | {"capacity": "waiting-list", "expected_wait_days": 21}
    )
    stage.sees(
        "Nobody is sent there in vain: the directory has it at once.",
        _looked_up(stage, entry["name"])["wait_time"],
        "There is a waiting list: expect to wait about 3 weeks.",
    )
    administrator.do("referrals", f"/programmes/{nursery}/assurance")
    stage.sees(
        "Its administrator looks at the entry and confirms it; the day stands in the directory.",
        _looked_up(stage, entry["name"])["assured_date"],
        doing.today().isoformat(),
    )
    return nursery


def _looked_up(stage: Stage, name: str) -> dict[str, Any]:
    [found] = stage.anybody("referrals", "/directory/services", search=name)["contents"]
    whole: dict[str, Any] = stage.anybody("referrals", f"/directory/services/{found['id']}")
    return whole


def _met(stage: Stage, champions: Offer, dee: str) -> None:
    stage.act("Contacts, with nobody's name")
    for people, topics in MORNINGS:
        supporting.contact(
            stage, champions, "outreach", people, by="dee", topics=topics, district="L8", supporter_id=dee
        )
    logged = stage.worker("champions").everything("matching", "/contacts")
    stage.sees(
        "Dee logs four mornings: how many there were, where, and what about.", sum(one["people"] for one in logged), 32
    )
    about = {topic for one in logged for topic in one["topics"]}
    stage.holds(
        "All of it is what the evaluation asks for.",
        about <= set(champions.definition.evaluation.outcomes[Whose.PERSON]),
    )


def _over(stage: Stage, champions: Offer, dee: str) -> None:
    stage.act("What is reported, and what it is for Dee")
    names = ("received", "contacts", "people_reached")
    stage.soon(
        "The report counts four contacts that reached 32 parents, and no referral.",
        lambda: doing.counted(stage, "champions", champions, *names),
        {"received": 0, "contacts": 4, "people_reached": 32},
    )
    stage.soon(
        "It says how many were reached about each thing, to the nearest five: childcare, services, behaviour, "
        "friendships, work or training. The three of one morning are too few to be shown.",
        lambda: doing.reached(stage, "champions", champions, "topics", "people_reached"),
        {
            "awareness-of-services": (20,),
            "child-behaviour": (10,),
            "childcare-take-up": (10,),
            "considering-work-or-training": (10,),
            "friendships": (15,),
            "healthy-eating": (None,),
        },
    )
    supporting.supervise(stage, "champions", dee, ["boundaries"])
    record = stage.worker("champions").file("matching", f"/supporters/{dee}/record-of-experience.pdf")
    stage.holds(
        "Dee is supervised, and has a record to show when she looks for work herself.", record.startswith(b"%PDF")
    )


JOURNEY: Final = Journey(
    number=2,
    title="Parent Champions",
    source="RE",
    words=(
        "advocates reach parents who are not referred (contacts); accurate childcare information from a directory "
        "that is kept up to date; take-up, awareness of services, child behaviour, friendships, parents "
        "considering work or training"
    ),
    parts=(
        Part("champions", "Testwell Parent Champions", supporters=("dee",)),
        Part("nursery", "Exampleton Nursery", "council"),
    ),
    play=play,
)
