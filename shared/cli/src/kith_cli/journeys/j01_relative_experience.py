"""1. Relative Experience (RE, "Relative Experience Project"): befrienders who lived kinship care, or come near it."""

from typing import Any, Final

from kith_cli.journeys import doing, supporting
from kith_cli.journeys.cast import Journey, Part, Played
from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage

ALMOST_ALWAYS: Final = {"baseline": 3, "ending": 1}
"""How Bea answers all seven questions about anxiety (gad-7), of 0 to 3."""
SELF_CONFIDENCE: Final = {"baseline": 1, "ending": 2}
WELL_BEING: Final = {"baseline": 2, "ending": 4}
"""How she answers the seven of the well-being scale (swemwbs), of 1 to 5."""


def play(stage: Stage) -> Played:
    """A grandmother is befriended by somebody who has been there; both of them are the better for it."""
    stage.act("Who befriends")
    project = doing.offer(stage, "kinship", "relative-experience")
    doing.agree_to_share(stage, "council", "kinship")
    near: dict[str, Any] = {"channels": ["in-person"], "districts": ["NE1"]}
    stage.tell("Cath Exampleton brought up her grandson. Dora Dummy fostered for years. Ed Sampleton did neither.")
    cath = doing.take_on(
        stage, project, "Cath Exampleton", own="cath", experience=["kinship-care", "isolation"], **near
    )
    dora = doing.take_on(stage, project, "Dora Dummy", experience=["fostering", "isolation"], **near)
    ed = doing.take_on(stage, project, "Ed Sampleton", experience=["isolation"], **near)
    befriended = _referred(stage, project)
    _ranked(stage, befriended, [cath, dora, ed])
    match = _befriended(stage, befriended, cath)
    _measured(stage, befriended, match)
    _for_the_volunteer(stage, befriended, cath)
    _ended(stage, befriended, match)
    return {
        "programme": project.id,
        "referral": befriended.id,
        "match": match,
        "lived": cath,
        "near": dora,
        "neither": ed,
    }


def _referred(stage: Stage, project: Offer) -> Referred:
    stage.act("A grandmother is referred")
    stage.tell(
        "The council's social worker refers Bea Testwell, who brings up two grandchildren, is anxious and sees nobody. "
        "Bea agreed to it, and that the social worker hears how it goes."
    )
    bea = doing.person("Bea Testwell", postcode="NE1 9XX", strengths=["humour", "patience"])
    needs: dict[str, Any] = {"needs": ["kinship-care", "isolation", "anxiety"], "channels": ["in-person"]}
    befriended = doing.refer(stage, "council", project, bea, **needs)
    seen = stage.worker("kinship").read("referrals", f"/referrals/{befriended.id}")["person"]
    stage.sees("What she brings is recorded, not only what is wrong.", seen["strengths"], ["humour", "patience"])
    doing.accept(stage, befriended)
    return befriended


def _ranked(stage: Stage, befriended: Referred, order: list[str]) -> None:
    stage.act("Lived experience comes first, as far as possible")
    found = supporting.candidates(stage, befriended)["candidates"]
    stage.sees("All three may be proposed: nobody is refused for what they have not lived.", len(found), 3)
    stage.sees(
        "Who has lived kinship care stands first, then who comes near it, then who does neither.",
        [one["supporter_id"] for one in found],
        order,
    )
    points = [next(part["points"] for part in one["parts"] if part["connection"] == "experience") for one in found]
    stage.sees(
        "What comes near counts for half of what was lived: of 600 points 400, 300 and 200.", points, [400, 300, 200]
    )


def _befriended(stage: Stage, befriended: Referred, cath: str) -> str:
    stage.act("Bea and Cath")
    stage.tell("The coordinator, who knows both a little, proposes Cath. Bea says yes, and then Cath does.")
    match = supporting.introduce(stage, befriended, cath)
    seen = stage.worker("kinship").read("matching", f"/matches/{match}/supporter")
    stage.sees(
        "Bea learns who Cath is, and what Cath's programme lets be told after a match: that she has lived it too.",
        (seen["name"], "kinship-care" in seen["experience"]),
        ("Cath Exampleton", True),
    )
    stage.soon(
        "Bea, Cath and the social worker are written to.",
        lambda: doing.told_of(stage, befriended, "match-made"),
        ["person", "referrer", "supporter"],
    )
    return match


def _measured(stage: Stage, befriended: Referred, match: str) -> None:
    stage.act("Before and after")
    stage.worker("kinship").say("matching", "/instruments/swemwbs/licence", {"reference": "TEST-0001"})
    stage.tell("Bea answers about her well-being, her anxiety and her self-confidence at the start.")
    _ask(stage, befriended, "baseline")
    stage.tell("They meet twice. At the first meeting Cath says what she could not keep to herself.")
    supporting.hold(stage, "kinship", match, topics=["coping"], limits_explained=True)
    supporting.hold(stage, "kinship", match, topics=["coping", "benefits"])
    supporting.asked(stage, befriended, match, "helping")
    stage.tell("Asked alone after the second meeting, she says that it helps. At the end she answers again.")
    _ask(stage, befriended, "ending")
    for what, instrument, before, after in (
        ("Her anxiety (GAD-7) fell from 21 to 7", "gad-7", "21", "7"),
        ("Her self-confidence (Rosenberg) rose from 10 to 20", "rosenberg", "10", "20"),
    ):
        told = {"baseline": before, "ending": after}
        stage.sees(f"{what}.", supporting.scores(stage, befriended, instrument), told)
    well_being = supporting.scores(stage, befriended, "swemwbs")
    stage.holds(
        f"Her mental well-being (SWEMWBS) rose from {well_being['baseline']} to {well_being['ending']}.",
        float(well_being["ending"]) > float(well_being["baseline"]),
    )


