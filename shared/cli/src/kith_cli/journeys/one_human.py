"""One human through all of it: supported, then on a course, then a group mentor, and still supported elsewhere.

At every step it is looked at who sees what: her two hats are ring-fenced (HH, *Role conflict*; MH, *Self-management*).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kith_cli.journeys import doing, supporting
from kith_cli.journeys.cast import Journey, Part, Played
from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage
from kith_cli.speaking import Refused

WHO: Final = {
    "the GP": ("practice", "referrer"),
    "peers": ("peers", "coordinator"),
    "courses": ("courses", "coordinator"),
    "listeners": ("listeners", "coordinator"),
    "herself": ("courses", "ivy"),
}
"""Who looks, at every step: by the name that is shown, the organisation and the role."""
IVY: Final = {"given_name": "Ivy", "family_name": "Testwell", "email": "ivy@example.org", "contact_by": ["email"]}
ABOUT: Final[Mapping[str, Any]] = {"needs": ["isolation", "low-mood"], "channels": ["telephone"]}

Seen = dict[str, list[str]]


@dataclass(slots=True)
class Life:
    """What there is of her by now, by the name that is shown: which service has it, and where."""

    things: dict[str, tuple[str, str]] = field(default_factory=dict)

    def look(self, stage: Stage) -> Seen:
        """Who sees which of it."""
        return {who: [name for name in self.things if self._sees(stage, who, name)] for who in WHO}

    def _sees(self, stage: Stage, who: str, name: str) -> bool:
        try:
            stage.worker(*WHO[who]).read(*self.things[name])
        except Refused as refused:
            if refused.code in HIDDEN:
                return False
            raise
        return True


HIDDEN: Final = frozenset({"not-found", "supporter-not-found", "match-not-found", "role-missing"})
"""How what somebody may not see is answered: like what is not there, or like what is no business of theirs."""


def play(stage: Stage) -> Played:
    """Ivy is supported, goes to a course, mentors a group, and is supported again; nobody sees more than is theirs."""
    life = Life()
    stage.act("Four organisations")
    peers = doing.offer(stage, "peers", "peer2peer-network")
    course = doing.offer(stage, "courses", "self-management-wales")
    listening = doing.offer(stage, "listeners", "peer-listening")
    doing.agree_to_share(stage, "practice", "peers", "courses", "listeners")
    first = _supported(stage, life, peers)
    attended = _on_a_course(stage, life, course)
    mentor = _mentor(stage, life, attended)
    again = _supported_elsewhere(stage, life, listening)
    _counted(stage, first, attended, again)
    return {
        "first": first.id,
        "attended": attended.id,
        "again": again.id,
        "mentor": mentor,
        "peers": peers.id,
        "courses": course.id,
        "listeners": listening.id,
    }


def _matrix(stage: Stage, life: Life, expected: Seen) -> None:
    """Say who sees what by now, and look whether it is so."""
    for who in WHO:
        stage.tell(f"    {who + ':':<12}{', '.join(expected[who]) or '-'}")
    stage.sees("That is who sees which of it.", life.look(stage), expected)


def _supported(stage: Stage, life: Life, peers: Offer) -> Referred:
    stage.act("Supported")
    stage.tell("Ivy's GP refers her to a network of peers. Jo supports her until she moves on.")
    jo = doing.take_on(stage, peers, "Jo Sampleton", experience=["isolation"])
    first = doing.refer(stage, "practice", peers, IVY, **ABOUT)
    doing.accept(stage, first)
    match = supporting.introduce(stage, first, jo)
    supporting.hold(stage, "peers", match, channel="telephone", limits_explained=True)
    life.things["her referral"] = ("referrals", f"/referrals/{first.id}")
    life.things["her match"] = ("matching", f"/matches/{match}")
    _matrix(
        stage,
        life,
        {
            "the GP": ["her referral"],
            "peers": ["her referral", "her match"],
            "courses": [],
            "listeners": [],
            "herself": [],
        },
    )
    supporting.end(stage, first, match, "moved-on")
    doing.close(stage, first)
    return first


def _on_a_course(stage: Stage, life: Life, course: Offer) -> Referred:
    stage.act("Then a course")
    stage.tell("Later the GP refers her to a self-management course. She attends it to the end.")
    trainer = doing.take_on(stage, course, "Kai Dummy")
    group = supporting.gather_group(stage, course, [trainer], places=12, meetings=8)
    attended = doing.refer(stage, "practice", course, IVY, needs=["managing-a-condition"])
    doing.accept(stage, attended)
    supporting.join(stage, attended, group)
    supporting.meet(stage, course, group, [attended], minutes=120, topics=["self-management"])
    doing.close(stage, attended)
    life.things["her course"] = ("referrals", f"/referrals/{attended.id}")
    _matrix(
        stage,
        life,
        {
            "the GP": ["her referral", "her course"],
            "peers": ["her referral", "her match"],
            "courses": ["her course"],
            "listeners": [],
            "herself": [],
        },
    )
    return attended


def _mentor(stage: Stage, life: Life, attended: Referred) -> str:
    stage.act("Then she mentors a group")
    course, coordinator = attended.to, stage.worker("courses")
    stage.tell("She comes back as the mentor of a group, with access of her own. Her coordinator knew her before.")
    mentor = doing.take_on(stage, course, "Ivy Testwell", own="ivy", conditions=["bipolar-disorder"])
    coordinator.make("matching", f"/supporters/{mentor}/person", {"person_id": attended.person_id})
    group = supporting.gather_group(stage, course, [mentor], places=12)
    supporting.meet(stage, course, group, [], minutes=120, supporter_ids=[mentor])
    life.things["her hat as a mentor"] = ("matching", f"/supporters/{mentor}")
    life.things["her own matches"] = ("matching", f"/supporters/{mentor}/matches")
    _matrix(
        stage,
        life,
        {
            "the GP": ["her referral", "her course"],
            "peers": ["her referral", "her match"],
            "courses": ["her course", "her hat as a mentor"],
            "listeners": [],
            "herself": ["her own matches"],
        },
    )
    told = coordinator.read("matching", f"/supporters/{mentor}")
    stage.holds(
        "Her record as a mentor says neither her condition nor by which name she was supported.",
        not told["conditions"] and attended.person_id not in str(told),
    )
    return mentor


def _supported_elsewhere(stage: Stage, life: Life, listening: Offer) -> Referred:
    stage.act("And is still supported, elsewhere")
    stage.tell("You do not stop being somebody who is supported: her GP refers her to people who listen.")
    again = doing.refer(stage, "practice", listening, IVY, needs=["to-be-heard"], channels=["telephone"])
    doing.accept(stage, again)
    life.things["her listener"] = ("referrals", f"/referrals/{again.id}")
    _matrix(
        stage,
        life,
        {
            "the GP": ["her referral", "her course", "her listener"],
            "peers": ["her referral", "her match"],
            "courses": ["her course", "her hat as a mentor"],
            "listeners": ["her listener"],
            "herself": ["her own matches"],
        },
    )
    there = stage.worker("listeners").everything("referrals", "/referrals")
    stage.sees("The listeners have this one referral of hers, and no other.", [one["id"] for one in there], [again.id])
    return again


def _counted(stage: Stage, first: Referred, attended: Referred, again: Referred) -> None:
    stage.act("And each organisation counts its own")
    for who, referred, closed in (("peers", first, 1), ("courses", attended, 1), ("listeners", again, 0)):
        stage.soon(
            f"{who}: one received, {closed or 'none'} closed.",
            lambda who=who, referred=referred: doing.counted(stage, who, referred.to, "received", "closed"),  # type: ignore[misc]
            {"received": 1, "closed": closed},
        )


JOURNEY: Final = Journey(
    number=0,
    title="One human through all of it",
    source="HH, MH",
    words=(
        "supported, then a course, then group mentor, still supported elsewhere: two hats, ring-fenced, and at every "
        "step who sees what"
    ),
    parts=(
        Part("practice", "Testwell Practice", "gp-practice", "wales"),
        Part("peers", "Exampleton Peers", nation="wales"),
        Part("courses", "Exampleton Courses", nation="wales", supporters=("ivy",)),
        Part("listeners", "Exampleton Listeners", nation="wales"),
    ),
    play=play,
)
