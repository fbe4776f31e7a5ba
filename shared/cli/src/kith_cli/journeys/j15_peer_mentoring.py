"""15. Peer mentoring (MH, "Peer Mentoring"): buddies for newcomers, and the mentor who stays for a long time."""

from typing import Any, Final

from kith_cli.journeys import doing, mediating, supporting
from kith_cli.journeys.cast import Journey, Part, Played
from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage

WARD: Final = {"setting": ["testwell-hospital"]}
SCHOOL: Final = {"setting": ["exampleton-school"]}


def play(stage: Stage) -> Played:
    """Two buddies are attached to a group of newcomers on a ward; one of them finds a mentor for afterwards."""
    stage.act("Buddies, attached to a new group in a new setting")
    buddies = doing.offer(stage, "hospital", "peer-mentoring")
    attached = [
        doing.take_on(stage, buddies, name, connections=WARD, districts=["L8"])
        for name in ("Eve Testwell", "Gil Sampleton")
    ]
    doing.take_on(stage, buddies, "Ned Dummy", connections=SCHOOL, districts=["L8"])
    group = supporting.gather_group(stage, buddies, attached, places=12, setting="testwell-hospital")
    stage.tell("Hope and Ike are new on a ward. Eve and Gil, who know it, are attached to a group of newcomers there.")
    newcomers = [_refer(stage, buddies, name) for name in ("Hope Exampleton", "Ike Dummy")]
    _eased_in(stage, buddies, group, newcomers)
    match = _a_buddy_each(stage, newcomers[0], attached)
    mentee, lasting, mentor = _long_term(stage)
    mediation = _mediates(stage, mentee.to, mentor)
    _went_his_own_way(stage, mentee, lasting)
    _over(stage, buddies, newcomers, match)
    return {
        "programme": buddies.id,
        "group": group,
        "referral": newcomers[0].id,
        "match": match,
        "long_term": mentee.to.id,
        "mentee": mentee.id,
        "lasting": lasting,
        "mentor": mentor,
        "mediation": mediation,
    }


def _refer(stage: Stage, to: Offer, name: str, **more: Any) -> Referred:
    about: dict[str, Any] = {"needs": ["new-setting"], "connections": WARD, "channels": ["in-person"], **more}
    one = doing.refer(stage, "hospital", to, doing.person(name, birth_date="1988-04-05", postcode="L8 1XX"), **about)
    doing.accept(stage, one)
    return one


def _eased_in(stage: Stage, buddies: Offer, group: str, newcomers: list[Referred]) -> None:
    for one in newcomers:
        supporting.join(stage, one, group)
    supporting.meet(stage, buddies, group, newcomers, minutes=60, topics=["finding-ones-way"])
    seen = stage.worker("hospital").read("matching", f"/groups/{group}")
    stage.sees(
        "Two buddies, two newcomers, one place that is new to them.",
        (len(seen["facilitators"]), seen["taken"], seen["setting"]),
        (2, 2, "testwell-hospital"),
    )


def _a_buddy_each(stage: Stage, newcomer: Referred, attached: list[str]) -> str:
    stage.act("And a buddy for each")
    stage.tell("Hope would like one of them at her side. Ned is a buddy too, at a school.")
    found = supporting.candidates(stage, newcomer)
    stage.sees(
        "Who knows the ward may be a buddy there; who knows another place is stopped.",
        (found["stopped_by"], {one["supporter_id"] for one in found["candidates"]}),
        ({"setting-not-shared": 1}, set(attached)),
    )
    match = supporting.introduce(stage, newcomer, found["candidates"][0]["supporter_id"])
    supporting.hold(stage, "hospital", match, 45)
    return match


