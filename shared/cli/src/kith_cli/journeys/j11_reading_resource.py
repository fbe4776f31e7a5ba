"""11. Reading Resource (HH): sessional peer support workers, trained for eight weeks, with credits."""

from typing import Any, Final

from kith_cli.journeys import doing, supporting
from kith_cli.journeys.cast import Journey, Part, Played
from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage

STEPS: Final = {
    "selection": 14,
    "human-resources": 30,
    "occupational-health": 45,
    "checks": 60,
    "training": 56,
}
"""What stands between an application and the first session here, and the days that each took in this play."""


def play(stage: Stage) -> Played:
    """A worker is trained and cleared, works three hours at a time, and has a little of it for each person alone."""
    stage.act("Paid by the session, and trained for eight weeks")
    resource = doing.offer(stage, "resource", "reading-resource")
    doing.agree_to_share(stage, "mental-health-team", "resource")
    asks = resource.definition.supporters
    [course] = asks.training
    stage.sees(
        "The file says it: sessional work, six weeks taught and two on placement, with credits at NVQ Level 2.",
        (asks.pay.value, course.taught_weeks, course.placement_weeks, course.credits),
        ("sessional", 6, 2, "NVQ Level 2"),
    )
    yasmin = _begins(stage, resource)
    person, match = _alone(stage, resource, yasmin)
    mother = _together(stage, resource, yasmin)
    incident = _a_fall(stage)
    _for_a_cv(stage, yasmin)
    _over(stage, resource, person, match, mother)
    return {
        "programme": resource.id,
        "worker": yasmin,
        "referral": person.id,
        "match": match,
        "mother": mother.id,
        "incident": incident,
    }


def _begins(stage: Stage, resource: Offer) -> str:
    coordinator = stage.worker("resource")
    yasmin = supporting.apply(stage, resource, "Yasmin Testwell", own="yasmin")
    for step, days in STEPS.items():
        stage.refuses(
            f"Yasmin cannot begin: {step} is not finished.",
            "steps-unfinished",
            lambda: supporting.reach(stage, resource, yasmin, "active"),
        )
        supporting.walk(stage, resource, yasmin, step, days)
    doing.check(stage, resource, yasmin)
    earned = {"credits": "NVQ Level 2", "placement_weeks": 2}
    doing.train(stage, resource, yasmin, "peer-support-worker", **earned)
    supporting.reach(stage, resource, yasmin, "active")
    paths = coordinator.read("matching", "/supporters/paths")["steps"]
    longest = {step: shown["longest"] for step, shown in paths.items() if step in STEPS}
    stage.sees("Each step has its days: everybody sees what delays people.", longest, STEPS)
    return yasmin


def _alone(stage: Stage, resource: Offer, yasmin: str) -> tuple[Referred, str]:
    stage.act("Fifteen minutes for each person alone")
    sessions = resource.definition.support.sessions
    stage.sees(
        "The file says how long a session is, and how much of it is for one person; another may say `in-all` instead.",
        (sessions.minutes, sessions.one_to_one_minutes, sessions.one_to_one_limit.value),
        (180, 15, "each"),
    )
    about: dict[str, Any] = {"needs": ["one-to-one-support"], "channels": ["telephone"]}
    stage.tell("Zac Exampleton is referred by the mental health team, and is introduced to Yasmin.")
    person = doing.refer(stage, "mental-health-team", resource, doing.person("Zac Exampleton"), **about)
    doing.accept(stage, person)
    match = supporting.introduce(stage, person, yasmin)
    herself = stage.worker("resource", "yasmin")
    for explained in (True, False):
        log = {"kind": "one-to-one", "match_id": match, **supporting.meeting(15, limits_explained=explained)}
        herself.make("matching", "/sessions", log)
    longer = {"kind": "one-to-one", "match_id": match, **supporting.meeting(25)}
    stage.refuses(
        "Twenty-five minutes are more than the file allows: they are logged only where she says that it took longer.",
        "longer-than-allowed",
        lambda: herself.make("matching", "/sessions", longer),
    )
    held = stage.worker("resource").everything("matching", "/sessions")
    stage.sees("She logs each quarter of an hour herself.", [one["minutes"] for one in held], [15, 15])
    supporting.asked(stage, person, match, "no-different")
    due = stage.worker("resource").read("matching", "/helping/due")["items"]
    stage.sees("Zac, asked alone, says: no different. He has been asked.", due, [])
    return person, match


