"""19. Self-management, Wales (MH, "Self-management for People with a Severe ..."): one who crosses over."""

from typing import Any, Final

from kith_cli.journeys import doing, supporting
from kith_cli.journeys.cast import Journey, Part, Played
from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage

LOOKING: Final = ("coordinator", "person-before", "person-after", "public")
"""Those whose view of her a supporter may look at."""
TRAINER: Final = "self-management-trainer"
MANAGING: Final = "self-management"
LIVING: Final = "quality-of-life"
"""Goals have the codes of the outcomes that the file hopes for."""
VARIANTS: Final = ("prisons", "single-parents", "young-black-men", "women", "supported-housing")


def play(stage: Stage) -> Played:
    """Somebody comes to a course, reaches the goals she set, and comes back as the mentor of a group."""
    stage.act("A course led by people who use services")
    course = doing.offer(stage, "self-management", "self-management-wales")
    doing.agree_to_share(stage, "mental-health-team", "self-management")
    ifor, group = _a_trainer(stage, course)
    attended = _attends(stage, course, group)
    _reaches_goals(stage, attended, group, ifor)
    mentor = _crosses(stage, attended)
    _leads(stage, course, mentor, attended)
    _nothing_leaks(stage, mentor)
    prison = _in_prison(stage)
    return {
        "programme": course.id,
        "referral": attended.id,
        "trainer": ifor,
        "mentor": mentor,
        "group": group,
        "prison": prison.to.id,
        "in_prison": prison.id,
    }


def _a_trainer(stage: Stage, course: Offer) -> tuple[str, str]:
    coordinator = stage.worker("self-management")
    roles = [one.value for one in course.definition.supporters.roles]
    stage.holds("The file names the role: delivering courses.", "delivering-courses" in roles)
    ifor = doing.take_on(stage, course, "Ifor Testwell", own="ifor", conditions=["bipolar-disorder"])
    says = {"connection": "condition", "code": "bipolar-disorder", "audience": "public"}
    stage.worker("self-management", "ifor").say("matching", f"/supporters/{ifor}/disclosures", {"items": [says]})
    doing.train(stage, course, ifor, TRAINER)
    held = {one["code"] for one in coordinator.everything("matching", f"/supporters/{ifor}/trainings")}
    lives_with = coordinator.read("matching", f"/supporters/{ifor}")["conditions"]
    stage.sees(
        "Ifor Testwell lives with what the course is about, says so to anybody, and has finished the training of its "
        "trainers.",
        (TRAINER in held, lives_with),
        (True, ["bipolar-disorder"]),
    )
    group = supporting.gather_group(stage, course, [ifor], places=12, meetings=8)
    seen = coordinator.read("matching", f"/groups/{group}")
    stage.sees("A course of eight meetings is his to lead.", (seen["meetings"], seen["facilitators"]), (8, [ifor]))
    return ifor, group


def _attends(stage: Stage, course: Offer, group: str) -> Referred:
    stage.tell("The mental health team refers Gwen Exampleton. She agreed, and is given one of twelve places.")
    gwen = doing.person("Gwen Exampleton", birth_date="1981-03-02")
    about: dict[str, Any] = {"needs": ["managing-a-condition"], "conditions": ["bipolar-disorder"]}
    attended = doing.refer(stage, "mental-health-team", course, gwen, **about)
    doing.accept(stage, attended)
    supporting.join(stage, attended, group)
    places = stage.worker("self-management").read("matching", f"/groups/{group}")
    stage.sees("One of the twelve is taken now.", (places["taken"], places["places"]), (1, 12))
    return attended


def _reaches_goals(stage: Stage, attended: Referred, group: str, ifor: str) -> None:
    stage.act("Members help one another to set goals")
    course = attended.to
    stage.holds("The file asks for it.", course.definition.support.gathering.members_set_goals)  # type: ignore[union-attr]
    coordinator = stage.worker("self-management")
    stage.tell("At the first meeting Gwen sets two, in words of her own: she is at 2 and at 1 of 10.")
    diary = supporting.set_goal(stage, attended, MANAGING, 2, words="Keep my mood diary for a month")
    choir = supporting.set_goal(stage, attended, LIVING, 1, words="Sing in a choir again")
    supporting.measure(stage, attended, "goal-based-outcomes", "baseline", {"1": 2, "2": 1})
    for topic in ("self-management", "goal-setting"):
        supporting.meet(stage, course, group, [attended], minutes=120, topics=[topic], supporter_ids=[ifor])
    held = [one for one in coordinator.everything("matching", "/sessions") if one["group_id"] == group]
    stage.sees("Ifor gave both meetings.", [one["supporter_ids"] for one in held], [[ifor], [ifor]])
    for goal, near in ((diary, 8), (choir, 6)):
        supporting.look_at_goal(stage, attended, goal, near)
    supporting.measure(stage, attended, "goal-based-outcomes", "ending", {"1": 8, "2": 6})
    path = f"/referrals/{attended.id}/measurements"
    found = coordinator.everything("matching", path)
    said = {one["moment"]: {part["code"]: part["value"] for part in one["parts"]} for one in found}
    stage.sees(
        "They are looked at again: she was at 2 and 1, and is at 8 and 6.",
        said,
        {"baseline": {"1": "2", "2": "1"}, "ending": {"1": "8", "2": "6"}},
    )
    supporting.reach_goal(stage, attended, diary)
    coordinator.move("matching", f"/goals/{choir}", "ending", {"state": "changed", "on": doing.today().isoformat()})
    stage.sees(
        "One she reached. The other is another by now, and she is nearer to it all the same.",
        {code: supporting.goals(stage, course, code) for code in (MANAGING, LIVING)},
        {MANAGING: {"set": 1, "nearer": 1, "reached": 1}, LIVING: {"set": 1, "nearer": 1, "reached": 0}},
    )
    doing.close(stage, attended)
    names = ("received", "sessions", "closed")
    stage.soon(
        "The report counts one who came, two meetings, one ended.",
        lambda: doing.counted(stage, "self-management", course, *names),
        {"received": 1, "sessions": 2, "closed": 1},
    )


