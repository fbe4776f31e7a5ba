"""18. Long term conditions, Scotland (LTC; MH): several models side by side, and feedback for clinicians who refer."""

from datetime import timedelta
from typing import Any, Final

from kith_cli.journeys import doing, supporting
from kith_cli.journeys.cast import Journey, Part, Played
from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage

MODELS: Final = ["one-to-one", "group", "course"]
ARGUES: Final = ("mental-illness", "degenerative", "gender-specific")


def play(stage: Stage) -> Played:
    """One is matched by what a condition does to a life, one by the condition; clinicians hear what was agreed."""
    stage.act("Several models side by side")
    support = doing.offer(stage, "conditions", "long-term-conditions")
    by_condition = doing.offer(stage, "conditions", "long-term-conditions-degenerative")
    doing.agree_to_share(stage, "practice", "conditions")
    stage.sees("One programme has three.", [one.value for one in support.definition.models], MODELS)
    _taught(stage)
    matched, match = _by_impact(stage, support)
    grouped, group = _beside_it_a_group(stage, support)
    back = _to_the_group_and_back(stage, matched, match, group)
    learns, course = _and_a_course(stage, support)
    alike = _by_condition(stage, by_condition)
    _feedback(stage, matched, back, grouped, learns)
    return {
        "programme": support.id,
        "degenerative": by_condition.id,
        "referral": matched.id,
        "match": match,
        "group": group,
        "back": back,
        "grouped": grouped.id,
        "course": course,
        "alike": alike.id,
    }


def _taught(stage: Stage) -> None:
    stage.act("Staff and commissioners are taught too")
    training = {one.code: one for one in doing.definition_of("long-term-conditions").supporters.training}
    days = {code: training[code].days for code in (ONE_DAY, TWO_DAYS)}
    stage.sees("One day for staff and commissioners, two for peers and coordinators.", days, {ONE_DAY: 1, TWO_DAYS: 2})
    coordinator = stage.worker("conditions")
    for subject, code in (("staff-0001", ONE_DAY), ("coordinator-0001", TWO_DAYS)):
        body = {"code": code, "finished_on": doing.today().isoformat()}
        coordinator.make("matching", f"/staff/{subject}/trainings", body)
        [held] = coordinator.everything("matching", f"/staff/{subject}/trainings")
        stage.sees(f"{subject} has finished it.", held["code"], code)


def _by_impact(stage: Stage, support: Offer) -> tuple[Referred, str]:
    stage.act("Matched by what a condition does to a life, not by its name")
    impact = {"impact": ["living-on-benefits", "fatigue"]}
    stage.tell("Ailsa lives with heart failure and has given up work; she is trained in mental health. Blair is not.")
    ailsa = doing.take_on(stage, support, "Ailsa Testwell", conditions=["heart-failure"], connections=impact)
    doing.train(stage, support, ailsa, "scotlands-mental-health-first-aid")
    doing.take_on(stage, support, "Blair Dummy", conditions=["multiple-sclerosis"])
    callum = doing.person("Callum Exampleton", impacts=["living-on-benefits", "fatigue"])
    about: dict[str, Any] = {
        "needs": ["low-mood", "isolation"],
        "conditions": ["multiple-sclerosis"],
        "connections": impact,
        "channels": ["telephone"],
        "consent": {"feedback": "outcome"},
    }
    stage.tell("Callum's GP refers him. He agrees to that, and that she may hear the outcome.")
    matched = doing.refer(stage, "practice", support, callum, **about)
    _not_yet(stage, matched)
    found = supporting.candidates(stage, matched)
    stage.sees(
        "Low mood is recorded. Blair has Callum's condition, and is stopped: he is not trained in mental health.",
        (found["stopped_by"], [one["supporter_id"] for one in found["candidates"]]),
        ({"not-trained-for-low-mood": 1}, [ailsa]),
    )
    parts = {one["connection"]: one["points"] for one in found["candidates"][0]["parts"]}
    stage.sees(
        "Ailsa has another condition. She shares all of its impact.", (parts["impact"], parts["condition"]), (350, 0)
    )
    refused = {"referral_id": matched.id, "supporter_id": ailsa}
    stage.refuses(
        "Nobody proposes them before getting to know both a little.",
        "get-to-know-first",
        lambda: stage.worker("conditions").make("matching", "/proposals", refused),
    )
    match = supporting.introduce(stage, matched, ailsa)
    return matched, match


