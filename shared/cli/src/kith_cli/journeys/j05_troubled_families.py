"""5. Troubled Families (RE, "Troubled families agenda"): what could use peer support, under another name."""

from typing import Any, Final

from kith_cli.journeys import doing, supporting
from kith_cli.journeys.cast import Journey, Part, Played
from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage


def play(stage: Stage) -> Played:
    """A family agrees to be identified, is worked with at home, and nobody ever calls it what the agenda did."""
    stage.act("A programme that could use peer support")
    partners = doing.offer(stage, "council", "family-partners")
    entry = stage.anybody("referrals", f"/directory/services/{partners.id}")
    stage.sees("Its public name is Family Partners.", entry["name"], "Family Partners")
    stage.holds("Nothing that a family reads calls it troubled.", "troubled" not in str(entry).lower())
    results = partners.definition.evaluation.results
    stage.sees(
        "Its file says what it is held against, and who pays: 120,000 families, and about 40%.",
        (results and results.proposed, results and results.payer_percent),
        (120_000, 40),
    )
    will = doing.take_on(
        stage,
        partners,
        "Will Testwell",
        own="will",
        experience=["unemployment"],
        connections={"background": ["parent"]},
    )
    family = _identified(stage, partners)
    match = _worked_with(stage, family, will)
    _over(stage, family, match)
    return {"programme": partners.id, "referral": family.id, "match": match, "partner": will}


def _identified(stage: Stage, partners: Offer) -> Referred:
    stage.act("A family is identified, and agrees")
    about: dict[str, Any] = {"needs": ["out-of-work", "school-attendance"], "channels": ["telephone"]}
    no = doing.asking(doing.person("Yan Dummy"), consent={"given": False}, **about) | {"programme_id": partners.id}
    stage.refuses(
        "Without a yes nobody is identified to anybody.",
        "consent-missing",
        lambda: stage.worker("council", "referrer").make("referrals", "/referrals", no),
    )
    stage.tell("Zoe Exampleton says yes. She has three children, one of whom does not go to school.")
    family = doing.refer(stage, "council", partners, doing.person("Zoe Exampleton"), **about)
    worker = stage.worker("council", "referrer")
    household = worker.make("referrals", "/households", {"others": {"family": 3}})
    path = f"/households/{household['id']}/members/{family.person_id}"
    stage.sees(
        "They count as one household of four.",
        worker.say("referrals", path, {}, at=household["version"])["size"],
        4,
    )
    doing.accept(stage, family)
    return family


def _worked_with(stage: Stage, family: Referred, will: str) -> str:
    stage.act("A partner who has been there works with the whole family")
    found = supporting.candidates(stage, family)["candidates"]
    points = {one["connection"]: one["points"] for one in found[0]["parts"]}
    stage.holds("Will was out of work himself once, and that speaks for him.", points["experience"])
    match = supporting.introduce(stage, family, will)
    supporting.measure(stage, family, "ons4", "baseline", dict.fromkeys(FEELINGS, 3))
    for explained in (True, False):
        supporting.hold(stage, "council", match, 90, channel="telephone", limits_explained=explained)
    supporting.asked(stage, family, match, "harder")
    [worry] = stage.worker("council").everything("matching", "/helping/harder")
    stage.sees(
        "Asked alone, Zoe says that it makes it harder. Her coordinator has it at once.", worry["match_id"], match
    )
    stage.worker("council").move_at("matching", f"/helping/{worry['id']}/seeing", worry["version"])
    stage.sees("Somebody sees to it.", stage.worker("council").everything("matching", "/helping/harder"), [])
    supporting.asked(stage, family, match, "helping", "in-between")
    supporting.measure(stage, family, "ons4", "ending", dict.fromkeys(FEELINGS, 7))
    return match


def _over(stage: Stage, family: Referred, match: str) -> None:
    stage.act("The ending, and what is reported")
    supporting.end(stage, family, match)
    doing.close(stage, family)
    names = ("received", "matched", "sessions", "closed")
    stage.soon(
        "The report counts one identified, one worked with, two meetings.",
        lambda: doing.counted(stage, "council", family.to, *names),
        {"received": 1, "matched": 1, "sessions": 2, "closed": 1},
    )
    held = stage.worker("council").everything("matching", "/sessions")
    stage.sees("And three hours of work with the family.", sum(one["minutes"] for one in held), 180)


FEELINGS: Final = ("satisfied", "worthwhile", "happy", "anxious")
"""What the four questions about well-being (ons4) ask for."""

JOURNEY: Final = Journey(
    number=5,
    title="Troubled Families",
    source="RE",
    words=(
        "a programme that could use peer support, paid in part by results: families identified, worked with, "
        "turned around; the name is never shown to families"
    ),
    parts=(Part("council", "Exampleton Council", "council", supporters=("will",)),),
    play=play,
    not_shown=(
        "families turned around, and adults in continuous work: results are not claimed yet",
        "the published figures of the agenda, from a report",
    ),
)