def _crosses(stage: Stage, attended: Referred) -> str:
    stage.act("Gwen crosses: from supported to supporter")
    coordinator, course = stage.worker("self-management"), attended.to
    stage.tell("A few months later she applies to be a group mentor, and tells what she lives with.")
    mentor = supporting.apply(stage, course, "Gwen Exampleton", own="gwen", conditions=["bipolar-disorder"])
    path = f"/supporters/{mentor}"
    stage.refuses(
        "She cannot begin before selection, training and checks are finished.",
        "steps-unfinished",
        lambda: supporting.reach(stage, course, mentor, "active"),
    )
    for step in ("selection", "training", "checks"):
        supporting.walk(stage, course, mentor, step)
    doing.qualify(stage, course, mentor)
    supporting.reach(stage, course, mentor, "active")
    stage.sees("Now she is a mentor.", coordinator.read("matching", path)["state"], "active")
    coordinator.make("matching", f"{path}/person", {"person_id": attended.person_id})
    answers = coordinator.everything("matching", f"/referrals/{attended.id}/measurements")
    stage.sees(
        "None of her history is lost: her referral is there, closed, with what she answered before and after.",
        (doing.status_of(stage, attended, "self-management"), [one["moment"] for one in answers]),
        ("closed", ["baseline", "ending"]),
    )
    return mentor


def _leads(stage: Stage, course: Offer, mentor: str, attended: Referred) -> None:
    stage.act("She mentors a group")
    group = supporting.gather_group(stage, course, [mentor], places=12)
    hugh = doing.person("Hugh Sampleton", birth_date="1975-06-07")
    member = doing.refer(stage, "mental-health-team", course, hugh, needs=["managing-a-condition"])
    doing.accept(stage, member)
    supporting.join(stage, member, group)
    supporting.meet(stage, course, group, [member], minutes=120, supporter_ids=[mentor])
    stage.soon(
        "Her old referral stays closed: what she was given is not undone by what she gives.",
        lambda: doing.status_of(stage, attended, "mental-health-team"),
        "closed",
    )


def _nothing_leaks(stage: Stage, mentor: str) -> None:
    stage.act("And nothing of it leaks")
    herself, path = stage.worker("self-management", "gwen"), f"/supporters/{mentor}"
    mine = {"connection": "condition", "code": "bipolar-disorder", "audience": "matching-only"}
    stage.refuses(
        "What she shares is hers to say: her coordinator cannot say it for her.",
        "only-the-supporter",
        lambda: stage.worker("self-management").say("matching", f"{path}/disclosures", {"items": [mine]}),
    )
    stage.tell("Gwen says that her diagnosis may help in matching, and that nobody is to be shown it.")
    herself.say("matching", f"{path}/disclosures", {"items": [mine]})
    seen = {who: herself.read("matching", f"{path}/preview", **{"as": who})["conditions"] for who in LOOKING}
    stage.sees("She looks through everybody's eyes: none of them sees it.", seen, {who: [] for who in LOOKING})
    stage.sees("She herself does.", herself.read("matching", f"{path}/disclosures")["items"], [mine])
    stage.sees(
        "Her coordinator sees that she came by a course.",
        [one["kind"] for one in stage.worker("self-management").read("matching", f"{path}/progression")["supported"]],
        ["group"],
    )
    stage.refuses(
        "Where she was supported is her coordinator's to know: not even her own token opens it.",
        "role-missing",
        lambda: herself.read("matching", f"{path}/progression"),
    )
    stage.refuses(
        "To the team that referred her she is, as a mentor, not there.",
        "supporter-not-found",
        lambda: stage.worker("mental-health-team").read("matching", path),
    )


def _in_prison(stage: Stage) -> Referred:
    stage.act("Variants are files: in prison there is no telephone and no e-mail")
    for variant in VARIANTS:
        doing.definition_of(f"self-management-{variant}")
    stage.tell(f"There are five: {', '.join(VARIANTS)}. Each extends the file for Wales.")
    prisons = doing.offer(stage, "self-management", "self-management-prisons")
    channels = [one.value for one in prisons.definition.who.reached_by]
    stage.sees("Inside one is reached in person and by letter.", channels, ["in-person", "letter"])
    ianto = {"given_name": "Ianto", "family_name": "Dummy", "birth_date": "1990-01-01", "contact_by": []}
    inside = doing.refer(stage, "mental-health-team", prisons, ianto, needs=["managing-a-condition"])
    doing.accept(stage, inside)
    stage.soon(
        "The team hears that he is accepted; to him no mail goes.",
        lambda: doing.told_of(stage, inside, "referral-accepted"),
        ["referrer"],
    )
    return inside


JOURNEY: Final = Journey(
    number=19,
    title="Self-management, Wales",
    source="MH",
    words=(
        "courses led by service-user trainers; people who attended become group mentors: one person crosses from "
        "supported to supporter without losing history or leaking it; group members set goals; variants as files"
    ),
    parts=(
        Part("mental-health-team", "Testwell Mental Health Team", "health-board", "wales"),
        Part("self-management", "Exampleton Self-management", nation="wales", supporters=("gwen", "ifor")),
    ),
    play=play,
)