def _not_yet(stage: Stage, matched: Referred) -> None:
    coordinator, path = stage.worker("conditions"), f"/referrals/{matched.id}"
    later = (doing.today() + timedelta(days=30)).isoformat()
    coordinator.move("referrals", path, "acknowledgement")
    coordinator.move("referrals", path, "not-yet", {"revisit_on": later})
    stage.sees(
        "He is not ready yet. That is no refusal: a day is set to ask again.",
        doing.status_of(stage, matched, "conditions"),
        "not-yet",
    )
    stage.tell("He is not sure what it would be like, and comes once to see: a taster, before any yes.")
    taster = {"held_on": doing.today().isoformat(), "topics": ["what-it-is-like"]}
    stage.heard(lambda: coordinator.make("matching", f"{path}/tasters", taster))
    shown = [len(coordinator.everything("matching", f"{path}/{what}")) for what in ("tasters", "measurements")]
    stage.sees("It is kept that he came, and nothing is measured.", shown, [1, 0])
    matches = coordinator.everything("matching", f"{path}/matches")
    stage.sees("He has no supporter, and nobody proposes one.", matches, [])
    stage.tell("He buys into the idea now that he has experienced it. Asked again, he is ready.")
    coordinator.move("referrals", path, "look-again")
    doing.accept(stage, matched)


def _beside_it_a_group(stage: Stage, support: Offer) -> tuple[Referred, str]:
    stage.act("Beside it a group, with the same programme")
    facilitator = doing.take_on(stage, support, "Davina Sampleton")
    group = supporting.gather_group(stage, support, [facilitator], places=12)
    about: dict[str, Any] = {"needs": ["newly-diagnosed"], "consent": {"feedback": "receipt"}}
    stage.tell(
        "Eilidh is newly diagnosed, and would rather be one of many. Her GP is to hear that it arrived, no more."
    )
    grouped = doing.refer(stage, "practice", support, doing.person("Eilidh Dummy"), **about)
    doing.accept(stage, grouped)
    supporting.join(stage, grouped, group)
    supporting.meet(stage, support, group, [grouped], minutes=90, topics=["self-management"])
    taken = stage.worker("conditions").read("matching", f"/groups/{group}")["taken"]
    stage.sees("She has a place in the group.", taken, 1)
    return grouped, group


def _to_the_group_and_back(stage: Stage, matched: Referred, match: str, group: str) -> str:
    stage.act("From one model to another, and back")
    coordinator = stage.worker("conditions")
    supporting.hold(stage, "conditions", match, limits_explained=True)
    stage.tell("Callum would rather be one of many. His match ends when the place is his, and not before.")
    moving = {"ending": "moved-to-group", "group_id": group}
    moved = coordinator.move("matching", f"/matches/{match}", "ending", moving)
    stage.sees("It says to which group he moved.", moved["moved_to"], group)
    seen = coordinator.read("matching", f"/groups/{group}")
    stage.sees("He has a place there, beside Eilidh.", seen["taken"], 2)
    [place] = [
        one for one in coordinator.everything("matching", f"/groups/{group}/places") if one["referral_id"] == matched.id
    ]
    stage.tell("It is too many people for him. He leaves, and would still like support.")
    coordinator.move("matching", f"/places/{place['id']}", "leaving", {"waits_again": True})
    [ailsa] = [one["supporter_id"] for one in supporting.candidates(stage, matched)["candidates"]]
    back = supporting.introduce(stage, matched, ailsa)
    stage.sees(
        "He goes back to Ailsa, who did suit him: nobody has to begin again from nothing.",
        (ailsa, len(coordinator.everything("matching", f"/referrals/{matched.id}/matches"))),
        (moved["supporter_id"], 2),
    )
    return back


