"""13. Peer education (MH, "Peer Education"): a peer teaches a group of people much like themself about one topic."""

from typing import Any, Final

from kith_cli.journeys import doing, supporting
from kith_cli.journeys.cast import Journey, Part, Played
from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage

LIKE: Final = {"status": ["student"], "background": ["first-in-family-at-university"]}
"""What the educator and those who come have in common beside their age."""
MEETINGS: Final = 6


def play(stage: Stage) -> Played:
    """A student teaches other students in six meetings how to cope with anxiety."""
    stage.act("One topic, and a group of similar age, status and background")
    education = doing.offer(stage, "educators", "peer-education")
    doing.agree_to_share(stage, "college", "educators")
    policy = education.definition.matching
    weights = {one.value: points for one, points in policy.weights.items()} if policy else {}
    stage.sees(
        "The file says what makes somebody alike: age, status and background count, more than anything else.",
        {one for one, points in weights.items() if points == max(weights.values())},
        {"age", "status", "background"},
    )
    vera = doing.take_on(stage, education, "Vera Testwell", age_band="15-24", connections=LIKE)
    wes = doing.take_on(stage, education, "Wes Dummy", age_band="65-74", connections={"status": ["retired"]})
    course = supporting.gather_group(stage, education, [vera], places=2, meetings=MEETINGS)
    pupils = [_refer(stage, education, name) for name in ("Abe Exampleton", "Bel Sampleton")]
    _alike(stage, pupils[0], [vera, wes])
    late = _full(stage, education, course, pupils)
    handout = _handed_out(stage, education, course)
    _taught(stage, education, course, vera, pupils)
    _over(stage, education, [*pupils, late])
    return {
        "programme": education.id,
        "educator": vera,
        "course": course,
        "handout": handout,
        "referral": pupils[0].id,
        "late": late.id,
    }


def _refer(stage: Stage, education: Offer, name: str) -> Referred:
    about: dict[str, Any] = {"needs": ["managing-a-condition"], "connections": LIKE, "channels": ["telephone"]}
    one = doing.refer(stage, "college", education, doing.person(name, birth_date="2006-02-03"), **about)
    doing.accept(stage, one)
    return one


def _alike(stage: Stage, pupil: Referred, order: list[str]) -> None:
    found = supporting.candidates(stage, pupil)["candidates"]
    stage.sees(
        "Vera, a student herself, stands before Wes, who is 70: she is much like those who come.",
        [one["supporter_id"] for one in found],
        order,
    )
    parts = {one["connection"]: one["points"] for one in found[0]["parts"]}
    stage.sees(
        "She has all the points there are for it.", [parts[one] for one in ("age", "status", "background")], [250] * 3
    )


def _full(stage: Stage, education: Offer, course: str, pupils: list[Referred]) -> Referred:
    stage.act("A course of six meetings")
    for one in pupils:
        supporting.join(stage, one, course)
    late = _refer(stage, education, "Col Dummy")
    place = supporting.join(stage, late, course)
    stage.sees("The course is full, and who comes late is on its list.", place["state"], "waiting")
    return late


def _handed_out(stage: Stage, education: Offer, course: str) -> str:
    stage.act("Something to read, in its latest edition")
    coordinator, path = stage.worker("educators"), f"/programmes/{education.id}/materials"
    today, where = doing.today(), "https://educators.example.org/anxiety"
    first, second = (
        coordinator.make(
            "matching", path, {"code": "anxiety-handout", "since": since.isoformat(), "link": f"{where}/{since}"}
        )
        for since in (today - doing.LONG_AGO, today)
    )
    stage.sees(
        "The handout of last term is put right and issued again: the second edition replaces the first.",
        (second["edition"], second["replaces"]),
        (2, first["id"]),
    )
    given = {"to": "group", "id": course, "given_on": today.isoformat()}
    coordinator.make("matching", f"/materials/{second['id']}/givings", given)
    held = coordinator.everything("matching", f"/groups/{course}/materials")
    stage.sees(
        "The course is given that one, and everybody sees that it is not out of date.",
        [(one["code"], one["edition"], one["replaced_on"]) for one in held],
        [("anxiety-handout", 2, None)],
    )
    return str(second["id"])


def _taught(stage: Stage, education: Offer, course: str, vera: str, pupils: list[Referred]) -> None:
    for _ in range(MEETINGS):
        supporting.meet(stage, education, course, pupils, minutes=90, topics=["anxiety"], supporter_ids=[vera])
    held = stage.worker("educators").everything("matching", "/sessions")
    about = {topic for one in held for topic in one["topics"]}
    stage.sees("Vera gives all six, and all on one topic.", (len(held), about), (MEETINGS, {"anxiety"}))
    pupils_seen = {one for meeting in held for one in meeting["attended_referral_ids"]}
    stage.sees("Both were there.", pupils_seen, {one.id for one in pupils})


def _over(stage: Stage, education: Offer, everybody: list[Referred]) -> None:
    stage.act("The ending, and what is reported")
    for one in everybody:
        doing.close(stage, one)
    names = ("received", "sessions", "closed")
    stage.soon(
        "The report counts three who were referred, six meetings, three closed.",
        lambda: doing.counted(stage, "educators", education, *names),
        {"received": 3, "sessions": MEETINGS, "closed": 3},
    )
    stage.soon(
        "The college hears that each is over.",
        lambda: [doing.status_of(stage, one, "college") for one in everybody],
        ["closed"] * 3,
    )


JOURNEY: Final = Journey(
    number=13,
    title="Peer education",
    source="MH",
    words="a peer delivers a topic to a group of similar age, status and background",
    parts=(
        Part("college", "Exampleton College", "college"),
        Part("educators", "Testwell Peer Educators"),
    ),
    play=play,
)
