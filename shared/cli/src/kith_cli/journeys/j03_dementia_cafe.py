"""3. Dementia peer networks and cafés (RE, "National Dementia Strategy"): pairs, and either alone."""

from typing import Any, Final

from kith_cli.journeys import doing, signposting, supporting
from kith_cli.journeys.cast import Journey, Part, Played
from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage
from kith_contracts.programmes.evaluation import Whose


def play(stage: Stage) -> Played:
    """A couple, a man alone and a carer alone come to a café, where everybody knows everybody."""
    stage.act("A café for people with dementia and for those who care for them")
    cafe = doing.offer(stage, "cafe", "dementia-peer-cafe")
    doing.agree_to_share(stage, "memory-clinic", "cafe")
    comes_as = [one.value for one in cafe.definition.support.comes_as]
    stage.sees("The file says how people come: as a pair, or alone.", comes_as, ["pair", "alone"])
    hosts = [doing.take_on(stage, cafe, name) for name in ("Iris Testwell", "Jon Sampleton")]
    group = supporting.gather_group(stage, cafe, hosts)
    pair, alone, carer = _come(stage, cafe, group)
    goals = _at_first(stage, pair, alone)
    meeting = supporting.meet(
        stage,
        cafe,
        group,
        [pair, alone, carer],
        minutes=120,
        topics=["signposting", "memories"],
        supporter_ids=hosts,
        came_with=[{"referral_id": pair.id, "companions": 1}],
    )
    _at_the_cafe(stage, cafe, meeting)
    centre = _signposted(stage, cafe, meeting, [pair, alone])
    _since_then(stage, pair, alone, goals)
    _over(stage, cafe, pair, alone, carer)
    return {
        "programme": cafe.id,
        "day_centre": centre,
        "group": group,
        "referral": pair.id,
        "alone": alone.id,
        "carer": carer.id,
        "meeting": meeting,
    }


def _come(stage: Stage, cafe: Offer, group: str) -> list[Referred]:
    stage.act("Who comes, and with whom")
    clinic, coordinator = stage.worker("memory-clinic", "referrer"), stage.worker("cafe")
    about: dict[str, dict[str, Any]] = {
        "Kath Exampleton": {"conditions": ["dementia"], "needs": ["newly-diagnosed"]},
        "Len Dummy": {"conditions": ["dementia"], "needs": ["isolation"]},
        "Mo Sampleton": {"needs": ["caring"]},
    }
    stage.tell(
        "The memory clinic refers Kath, who has dementia and comes with her husband; Len, who has it and comes alone; "
        "and Mo, who cares for her mother and comes without her."
    )
    pair, alone, carer = (
        doing.refer(stage, "memory-clinic", cafe, doing.person(who), **more) for who, more in about.items()
    )
    household = clinic.make("referrals", "/households", {"others": {"partner": 1}})
    path = f"/households/{household['id']}"
    clinic.say("referrals", f"{path}/members/{pair.person_id}", {}, at=household["version"])
    stage.sees("Kath's household is two; her husband needs no name.", clinic.read("referrals", path)["size"], 2)
    doing.accept(stage, pair, alone, carer)
    for one, comes_with in ((pair, 1), (alone, 0), (carer, 0)):
        supporting.join(stage, one, group, comes_with)
    stage.sees(
        "Three who were referred take four places: the pair two, each of the others one.",
        coordinator.read("matching", f"/groups/{group}")["taken"],
        4,
    )
    return [pair, alone, carer]


def _at_first(stage: Stage, pair: Referred, alone: Referred) -> dict[str, str]:
    stage.act("What they hope for, in their own measure")
    stage.tell("Whoever wishes says how they are. Kath does, and so does her husband, for himself.")
    for of, answers in (("person", {"1": 3, "2": 2, "3": 2}), ("carer", {"1": 3, "2": 3, "3": 2})):
        supporting.measure(stage, pair, "ucla-3", "baseline", answers, of=of)
    stage.tell("Of confidence and of independence no free instrument asks. Kath and Len set goals of their own.")
    return {
        "confidence": supporting.set_goal(stage, pair, CONFIDENCE, 3),
        "less-help": supporting.set_goal(stage, pair, INDEPENDENCE, 4),
        "by-bus": supporting.set_goal(stage, alone, INDEPENDENCE, 2, words="Come here by bus, by myself"),
    }