def _ask(stage: Stage, befriended: Referred, moment: str) -> None:
    supporting.measure(stage, befriended, "swemwbs", moment, supporting.alike(7, WELL_BEING[moment]))
    supporting.measure(stage, befriended, "gad-7", moment, supporting.alike(7, ALMOST_ALWAYS[moment]))
    supporting.measure(stage, befriended, "rosenberg", moment, supporting.self_esteem(SELF_CONFIDENCE[moment]))


def _for_the_volunteer(stage: Stage, befriended: Referred, cath: str) -> None:
    stage.act("What it does for the volunteer")
    herself, coordinator = stage.worker("kinship", "cath"), stage.worker("kinship")
    path = f"/supporters/{cath}"
    levels = {"empathy": 1, "communication": 1}
    view = {"assessed_by": "supporter", "assessed_on": doing.today().isoformat()}
    coordinator.make("matching", f"{path}/assessments", view | {"levels": levels})
    stage.tell("It is challenging. Cath checks in, and says to herself alone that she is tired.")
    herself.make("matching", f"{path}/check-ins", {"feelings": ["tired"], "shared": False})
    stage.sees("Her coordinator is not shown it.", coordinator.everything("matching", "/check-ins"), [])
    supporting.supervise(stage, "kinship", cath, ["my-mood", "what-stirred-memories"])
    due = {one["id"]: one["overdue"] for one in coordinator.everything("matching", "/supporters/supervision")}
    stage.sees("She is supervised, and nothing is owed to her.", due[cath], expected=False)
    coordinator.make("matching", f"{path}/assessments", view | {"levels": {"empathy": 3, "communication": 2}})
    both = coordinator.read("matching", f"{path}/development")["competencies"]
    grown = {one["competency"]: one["supporter"]["level"] for one in both if one["supporter"]}
    stage.sees("By her own word, what she can do has grown since she began.", grown, {"empathy": 3, "communication": 2})
    _her_own_answers(stage, befriended, path)
    record = coordinator.file("matching", f"{path}/record-of-experience.pdf")
    stage.holds("She takes a record of her experience away with her, as a file.", record[:4] == b"%PDF")


def _her_own_answers(stage: Stage, befriended: Referred, path: str) -> None:
    herself, coordinator, path = stage.worker("kinship", "cath"), stage.worker("kinship"), f"{path}/measurements"
    ons4 = {"programme_id": befriended.to.id, "instrument": "ons4", "version": "1", "language": "en", "mode": "online"}
    stage.tell("The file asks volunteers, too, how they are: Cath answered at the start, and does so again.")
    for moment, value in (("baseline", 5), ("ending", 7)):
        answers = dict.fromkeys(("satisfied", "worthwhile", "happy"), value)
        asked = {**ons4, "moment": moment, "taken_on": doing.today().isoformat(), "answers": {**answers, "anxious": 3}}
        stage.heard(lambda asked=asked: herself.make("matching", path, asked))  # type: ignore[misc]
    own = herself.read("matching", path)["items"][-1]
    changed = {one["code"]: one["difference"] for one in own["score"]["since_baseline"]}
    stage.sees(
        "She sees what changed for her: she is more satisfied, and finds more worthwhile what she does.",
        (changed["satisfied"], changed["worthwhile"], own["planned"]),
        ("2", "2", True),
    )
    stage.sees(
        "Her coordinator sees that she answered, and nothing of what.",
        [(one["moment"], one["score"]) for one in coordinator.read("matching", path)["items"]],
        [("baseline", None), ("ending", None)],
    )


def _ended(stage: Stage, befriended: Referred, match: str) -> None:
    stage.act("The ending, and what is reported")
    supporting.end(stage, befriended, match)
    stage.soon(
        "The social worker reads the outcome, because Bea agreed to it.",
        lambda: doing.status_of(stage, befriended, "council"),
        "ended",
    )
    doing.close(stage, befriended)
    names = ("received", "matched", "sessions", "closed", "supporters")
    stage.soon(
        "The report counts one carer befriended, in two meetings, by one of three volunteers; it names nobody.",
        lambda: doing.counted(stage, "kinship", befriended.to, *names),
        {"received": 1, "matched": 1, "sessions": 2, "closed": 1, "supporters": 3},
    )


JOURNEY: Final = Journey(
    number=1,
    title="Relative Experience",
    source="RE",
    words=(
        "one-to-one befriending of grandparent kinship carers: lived experience scores above what comes near it, and "
        "neither is a refusal; well-being, self-confidence, anxiety; and what it does for the volunteers"
    ),
    parts=(
        Part("council", "Exampleton Council", "council"),
        Part("kinship", "Testwell Kinship Carers", supporters=("cath",)),
    ),
    play=play,
)
