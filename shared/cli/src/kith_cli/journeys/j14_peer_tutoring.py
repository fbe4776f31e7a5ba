"""14. Peer tutoring (MH, "Peer Tutoring"): a pupil helps one of the same age, or a younger one, to learn."""

from datetime import timedelta
from typing import Any, Final

from kith_cli.journeys import doing, supporting
from kith_cli.journeys.cast import Journey, Part, Played
from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage

HERE: Final = {"setting": ["testwell-school"], "skill": ["reading"]}
ELSEWHERE: Final = {"setting": ["sampleton-school"], "skill": ["reading"]}


def play(stage: Stage) -> Played:
    """An older pupil reads with a younger one until she reaches the goal that she set."""
    stage.act("Of the same age or younger, in one school")
    tutoring = doing.offer(stage, "school", "peer-tutoring")
    older = doing.take_on(stage, tutoring, "Ana Testwell", age_band="15-24", connections=HERE, districts=["L8"])
    doing.take_on(stage, tutoring, "Ben Dummy", age_band="11-14", connections=HERE, districts=["L8"])
    doing.take_on(stage, tutoring, "Cy Sampleton", age_band="15-24", connections=ELSEWHERE, districts=["L8"])
    tutee = _refer(stage, tutoring)
    _found(stage, tutee, older)
    match, goal = _reads(stage, tutee, older)
    after = _another_tutor(stage, tutee, match)
    _nearly_there(stage, tutee, after, goal)
    _over(stage, tutee, after)
    return {"programme": tutoring.id, "referral": tutee.id, "tutor": older, "match": match, "after": after}


def _refer(stage: Stage, tutoring: Offer) -> Referred:
    stage.tell("Dot Exampleton is 16. Her teacher asks, and Dot agrees: she would like to read better.")
    dot = doing.person("Dot Exampleton", birth_date=_sixteen(), postcode="L8 1XX")
    about: dict[str, Any] = {
        "needs": ["learning"],
        "connections": HERE,
        "channels": ["in-person"],
        "interests": ["comics"],
    }
    tutee = doing.refer(stage, "school", tutoring, dot, **about)
    doing.accept(stage, tutee)
    return tutee


def _found(stage: Stage, tutee: Referred, older: str) -> None:
    found = supporting.candidates(stage, tutee)
    stage.sees(
        "Ben is younger than she is, and Cy is at another school: both are stopped. Ana may be proposed.",
        (found["stopped_by"], [one["supporter_id"] for one in found["candidates"]]),
        ({"supporter-younger": 1, "setting-not-shared": 1}, [older]),
    )


def _reads(stage: Stage, tutee: Referred, older: str) -> tuple[str, str]:
    stage.act("They read together")
    match = supporting.introduce(stage, tutee, older)
    stage.tell("Dot sets herself a goal, and says it in her own words. She is at 2 of 10.")
    goal = supporting.set_goal(stage, tutee, "read-a-book", 2, words="Read a whole book, not only the pictures")
    supporting.measure(stage, tutee, "goal-based-outcomes", "baseline", {"1": 2})
    for topic in tutee.to.definition.support.sessions.topics:
        supporting.hold(stage, "school", match, 30, topics=[topic])
    held = stage.worker("school").everything("matching", "/sessions")
    about = [topic for one in held for topic in one["topics"]]
    stage.sees(
        "Half an hour of paired reading, and one of paired writing.", about, ["paired-reading", "paired-writing"]
    )
    supporting.asked(stage, tutee, match, "helping")
    return match, goal


def _another_tutor(stage: Stage, tutee: Referred, match: str) -> str:
    stage.act("Ana leaves, and somebody else goes on")
    teacher = stage.worker("school")
    stage.tell("Ana has exams, and needs a rest from it. Dot would like to go on.")
    teacher.move("matching", f"/matches/{match}", "ending", {"ending": "unplanned", "waits_again": True})
    eli = doing.take_on(stage, tutee.to, "Eli Dummy", age_band="15-24", connections=HERE, districts=["L8"])
    found = [one["supporter_id"] for one in supporting.candidates(stage, tutee)["candidates"]]
    stage.sees("She waits again at once, and Eli may be proposed: Ana is not proposed a second time.", found, [eli])
    after = supporting.introduce(stage, tutee, eli)
    replaces = teacher.read("matching", f"/matches/{after}")["replaces"]
    stage.sees("Whom Eli comes after stands with the match; why Ana stopped does not.", replaces, match)
    return after


def _nearly_there(stage: Stage, tutee: Referred, match: str, goal: str) -> None:
    teacher = stage.worker("school")
    supporting.hold(stage, "school", match, 30, topics=["paired-reading"])
    supporting.look_at_goal(stage, tutee, goal, 9)
    supporting.measure(stage, tutee, "goal-based-outcomes", "ending", {"1": 9})
    stage.sees(
        "She has nearly reached it: 9.",
        supporting.scores(stage, tutee, "goal-based-outcomes"),
        {"baseline": "2", "ending": "9"},
    )
    [listed] = teacher.everything("matching", f"/referrals/{tutee.id}/goals")
    stage.sees(
        "They looked at the goal together, twice; the list of goals has no word of hers.",
        [[one["near"] for one in teacher.everything("matching", f"/goals/{goal}/looks")], "words" in listed],
        [[2, 9], False],
    )
    supporting.reach_goal(stage, tutee, goal)


def _over(stage: Stage, tutee: Referred, match: str) -> None:
    stage.act("The ending, and what is reported")
    supporting.end(stage, tutee, match)
    doing.close(stage, tutee)
    names = ("received", "matched", "sessions", "closed")
    stage.soon(
        "The report counts one tutee, matched, three sessions with two tutors, and that she is done.",
        lambda: doing.counted(stage, "school", tutee.to, *names),
        {"received": 1, "matched": 1, "sessions": 3, "closed": 1},
    )


def _sixteen() -> str:
    """The birth date of somebody who has been sixteen for some days."""
    return (doing.today() - timedelta(days=16 * 366)).isoformat()


JOURNEY: Final = Journey(
    number=14,
    title="Peer tutoring",
    source="MH",
    words="tutor and tutee of the same age or a younger tutee; paired reading or writing; goals",
    parts=(Part("school", "Testwell School", "school"),),
    play=play,
)
