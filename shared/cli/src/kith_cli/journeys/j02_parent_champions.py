"""2. Parent Champions (RE, "Parent Champions"): parents whom nobody referred hear of childcare from other parents."""

from collections.abc import Iterable
from typing import Any, Final

from kith_cli.journeys import doing, signposting, supporting
from kith_cli.journeys.cast import BY_A_MOVED_CLOCK, Journey, Part, Played
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
TOOK_UP: Final = ("went", "went", "went", "turned-away")
"""What came of it for those who were told of the nursery."""


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
    stage.act("A directory that is kept up to date")
    nursery = signposting.list_entry(
        stage, "nursery", "Exampleton Nursery", "Places for two-year-olds, fifteen hours a week."
    )
    stage.tell("The nursery says what it has: places for two-year-olds, in L8.")
    found = _looked_up(stage, nursery["name"])
    stage.sees("Anybody finds it, without a token.", found["id"], nursery["id"])
    stage.sees("It reads what is so.", found["wait_time"], "Takes new people now.")
    mornings = _met(stage, champions, dee)
    _took_up(stage, champions, mornings[0], nursery)
    college = _considers_work(stage, champions, mornings[2])
    _over(stage, champions, dee)
    return {"programme": champions.id, "champion": dee, "nursery": nursery["id"], "college": college}


def _told(stage: Stage, morning: str, entry: dict[str, Any], came_of_it: Iterable[str]) -> None:
    for went in came_of_it:
        told = signposting.tell_of(stage, "champions", ("contact", morning), ("programme", entry["id"]))
        signposting.say_what_came_of_it(stage, "champions", told, went)


def _took_up(stage: Stage, champions: Offer, morning: str, nursery: dict[str, Any]) -> None:
    stage.act("Whether families take it up")
    stage.tell("Four parents whom Dee told of the nursery tell her, at the gate, what came of it.")
    _told(stage, morning, nursery, TOOK_UP)
    stage.sees(
        "Three went, and their children have a place. The fourth was turned away: there was none left.",
        signposting.told_of(stage, champions, nursery["id"]),
        {"told": 4, "went": 3, "did_not_go": 0, "turned_away": 1},
    )
    stage.tell("So the nursery hears that its entry is out of date, and says what is so.")
    says = {name: said for name, said in nursery.items() if name != "id"}
    full = says | {"capacity": "waiting-list", "expected_wait_days": 21}
    stage.operator.say("referrals", f"/programmes/{nursery['id']}", full)
    stage.sees(
        "Nobody else is sent there in vain: the directory has it at once.",
        _looked_up(stage, nursery["name"])["wait_time"],
        "There is a waiting list: expect to wait about 3 weeks.",
    )
    stage.worker("nursery", "administrator").do("referrals", f"/programmes/{nursery['id']}/assurance")
    stage.sees(
        "Its administrator looks at the entry and confirms it; the day stands in the directory.",
        _looked_up(stage, nursery["name"])["assured_date"],
        doing.today().isoformat(),
    )


def _considers_work(stage: Stage, champions: Offer, morning: str) -> str:
    stage.act("Whether parents consider work or training")
    college = signposting.list_entry(
        stage, "college", "Exampleton College", "A course for parents who are going back to work."
    )
    stage.tell("With a place for the child a course comes into reach. Dee tells two of one at the college.")
    _told(stage, morning, college, ("went", "did-not-go"))
    stage.sees(
        "One went to it; the other did not, and that is counted, too.",
        signposting.told_of(stage, champions, college["id"]),
        {"told": 2, "went": 1, "did_not_go": 1, "turned_away": 0},
    )
    return str(college["id"])


def _looked_up(stage: Stage, name: str) -> dict[str, Any]:
    [found] = stage.anybody("referrals", "/directory/services", search=name)["contents"]
    whole: dict[str, Any] = stage.anybody("referrals", f"/directory/services/{found['id']}")
    return whole


def _met(stage: Stage, champions: Offer, dee: str) -> list[str]:
    stage.act("Contacts, with nobody's name")
    where: dict[str, Any] = {"by": "dee", "district": "L8", "supporter_id": dee}
    mornings = [
        supporting.contact(stage, champions, "outreach", people, topics=topics, **where) for people, topics in MORNINGS
    ]
    logged = stage.worker("champions").everything("matching", "/contacts")
    stage.sees(
        "Dee logs four mornings: how many there were, where, and what about.", sum(one["people"] for one in logged), 32
    )
    about = {topic for one in logged for topic in one["topics"]}
    stage.holds(
        "All of it is what the evaluation asks for.",
        about <= set(champions.definition.evaluation.outcomes[Whose.PERSON]),
    )
    return mornings


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
        Part("college", "Exampleton College", "college"),
    ),
    play=play,
    elsewhere=(
        f"an entry that nobody confirmed for half a year is noticed, and warns whoever reads it: {BY_A_MOVED_CLOCK}",
    ),
)
