"""10. Rochdale WRAP (HH): a pyramid, with many in groups at the base and a few who are trained at the top."""

from datetime import timedelta
from typing import Any, Final

from kith_cli.journeys import doing, supporting
from kith_cli.journeys.cast import Journey, Part, Played
from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage

STEPS: Final = (
    "selection",
    "training",
    "checks",
    "occupational-health",
    "human-resources",
    "professional-advisory-committee",
    "acceptance-by-ward",
)


def play(stage: Stage) -> Played:
    """A member of a group is trained and cleared, supports one person, is supervised, and goes on to a job."""
    stage.act("The base: groups, which are best left alone")
    base = doing.offer(stage, "wrap", "rochdale-wrap")
    doing.agree_to_share(stage, "ward", "wrap")
    supporting.contact(stage, base, "drop-in", 12)
    stage.refuses(
        "Nobody is referred to a group, and nobody there is named.",
        "programme-takes-no-referrals",
        lambda: doing.refer(stage, "ward", base, doing.person("Ivy Exampleton")),
    )
    top = doing.offer(stage, "wrap", "rochdale-wrap-one-to-one")
    jess = _to_the_top(stage, top)
    person, match = _one_to_one(stage, top, jess)
    _sounds_off(stage, top, jess)
    _goes_on(stage, top, match)
    _ended(stage, base, person, match)
    _stepping_stone(stage, top, jess)
    return {"programme": top.id, "base": base.id, "worker": jess, "referral": person.id, "match": match}


def _to_the_top(stage: Stage, top: Offer) -> str:
    stage.act("The top: a few, trained and inducted")
    jess = supporting.apply(stage, top, "Jess Testwell", own="jess", experience=["depression"])
    for step in STEPS:
        supporting.walk(stage, top, jess, step, 20)
    doing.check(stage, top, jess)
    supporting.reach(stage, top, jess, "active")
    stage.refuses(
        "Jess has been through every step; without the trainings on record she is proposed to nobody.",
        "training-missing",
        lambda: _try(stage, top, jess),
    )
    for code in ("wrap", "peer-support"):
        doing.train(stage, top, jess, code)
    paths = stage.worker("wrap").read("matching", "/supporters/paths")["steps"]
    stage.sees(
        "Red tape has its dates: seven steps of twenty days each, the ward's acceptance among them.",
        {step: paths[step]["longest"] for step in STEPS},
        dict.fromkeys(STEPS, 20),
    )
    return jess


def _try(stage: Stage, top: Offer, jess: str) -> Any:
    kit = _refer(stage, top, "Kit Sampleton")
    return supporting.propose(stage, kit, jess)


def _refer(stage: Stage, top: Offer, name: str) -> Referred:
    about: dict[str, Any] = {"needs": ["one-to-one-support", "mental-illness"], "channels": ["telephone"]}
    one = doing.refer(stage, "ward", top, doing.person(name), **about)
    doing.accept(stage, one)
    return one


def _one_to_one(stage: Stage, top: Offer, jess: str) -> tuple[Referred, str]:
    stage.act("A helping hand from somebody who has been through something similar")
    lou = _refer(stage, top, "Lou Dummy")
    stage.tell("A second worker, who has not been through anything like it, is stopped: here it is asked for.")
    doing.take_on(stage, top, "Max Sampleton")
    found = supporting.candidates(stage, lou)
    stage.sees(
        "Jess, whose depression counts as near, may be proposed; the other may not.",
        (found["stopped_by"], [one["supporter_id"] for one in found["candidates"]]),
        ({"experience-not-shared": 1}, [jess]),
    )
    return lou, supporting.introduce(stage, lou, jess)


