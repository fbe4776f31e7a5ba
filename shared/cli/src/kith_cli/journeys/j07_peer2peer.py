"""7. Peer2Peer network (HH): several organisations offer, and the person chooses."""

from typing import Any, Final

from kith_cli.journeys import doing, supporting
from kith_cli.journeys.cast import Journey, Part, Played
from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage

PLACES: Final = ("north", "south", "west")


def play(stage: Stage) -> Played:
    """One wish goes to three programmes; two hold a place; the person chooses; the others hear that they are free."""
    stage.act("Three organisations develop peer support in their own places")
    offers = [doing.offer(stage, place, "peer2peer-network") for place in PLACES]
    doing.agree_to_share(stage, "practice", *PLACES)
    stage.tell("In the South there is Noa Testwell, who lives with hearing loss.")
    quiet = doing.take_on(stage, offers[1], "Noa Testwell", conditions=["hearing-loss"], experience=["isolation"])
    choice, made = _offered(stage, offers)
    _held(stage, made, quiet)
    chosen = _chosen(stage, choice, made)
    match = _supported(stage, chosen, quiet)
    _over(stage, chosen, match)
    return {
        "programme": chosen.to.id,
        "referral": chosen.id,
        "released": made[0].id,
        "declined": made[2].id,
        "match": match,
        "supporter": quiet,
    }


def _offered(stage: Stage, offers: list[Offer]) -> tuple[str, list[Referred]]:
    stage.act("One referral, offered to all three")
    stage.tell("A GP asks for Oz Exampleton, who lives with depression and agreed to be offered to three programmes.")
    about: dict[str, Any] = {"needs": ["isolation"], "conditions": ["depression"], "channels": ["telephone"]}
    body = doing.asking(doing.person("Oz Exampleton"), **about) | {"programme_ids": [one.id for one in offers]}
    choice = stage.worker("practice", "referrer").make("referrals", "/choices", body)
    by_programme = {one["programme_id"]: one for one in choice["referrals"]}
    made = [Referred(by_programme[one.id]["id"], by_programme[one.id]["person_id"], one) for one in offers]
    stage.sees("It is one person, three times.", len({one.person_id for one in made}), 1)
    return choice["id"], made


def _held(stage: Stage, made: list[Referred], quiet: str) -> None:
    stage.act("A yes holds a place")
    doing.accept(stage, made[0], made[1])
    stage.worker("west").move(
        "referrals", f"/referrals/{made[2].id}", "decision", {"decision": "decline", "reason": "no-capacity"}
    )
    stage.sees(
        "North and South would take Oz on, and hold a place each; West has none.",
        [doing.status_of(stage, one, "practice") for one in made],
        ["held", "held", "declined"],
    )
    stage.soon(
        "Oz and the GP are written to: there is a place, and Oz chooses.",
        lambda: doing.told_of(stage, made[1], "referral-held"),
        ["person", "referrer"],
    )
    stage.refuses(
        "Until then nobody is introduced to Oz.",
        "referral-not-accepted",
        lambda: stage.worker("south").make(
            "matching", "/proposals", {"referral_id": made[1].id, "supporter_id": quiet}
        ),
    )


def _chosen(stage: Stage, choice: str, made: list[Referred]) -> Referred:
    stage.act("Oz chooses")
    chosen = made[1]
    stage.worker("practice", "referrer").do("referrals", f"/choices/{choice}/choice", {"referral_id": chosen.id})
    stage.sees(
        "South it is. The place in the North is free again.",
        [doing.status_of(stage, one, "practice") for one in made],
        ["closed", "accepted", "declined"],
    )
    stage.soon(
        "The North is told that its place is free; neither Oz nor the GP is written to of that.",
        lambda: doing.told_of(stage, made[0], "referral-released"),
        ["programme"],
    )
    stage.refuses(
        "It does not see Oz any more.",
        "not-found",
        lambda: stage.worker("north").read("referrals", f"/referrals/{made[0].id}"),
    )
    return chosen


def _supported(stage: Stage, chosen: Referred, quiet: str) -> str:
    stage.act("Across conditions")
    found = supporting.candidates(stage, chosen)["candidates"]
    stage.sees(
        "Noa lives with something else, and may be proposed: what both have been through connects them.",
        [one["supporter_id"] for one in found],
        [quiet],
    )
    match = supporting.introduce(stage, chosen, quiet)
    supporting.hold(stage, "south", match, channel="telephone", limits_explained=True)
    return match


def _over(stage: Stage, chosen: Referred, match: str) -> None:
    stage.act("The ending, and what is reported")
    supporting.end(stage, chosen, match)
    doing.close(stage, chosen)
    names = ("received", "matched", "sessions", "closed")
    stage.soon(
        "The South counts one received, matched, met and closed.",
        lambda: doing.counted(stage, "south", chosen.to, *names),
        dict.fromkeys(names, 1),
    )


JOURNEY: Final = Journey(
    number=7,
    title="Peer2Peer network",
    source="HH",
    words=(
        "people from several organisations and conditions who develop peer support in their own places; one referral "
        "offered to several programmes, the person choosing"
    ),
    parts=(
        Part("practice", "Testwell Practice", "gp-practice"),
        Part("north", "Northern Exampleton Peers", "user-group"),
        Part("south", "Southern Exampleton Peers", "user-group"),
        Part("west", "Western Exampleton Peers", "user-group"),
    ),
    play=play,
)