def _and_a_course(stage: Stage, support: Offer) -> tuple[Referred, str]:
    stage.act("And a course, which has an end")
    trainer = doing.take_on(stage, support, "Isla Testwell")
    course = supporting.gather_group(stage, support, [trainer], places=12, meetings=6)
    stage.tell("Jamie would rather learn to manage, and not come for ever. He is given a place on a course.")
    learns = doing.refer(stage, "practice", support, doing.person("Jamie Dummy"), needs=["newly-diagnosed"])
    doing.accept(stage, learns)
    supporting.join(stage, learns, course)
    supporting.meet(stage, support, course, [learns], minutes=120, topics=["self-management"])
    planned = stage.worker("conditions").read("matching", f"/groups/{course}")
    stage.sees("It has six meetings, of which he came to the first.", (planned["meetings"], planned["taken"]), (6, 1))
    return learns, course


def _by_condition(stage: Stage, by_condition: Offer) -> Referred:
    stage.act("By condition alone where a programme argues for it")
    for variant in ARGUES:
        matching = doing.definition_of(f"long-term-conditions-{variant}").matching
        stage.holds(f"{variant}: its file says why.", matching and matching.argument)
    fraser = doing.take_on(stage, by_condition, "Fraser Testwell", conditions=["parkinsons-disease"])
    doing.take_on(stage, by_condition, "Greer Dummy", conditions=["multiple-sclerosis"])
    about: dict[str, Any] = {"needs": ["isolation"], "conditions": ["parkinsons-disease"], "channels": ["telephone"]}
    alike = doing.refer(stage, "practice", by_condition, doing.person("Hamish Sampleton"), **about)
    doing.accept(stage, alike)
    found = supporting.candidates(stage, alike)
    stage.sees(
        "Here who does not share it is stopped, and who does is proposed.",
        (found["stopped_by"], [one["supporter_id"] for one in found["candidates"]]),
        ({"condition-not-shared": 1}, [fraser]),
    )
    return alike


def _feedback(stage: Stage, matched: Referred, match: str, grouped: Referred, learns: Referred) -> None:
    stage.act("Feedback for the clinician, as far as each agreed")
    supporting.hold(stage, "conditions", match, limits_explained=True)
    supporting.hold(stage, "conditions", match)
    supporting.asked(stage, matched, match, "helping")
    supporting.end(stage, matched, match)
    stage.soon(
        "Of Callum the GP reads that it has ended.", lambda: doing.status_of(stage, matched, "practice"), "ended"
    )
    stage.sees("Of Eilidh she reads that it arrived.", doing.status_of(stage, grouped, "practice"), "received")
    stage.soon(
        "The mails keep to it too: she was told how it ended for Callum, both times, and of Eilidh not even that she "
        "was accepted.",
        lambda: [
            doing.told_of(stage, one, what) for one, what in ((matched, "match-ended"), (grouped, "referral-accepted"))
        ],
        [["person", "person", "referrer", "referrer"], ["person"]],
    )
    for one in (matched, grouped, learns):
        doing.close(stage, one)
    names = ("received", "matched", "sessions", "contacts", "closed")
    stage.soon(
        "The report counts three referred to the programme, one matched, three meetings one-to-one, one of the group "
        "and one of the course, a taster, and three closed.",
        lambda: doing.counted(stage, "conditions", matched.to, *names),
        {"received": 3, "matched": 1, "sessions": 5, "contacts": 1, "closed": 3},
    )


ONE_DAY: Final = "peer-support-making-it-happen"
TWO_DAYS: Final = "peer-support-principles-and-practice"

JOURNEY: Final = Journey(
    number=18,
    title="Long term conditions, Scotland",
    source="MH, LTC",
    words=(
        "several models side by side; matching by condition only where a programme argues for it, otherwise by other "
        "connections; clinicians refer and get feedback; staff and commissioners are trained too"
    ),
    parts=(
        Part("practice", "Testwell Medical Practice", "gp-practice", "scotland"),
        Part("conditions", "Exampleton Long Term Conditions", nation="scotland"),
    ),
    play=play,
)