def _sounds_off(stage: Stage, top: Offer, jess: str) -> None:
    stage.act("Log everything that is said, and have somebody to sound off to")
    herself, coordinator = stage.worker("wrap", "jess"), stage.worker("wrap")
    [match] = herself.read("matching", f"/supporters/{jess}/matches")["items"]
    for explained in (True, False):
        body = {"kind": "one-to-one", "match_id": match["id"], **supporting.meeting(60, limits_explained=explained)}
        herself.make("matching", "/sessions", body | {"topics": ["coping", "going-back-to-work"]})
    _notes(stage)
    logged = coordinator.everything("matching", "/sessions")
    stage.sees(
        "Jess logs both meetings; that she must tell some things on was explained in the first.",
        [one["limits_explained"] for one in logged],
        [True, False],
    )
    stage.sees("What they were about is logged in codes.", logged[0]["topics"], ["coping", "going-back-to-work"])
    rhythm = top.definition.supporters.supervision
    stage.holds("She is to be supervised every two weeks.", rhythm and rhythm.every_weeks == 2)  # noqa: PLR2004 - the file's
    supporting.supervise(stage, "wrap", jess, ["pressure-to-share-my-story", "boundaries"])
    coordinator.make("matching", f"/supporters/{jess}/calls", _call())
    [held] = coordinator.everything("matching", f"/supporters/{jess}/supervisions")
    [called] = coordinator.everything("matching", f"/supporters/{jess}/calls")
    stage.sees(
        "She was, for an hour, and rang once in between.", (held["minutes"], called["channel"]), (60, "telephone")
    )


def _notes(stage: Stage) -> None:
    herself, coordinator = stage.worker("wrap", "jess"), stage.worker("wrap")
    [first, _] = coordinator.everything("matching", "/sessions")
    path, said = f"/sessions/{first['id']}/notes", "Talked of the old job, and of going back on two days"
    herself.make("matching", path, {"words": said})
    stage.sees(
        "What was said she writes down, sealed: she and her coordinator read it.",
        [[one["words"] for one in who.read("matching", path)["items"]] for who in (herself, coordinator)],
        [[said], [said]],
    )


def _call() -> dict[str, Any]:
    return {"held_on": doing.today().isoformat(), "channel": "telephone", "topics": ["sounding-off"]}


def _goes_on(stage: Stage, top: Offer, match: str) -> None:
    stage.act("Longer than was planned, and whether somebody depends on it")
    coordinator, path, length = stage.worker("wrap"), f"/matches/{match}", top.definition.support.length
    for times in (1, 2):
        until = doing.today() + timedelta(weeks=(length.weeks or 0) + 6 * times)
        coordinator.move("matching", path, "extending", {"until": until.isoformat()})
    counts = coordinator.read("matching", "/worklist")["counts"]
    stage.sees(
        "It is extended twice, and the file says once: somebody is to look whether Lou has come to depend on it.",
        (length.extensions, counts.get("check-balance")),
        (1, 1),
    )
    looked = coordinator.move("matching", path, "balance", {"balance": "ending"})
    stage.sees("Her coordinator looks: an ending is to be planned with both.", looked["balance"], "ending")
    ends_on = (doing.today() + timedelta(weeks=2)).isoformat()
    planned = coordinator.move("matching", path, "planned-ending", {"ends_on": ends_on})
    stage.sees("It is, for a day in two weeks.", planned["planned_until"], ends_on)


def _ended(stage: Stage, base: Offer, person: Referred, match: str) -> None:
    stage.act("The ending, and what is reported")
    supporting.end(stage, person, match, "moved-on")
    doing.close(stage, person)
    names = ("matched", "sessions", "closed")
    stage.soon(
        "The top counts one matched, two meetings, one closed.",
        lambda: doing.counted(stage, "wrap", person.to, *names),
        {"matched": 1, "sessions": 2, "closed": 1},
    )
    stage.soon(
        "The base counts heads: twelve.",
        lambda: doing.counted(stage, "wrap", base, "people_reached"),
        {"people_reached": 12},
    )


def _stepping_stone(stage: Stage, top: Offer, jess: str) -> None:
    stage.act("A stepping-stone to other things")
    supporting.reach(stage, top, jess, "left", destination="job")
    found = stage.worker("wrap").read("matching", "/supporters/paths")["destinations"]
    stage.sees("Jess leaves for a job. That is where people went from here.", found, {"job": 1})
    record = stage.worker("wrap").file("matching", f"/supporters/{jess}/record-of-experience.pdf")
    stage.holds("She takes a record of her experience with her.", record.startswith(b"%PDF"))


JOURNEY: Final = Journey(
    number=10,
    title="Rochdale WRAP",
    source="HH",
    words=(
        "the pyramid: informal group support at the base, a few trained and inducted people giving one-to-one at the "
        "top; training, supervision, a log and somebody to sound off to; a stepping-stone to other things"
    ),
    parts=(
        Part("ward", "Testwell Ward", "nhs-trust"),
        Part("wrap", "Exampleton WRAP", supporters=("jess",)),
    ),
    play=play,
)
