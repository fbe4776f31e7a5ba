"""15. Peer mentoring (MH, "Peer Mentoring"): buddies for newcomers, and the mentor who stays for a long time."""

from typing import Any, Final

from kith_cli.journeys import doing, supporting
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
    long_term, lasting, mentor = _long_term(stage)
    _over(stage, buddies, newcomers, match)
    return {
        "programme": buddies.id,
        "group": group,
        "referral": newcomers[0].id,
        "match": match,
        "long_term": long_term.to.id,
        "mentee": long_term.id,
        "lasting": lasting,
        "mentor": mentor,
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
    supporting.hold(stage, "hospital", match)
    return mentee, match, kim


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
