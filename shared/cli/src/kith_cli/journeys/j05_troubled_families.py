"""5. Troubled Families (RE, "Troubled families agenda"): what could use peer support, under another name."""

from datetime import timedelta
from typing import Any, Final

from kith_cli.journeys import doing, supporting
from kith_cli.journeys.cast import Journey, Part, Played
from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage


def play(stage: Stage) -> Played:
    """A family agrees to be identified, is worked with at home, and turned around; nobody ever calls it troubled."""
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
    family, household = _identified(stage, partners)
    match = _worked_with(stage, family, will)
    _turned_around(stage, partners, household)
    _over(stage, family, match)
    _reported(stage, partners)
    return {"programme": partners.id, "referral": family.id, "match": match, "partner": will, "household": household}


def _identified(stage: Stage, partners: Offer) -> tuple[Referred, str]:
    stage.act("A family is identified, and agrees")
    about: dict[str, Any] = {"needs": ["out-of-work", "school-attendance"], "channels": ["telephone"]}
    no = doing.asking(doing.person("Yan Dummy"), consent={"given": False}, **about) | {"programme_id": partners.id}
    stage.refuses(
        "Without a yes nobody is identified to anybody.",
        "consent-missing",
        lambda: stage.worker("council", "referrer").make("referrals", "/referrals", no),
    )
    stage.tell("Zoe Exampleton says yes. She has three children, one of whom does not go to school.")
    stage.tell("She has been worked with for 30 weeks: the council brings her over from the system it had.")
    asked = {"received_on": (doing.today() - timedelta(weeks=30)).isoformat()}
    family = doing.refer(stage, "council", partners, doing.person("Zoe Exampleton"), **about, **asked)
    worker = stage.worker("council", "referrer")
    household = worker.make("referrals", "/households", {"others": {"family": 3}})
    path = f"/households/{household['id']}/members/{family.person_id}"
    stage.sees(
        "They count as one household of four.",
        worker.say("referrals", path, {}, at=household["version"])["size"],
        4,
    )
    doing.accept(stage, family)
    return family, household["id"]


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


def _turned_around(stage: Stage, partners: Offer, household: str) -> None:
    stage.act("What is paid by results is claimed once, and can be audited")
    administrator = stage.worker("council", "administrator")

    def claim(result: str, weeks: int) -> dict[str, Any]:
        body = {
            "programme_id": partners.id,
            "household_id": household,
            "result": result,
            "achieved_on": (doing.today() - timedelta(weeks=weeks)).isoformat(),
            "evidence": f"case-files/0117/{result}",
        }
        made: dict[str, Any] = administrator.make("referrals", "/claims", body)
        return made

    stage.refuses(
        "The children are back at school for 25 weeks: a week too few, and the answer names the day.",
        "result-not-sustained",
        lambda: claim("school-attendance", 25),
    )
    school = claim("school-attendance", 26)
    stage.sees(
        "After 26 weeks it is claimed, and the payer bears 40% of it. The evidence stays with the council.",
        (school["state"], school["payer_percent"]),
        ("claimed", 40),
    )
    stage.refuses("Nobody claims the same a second time.", "already-claimed", lambda: claim("school-attendance", 26))
    work = claim("continuous-work", 28)
    _audited(stage, partners, {school["id"], work["id"]})
    stage.tell("A term later one of the children stays away again.")
    relapsed = administrator.move("referrals", f"/claims/{school['id']}", "reversal", {"reason": "relapsed"})
    stage.sees("The council takes that claim back.", (relapsed["state"], relapsed["reason"]), ("reversed", "relapsed"))


def _audited(stage: Stage, partners: Offer, claimed: set[str]) -> None:
    body = {
        "programme_id": partners.id,
        "auditor_id": str(stage.organisation("auditors").id),
        "claims": 10,
        "until": (doing.today() + timedelta(weeks=4)).isoformat(),
    }
    sample = stage.worker("council", "administrator").make("referrals", "/claim-samples", body)
    path = f"/claim-samples/{sample['id']}"
    seen = stage.worker("auditors", "auditor").read("referrals", path)["claims"]
    stage.sees(
        "An auditor sees which claims were drawn, where their evidence is, and that the family are four.",
        ({one["id"] for one in seen}, {one["evidence"][:15] for one in seen}, {one["household_size"] for one in seen}),
        (claimed, {"case-files/0117"}, {4}),
    )
    stage.holds("The auditor is not told who they are.", "Zoe" not in str(seen))
    stage.refuses(
        "Nobody else has the sample.", "not-found", lambda: stage.worker("council", "auditor").read("referrals", path)
    )


def _reported(stage: Stage, partners: Offer) -> None:
    names = ("proposed", "identified", "worked_with", "turned_around")

    def figures(kind: str) -> dict[str, int | None]:
        found = stage.worker("council").read("reporting", "/results", programme_id=partners.id)[kind]
        each = {one["result"]: one["standing"] for one in found["by_result"]}
        return {name: found[name] for name in names} | each

    stage.soon(
        "Of 120,000 proposed the council has one identified, worked with and turned around: an adult in lasting work.",
        lambda: figures("exact"),
        dict(zip(names, (120_000, 1, 1, 1), strict=True)) | {"continuous-work": 1, "school-attendance": 0},
    )
    stage.sees(
        "So few are not published: they would be known.",
        figures("published"),
        dict(zip(names, (120_000, None, None, None), strict=True)) | {"continuous-work": None, "school-attendance": 0},
    )
    stage.tell("The agenda's own figures come out of the same report: tests/reporting/test_published_figures.py.")


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
    parts=(
        Part("council", "Exampleton Council", "council", supporters=("will",)),
        Part("auditors", "Exampleton Audit Office", "funder"),
    ),
    play=play,
)