def _together(stage: Stage, resource: Offer, yasmin: str) -> Referred:
    stage.act("A wellbeing group for mothers and toddlers")
    group = supporting.gather_group(stage, resource, [yasmin], places=20)
    stage.tell("Abi Sampleton comes with her little boy: two of twenty places.")
    mother = doing.refer(stage, "mental-health-team", resource, doing.person("Abi Sampleton"), needs=["isolation"])
    doing.accept(stage, mother)
    supporting.join(stage, mother, group, comes_with=1)
    seen = stage.worker("resource").read("matching", f"/groups/{group}")
    stage.sees("The group has eighteen left.", (seen["places"], seen["taken"]), (20, 2))
    topics = ["mothers-and-toddlers", "wellbeing"]
    supporting.meet(stage, resource, group, [mother], minutes=180, topics=topics, supporter_ids=[yasmin])
    return mother


def _a_fall(stage: Stage) -> str:
    stage.act("Something goes wrong")
    herself, coordinator = stage.worker("resource", "yasmin"), stage.worker("resource")
    happened = {"kind": "accident", "happened_on": doing.today().isoformat()}
    words = "A toddler slipped on the wet floor by the door, and was soon comforted"
    logged = herself.make("matching", "/incidents", happened | {"words": words})
    path = f"/incidents/{logged['id']}"
    stage.sees("A toddler slips. Yasmin logs it at once, and names nobody.", logged["referral_id"], None)
    stage.sees(
        "Her words are sealed: she and her coordinator read them, and no list has them.",
        ([who.read("matching", path)["words"] for who in (herself, coordinator)], "words" in logged),
        ([words, words], False),
    )
    stage.refuses(
        "It is not closed before something was done about it.",
        "nothing-done",
        lambda: coordinator.move("matching", path, "closing", {"serious": False}),
    )
    mat = {"followed_up_on": doing.today().isoformat(), "done": ["door-mat-bought"]}
    coordinator.make("matching", f"{path}/follow-ups", mat)
    closed = coordinator.move("matching", path, "closing", {"serious": False})
    stage.sees("A mat is bought, and it is closed.", closed["closed_on"], doing.today().isoformat())
    return str(logged["id"])


def _for_a_cv(stage: Stage, yasmin: str) -> None:
    stage.act("Something to put on a CV")
    supporting.supervise(stage, "resource", yasmin, ["boundaries"])
    path = f"/supporters/{yasmin}"
    [training] = stage.worker("resource").everything("matching", f"{path}/trainings")
    stage.sees("Her credits stand with her training.", training["credits"], "NVQ Level 2")
    record = stage.worker("resource").file("matching", f"{path}/record-of-experience.pdf")
    stage.holds("She has a record of her experience to take away.", record.startswith(b"%PDF"))


def _over(stage: Stage, resource: Offer, person: Referred, match: str, mother: Referred) -> None:
    stage.act("The ending, and what is reported")
    supporting.end(stage, person, match, "moved-on")
    for one in (person, mother):
        doing.close(stage, one)
    names = ("received", "matched", "sessions", "closed")
    stage.soon(
        "The report counts two referred, one matched, two sessions one-to-one and one of the group.",
        lambda: doing.counted(stage, "resource", resource, *names),
        {"received": 2, "matched": 1, "sessions": 3, "closed": 2},
    )


JOURNEY: Final = Journey(
    number=11,
    title="Reading Resource",
    source="HH",
    words=(
        "sessional paid workers: three-hour sessions with at most 15 minutes of one-to-one; eight weeks' training, six "
        "taught and two on placement, with NVQ Level 2 credits; a mothers-and-toddlers wellbeing group"
    ),
    parts=(
        Part("mental-health-team", "Testwell Mental Health Team", "nhs-trust"),
        Part("resource", "Exampleton Resource Centre", supporters=("yasmin",)),
    ),
    play=play,
)
