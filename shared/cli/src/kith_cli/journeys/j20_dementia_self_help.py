"""20. Dementia self-help (MH, "Self-help for People with Dementia"): groups where people live, who know one another."""

from typing import Any, Final

from kith_cli.journeys import doing, supporting
from kith_cli.journeys.cast import Journey, Part, Played
from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage

SCHEME: Final = {"setting": ["elm-court"]}
OTHER: Final = {"setting": ["oak-court"]}


def play(stage: Stage) -> Played:
    """Residents of one housing scheme, with partners and alone, meet every week in the room downstairs."""
    stage.act("A group in the scheme where people live")
    groups = doing.offer(stage, "housing", "dementia-self-help")
    doing.agree_to_share(stage, "memory-clinic", "housing")
    rule = groups.definition.matching
    stage.holds("That neighbours know one another is expected here.", rule and rule.knowing_each_other == "expected")
    facilitators = [
        doing.take_on(stage, groups, name, connections=SCHEME, districts=["E3"])
        for name in ("Rita Testwell", "Stan Dummy")
    ]
    group = supporting.gather_group(stage, groups, facilitators, places=4, setting="elm-court")
    couple, alone = _residents(stage, groups, group)
    _same_scheme(stage, groups, couple, facilitators)
    _meet(stage, groups, group, couple, alone)
    _over(stage, groups, couple, alone)
    return {"programme": groups.id, "group": group, "referral": couple.id, "alone": alone.id}


def _residents(stage: Stage, groups: Offer, group: str) -> tuple[Referred, Referred]:
    stage.tell("Tess has been told that she has dementia; her partner comes with her. Abel comes alone.")
    couple, alone, late = (_refer(stage, groups, name) for name in ("Tess Exampleton", "Abel Sampleton", "Cora Dummy"))
    clinic = stage.worker("memory-clinic", "referrer")
    household = clinic.make("referrals", "/households", {"others": {"partner": 1}})
    path = f"/households/{household['id']}/members/{couple.person_id}"
    two = clinic.say("referrals", path, {}, at=household["version"])
    stage.sees("Tess and her partner are one household of two.", two["size"], 2)
    supporting.join(stage, couple, group, comes_with=1)
    supporting.join(stage, alone, group)
    waits = supporting.join(stage, late, group, comes_with=1)
    stage.sees("Cora and her partner need two places, and one is left: they wait together.", waits["state"], "waiting")
    doing.close(stage, late, "moved-away")
    return couple, alone


def _refer(stage: Stage, groups: Offer, name: str) -> Referred:
    about: dict[str, Any] = {"conditions": ["early-dementia"], "needs": ["isolation"], "connections": SCHEME}
    one = doing.refer(stage, "memory-clinic", groups, doing.person(name, postcode="E3 1XX"), **about)
    doing.accept(stage, one)
    return one


def _same_scheme(stage: Stage, groups: Offer, couple: Referred, facilitators: list[str]) -> None:
    doing.take_on(stage, groups, "Una Sampleton", connections=OTHER, districts=["E3"])
    found = supporting.candidates(stage, couple)
    stage.sees(
        "Whoever facilitates belongs to the scheme: somebody from another one is stopped.",
        (found["stopped_by"], {one["supporter_id"] for one in found["candidates"]}),
        ({"setting-not-shared": 1}, set(facilitators)),
    )


def _meet(stage: Stage, groups: Offer, group: str, couple: Referred, alone: Referred) -> None:
    stage.act("Week by week")
    supporting.measure(stage, couple, "ons-loneliness", "baseline", supporting.alike(1, LONELY))
    supporting.measure(stage, couple, "ons-loneliness", "baseline", supporting.alike(1, LONELY), of="carer")
    supporting.import_score(stage, couple, "eq-5d-5l", "baseline", {"index": "0.55", "vas": "50"})
    own_shopping = supporting.set_goal(stage, couple, INDEPENDENCE, 4, words="Do my own shopping again")
    own_flat = supporting.set_goal(stage, alone, INDEPENDENCE, 6, words="Stay in my own flat")
    for _ in range(2):
        supporting.meet(stage, groups, group, [couple, alone], minutes=90, topics=["signposting"])
    supporting.measure(stage, couple, "ons-loneliness", "review", supporting.alike(1, LESS_LONELY))
    supporting.measure(stage, couple, "ons-loneliness", "review", supporting.alike(1, LESS_LONELY), of="carer")
    supporting.import_score(stage, couple, "eq-5d-5l", "review", {"index": "0.71", "vas": "65"})
    less_lonely = {"baseline": str(LONELY), "review": str(LESS_LONELY)}
    stage.sees(
        "Asked how often she feels lonely, Tess said often at first, and says occasionally now.",
        supporting.scores(stage, couple, "ons-loneliness"),
        less_lonely,
    )
    stage.sees(
        "Her partner, asked separately, says the same, and is named nowhere.",
        supporting.scores(stage, couple, "ons-loneliness", of="carer"),
        less_lonely,
    )
    stage.sees(
        "Tess's quality of life, reckoned by whoever holds the licence, rose from 0.55 to 0.71.",
        supporting.scores(stage, couple, "eq-5d-5l"),
        {"baseline": "0.55", "review": "0.71"},
    )
    supporting.look_at_goal(stage, couple, own_shopping, 9)
    supporting.reach_goal(stage, couple, own_shopping)
    supporting.look_at_goal(stage, alone, own_flat, 7)
    stage.sees(
        "No free instrument asks about independence. Each set a goal of their own: both are nearer, one reached it.",
        supporting.goals(stage, groups, INDEPENDENCE),
        {"set": 2, "nearer": 2, "reached": 1},
    )


def _over(stage: Stage, groups: Offer, *everybody: Referred) -> None:
    stage.act("The ending, and what is reported")
    for one in everybody:
        doing.close(stage, one)
    names = ("received", "sessions", "closed")
    stage.soon(
        "The report counts three who were referred, two meetings, three closed.",
        lambda: doing.counted(stage, "housing", groups, *names),
        {"received": 3, "sessions": 2, "closed": 3},
    )


LONELY: Final = 1
LESS_LONELY: Final = 3
"""Answers to how often somebody feels lonely: 1 is often or always, 3 occasionally."""

INDEPENDENCE: Final = "lives-independently-for-longer"
"""Goals have the code of the outcome that the file hopes for."""

JOURNEY: Final = Journey(
    number=20,
    title="Dementia self-help, extra care and sheltered housing",
    source="MH",
    words=(
        "facilitated groups for people in early stages and their partners who live in the same schemes; people "
        "know one another; independence, quality of life, isolation"
    ),
    parts=(
        Part("memory-clinic", "Testwell Memory Clinic", "health-board"),
        Part("housing", "Exampleton Housing", "housing-provider"),
    ),
    play=play,
)