def _long_term(stage: Stage) -> tuple[Referred, str, str]:
    stage.act("The long-term mentor: befriender, listener, mediator")
    long_term = doing.offer(stage, "hospital", "peer-mentoring-long-term")
    says = long_term.definition
    roles = {one.value for one in says.supporters.roles}
    stage.holds("The file names all three roles.", {"befriending", "listening", "mediating"} <= roles)
    about: dict[str, Any] = {"connections": WARD, "age_band": "45-54", "districts": ["L8"]}
    kim = doing.take_on(stage, long_term, "Kim Testwell", **about)
    stage.tell("Lee would like somebody at his side for a long time. Kim, who is older, agrees to it.")
    mentee = _refer(stage, long_term, "Lee Sampleton", needs=["role-model"])
    match = supporting.introduce(stage, mentee, kim)
    found = stage.worker("hospital").read("matching", f"/matches/{match}")
    weeks = (doing.day(found["planned_until"]) - doing.day(found["made_on"])).days // 7
    stage.sees("It is meant to last: two years.", weeks, says.support.length.weeks)
    supporting.measure(stage, mentee, "rosenberg", "baseline", supporting.self_esteem(1))
    for topic in ("going-out-again", "listening"):
        supporting.hold(stage, "hospital", match, topics=[topic])
    supporting.asked(stage, mentee, match, "helping")
    return mentee, match, kim


def _mediates(stage: Stage, long_term: Offer, kim: str) -> str:
    stage.act("And she mediates")
    doing.train(stage, long_term, kim, "conflict-resolution")
    moss, nye = (_refer(stage, long_term, name, needs=["role-model"]) for name in ("Moss Dummy", "Nye Exampleton"))
    stage.tell(
        "Moss and Nye, who wait for mentors of their own, fall out, and both ask for help. Kim is trained in it."
    )
    asked = mediating.ask(stage, long_term, moss, nye)
    stage.sees("She is close to neither, so she is found.", asked["mediator_id"], kim)
    for which in ("first", "second"):
        mediating.answer(stage, long_term, asked["id"], which)
    agreed = mediating.answer(stage, long_term, asked["id"], "mediator")
    stage.sees("Both say yes to it, and then Kim does.", agreed["state"], "agreed")
    ended = mediating.end(stage, long_term, asked["id"])
    stage.sees("They settle it, and neither needs more.", ended["outcome"], "settled")
    for one in (moss, nye):
        doing.close(stage, one)
    return str(asked["id"])


def _went_his_own_way(stage: Stage, mentee: Referred, match: str) -> None:
    stage.act("A planned ending, and what is reported")
    stage.tell("Lee finds a way of his own sooner than in two years. The two plan the day on which they part.")
    path, ends_on = f"/matches/{match}", doing.today().isoformat()
    planned = stage.worker("hospital").move("matching", path, "planned-ending", {"ends_on": ends_on})
    stage.sees("It stands with the match.", planned["planned_until"], ends_on)
    supporting.measure(stage, mentee, "rosenberg", "ending", supporting.self_esteem(2))
    stage.sees(
        "His self-esteem was at 10 of 30, and is at 20.",
        supporting.scores(stage, mentee, "rosenberg"),
        {"baseline": "10", "ending": "20"},
    )
    supporting.end(stage, mentee, match)
    doing.close(stage, mentee)
    names = ("received", "matched", "sessions", "closed")
    stage.soon(
        "The report counts three who came, one with a mentor, two meetings, three closed. A mediation is no match.",
        lambda: doing.counted(stage, "hospital", mentee.to, *names),
        {"received": 3, "matched": 1, "sessions": 2, "closed": 3},
    )


def _over(stage: Stage, buddies: Offer, newcomers: list[Referred], match: str) -> None:
    stage.act("The ending of the beginning, and what is reported")
    supporting.end(stage, newcomers[0], match)
    for one in newcomers:
        doing.close(stage, one)
    names = ("received", "matched", "sessions", "closed")
    stage.soon(
        "The report counts two newcomers, a group's meeting and one with a buddy, two who need neither any more.",
        lambda: doing.counted(stage, "hospital", buddies, *names),
        {"received": 2, "matched": 1, "sessions": 2, "closed": 2},
    )


JOURNEY: Final = Journey(
    number=15,
    title="Peer mentoring",
    source="MH",
    words=(
        "buddies attached to a new group in a new setting (school, hospital); and the long-term mentor: befriender, "
        "listener, mediator"
    ),
    parts=(Part("hospital", "Testwell Hospital", "nhs-trust"),),
    play=play,
)