def _since_then(stage: Stage, pair: Referred, alone: Referred, goals: dict[str, str]) -> None:
    stage.act("Confidence, independence, social networks, in numbers")
    for of, answers in (("person", {"1": 2, "2": 1, "3": 2}), ("carer", {"1": 2, "2": 2, "3": 2})):
        supporting.measure(stage, pair, "ucla-3", "ending", answers, of=of)
    stage.sees(
        "Kath lacks company less than she did: on a scale from 3 to 9 she was at 7 and is at 5.",
        supporting.scores(stage, pair, "ucla-3"),
        {"baseline": "7", "ending": "5"},
    )
    stage.sees(
        "So does her husband, of whom nothing is kept but his answers: he was at 8 and is at 6.",
        supporting.scores(stage, pair, "ucla-3", of="carer"),
        {"baseline": "8", "ending": "6"},
    )
    supporting.look_at_goal(stage, pair, goals["confidence"], 7)
    supporting.look_at_goal(stage, pair, goals["less-help"], 4)
    supporting.look_at_goal(stage, alone, goals["by-bus"], 10)
    supporting.reach_goal(stage, alone, goals["by-bus"])
    stage.sees(
        "Of two goals about independence one was reached; the other is where it was. That is said, too.",
        supporting.goals(stage, pair.to, INDEPENDENCE),
        {"set": 2, "nearer": 1, "reached": 1},
    )
    stage.sees(
        "Of one about confidence she says that she is nearer.",
        supporting.goals(stage, pair.to, CONFIDENCE),
        {"set": 1, "nearer": 1, "reached": 0},
    )


def _at_the_cafe(stage: Stage, cafe: Offer, meeting: str) -> None:
    stage.act("At the café")
    coordinator = stage.worker("cafe")
    seen = coordinator.read("matching", f"/sessions/{meeting}")
    stage.sees(
        "Three of those referred were there, with two hosts.",
        (len(seen["attended_referral_ids"]), len(seen["supporter_ids"])),
        (3, 2),
    )
    stage.sees(
        "Kath's husband was there too: he is counted, and named nowhere.",
        [one["companions"] for one in seen["came_with"]],
        [1],
    )
    rule = cafe.definition.matching
    stage.holds("That people know one another is expected here.", rule and rule.knowing_each_other == "expected")
    supporting.contact(stage, cafe, "drop-in", 9)
    stage.tell("Nine more came in from the street. They are counted, and nobody asks who they are.")


def _signposted(stage: Stage, cafe: Offer, meeting: str, told: list[Referred]) -> str:
    stage.act("Where else to turn")
    entry = signposting.list_entry(stage, "day-centre", "Sampleton Day Centre", "Company and lunch, five days a week.")
    centre = entry["id"]
    stage.tell("At the meeting itself Iris tells Kath and Len of a day centre.")
    signposts = [
        signposting.tell_of(stage, "cafe", ("session", meeting), ("programme", centre), referred=one) for one in told
    ]
    stage.sees(
        "That is kept with each of them, by the entry's id: the directory says what it is called.",
        [
            [one["entry_id"] for one in stage.worker("cafe").everything("matching", f"/referrals/{who.id}/signposts")]
            for who in told
        ],
        [[centre], [centre]],
    )
    listed = stage.anybody("referrals", f"/directory/services/{centre}")
    stage.sees("Anybody may look it up.", listed["name"], entry["name"])
    stage.tell("A fortnight later they are asked.")
    for signpost, went in zip(signposts, ("went", "did-not-go"), strict=True):
        signposting.say_what_came_of_it(stage, "cafe", signpost, went)
    stage.sees(
        "Kath and her husband went; Len did not. Two were told, and one went.",
        signposting.told_of(stage, cafe, centre),
        {"told": 2, "went": 1, "did_not_go": 1, "turned_away": 0},
    )
    return str(centre)


def _over(stage: Stage, cafe: Offer, *everybody: Referred) -> None:
    stage.act("The ending, and what is reported")
    hoped = cafe.definition.evaluation.outcomes
    stage.holds(
        "What it hopes for stands in its file: confidence, independence, social networks, for people and for carers.",
        {CONFIDENCE, INDEPENDENCE, "social-networks"} <= set(hoped[Whose.PERSON])
        and "social-networks" in hoped[Whose.CARER],
    )
    for one in everybody:
        doing.close(stage, one)
    names = ("received", "sessions", "contacts", "people_reached", "closed")
    stage.soon(
        "The report counts three who were referred, one meeting, and nine who dropped in.",
        lambda: doing.counted(stage, "cafe", cafe, *names),
        {"received": 3, "sessions": 1, "contacts": 1, "people_reached": 9, "closed": 3},
    )


CONFIDENCE: Final = "confidence"
INDEPENDENCE: Final = "independence"
"""Goals have the codes of the outcomes that the file hopes for."""

JOURNEY: Final = Journey(
    number=3,
    title="Dementia peer networks and cafés",
    source="RE",
    words=(
        "groups for people with dementia and their carers, who come as a pair, or either alone; signposting out of a "
        "session; confidence, independence, social networks; drop-in, knowing one another expected"
    ),
    parts=(
        Part("memory-clinic", "Testwell Memory Clinic", "health-board"),
        Part("cafe", "Exampleton Dementia Café"),
        Part("day-centre", "Sampleton Day Centre"),
    ),
    play=play,
)
