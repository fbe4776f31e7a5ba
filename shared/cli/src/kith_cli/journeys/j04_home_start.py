"""4. Home-Start (RE, "Home Start"): a volunteer visits the family's home once a week."""

from datetime import timedelta
from typing import Any, Final

from kith_chassis import clock
from kith_cli.journeys import doing, supporting
from kith_cli.journeys.cast import BY_A_MOVED_CLOCK, Journey, Part, Played
from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage


def play(stage: Stage) -> Played:
    """A family is referred, visited at home, asked whether it helps, and stands on its own feet."""
    stage.act("What there is")
    home_start = doing.offer(stage, "home-start", "home-start")
    doing.agree_to_share(stage, "health-visitors", "home-start")
    rhythm = home_start.definition.support.sessions
    stage.sees("Home-Start's own file says it: at home, once a week.", (rhythm.at_home, rhythm.every_days), (True, 7))
    stage.tell("Nora Testwell volunteers. She is trained to visit homes, checked, and has access of her own.")
    nora = doing.take_on(
        stage, home_start, "Nora Testwell", own="nora", experience=["parenting", "isolation"], districts=["SR2"]
    )
    family = _referred(stage, home_start)
    match = _introduced(stage, family, nora)
    _visited(stage, match)
    _helped(stage, family, match)
    _ended(stage, family, match)
    return {"programme": home_start.id, "referral": family.id, "match": match, "supporter": nora}


def _referred(stage: Stage, home_start: Offer) -> Referred:
    stage.act("A family is referred")
    stage.tell(
        "A health visitor refers Ada Exampleton, who has two small children and sees nobody all day. Ada agreed to it. "
        "The referral says that there is a dog."
    )
    ada = doing.person("Ada Exampleton", postcode="SR2 7XX", risk_to_visitor=["dog"])
    needs: dict[str, Any] = {"needs": ["isolation", "parenting"], "channels": ["in-person"]}
    family = doing.refer(stage, "health-visitors", home_start, ada, **needs)
    visitor, coordinator = stage.worker("health-visitors", "referrer"), stage.worker("home-start")
    household = visitor.make("referrals", "/households", {"others": {"family": 2}})
    path = f"/households/{household['id']}"
    visitor.say("referrals", f"{path}/members/{family.person_id}", {}, at=household["version"])
    stage.sees(
        "The family counts as one household of three; the children need no name.",
        visitor.read("referrals", path)["size"],
        3,
    )
    seen = coordinator.read("referrals", f"/referrals/{family.id}")["person"]["risk_to_visitor"]
    stage.sees("Home-Start's coordinator reads of the dog before anybody goes there.", seen, ["dog"])
    stage.soon(
        "The health visitor is told that it arrived, and Home-Start that somebody waits.",
        lambda: doing.told_of(stage, family, "referral-received"),
        ["programme", "referrer"],
    )
    doing.accept(stage, family)
    return family


def _introduced(stage: Stage, family: Referred, nora: str) -> str:
    stage.act("Ada and Nora are introduced")
    first = supporting.candidates(stage, family)["shortlist"][0]
    stage.sees("Matching proposes Nora, and says why in words.", first["supporter_id"], nora)
    for reason in first["speaks_for"]:
        stage.tell(f"    {reason}")
    proposal = supporting.propose(stage, family, nora)
    volunteer = stage.worker("home-start", "nora")
    offers = f"/supporters/{nora}/offers"
    stage.sees("Nora is asked nothing yet: Ada answers first.", volunteer.read("matching", offers)["items"], [])
    supporting.answer(stage, family, proposal["id"], "person")
    [asked] = volunteer.read("matching", offers)["items"]
    stage.holds("Then Nora has a card with codes on it, and nobody's name.", "Exampleton" not in str(asked))
    stage.tell("Nora says yes on her telephone.")
    volunteer.move_at("matching", f"{offers}/{proposal['id']}/answers", asked["version"], {"answer": "yes"})
    [match] = volunteer.read("matching", f"/supporters/{nora}/matches")["items"]
    stage.soon(
        "Ada, Nora and the health visitor are all written to.",
        lambda: doing.told_of(stage, family, "match-made"),
        ["person", "referrer", "supporter"],
    )
    return str(match["id"])


def _visited(stage: Stage, match: str) -> None:
    stage.act("Nora visits at home, and is safe")
    volunteer, coordinator = stage.worker("home-start", "nora"), stage.worker("home-start")
    stage.refuses(
        "Nora cannot plan the first visit: something is to be known before, and nobody has told her.",
        "risks-not-passed-on",
        lambda: volunteer.make("matching", f"/matches/{match}/visits", _soon()),
    )
    stage.tell("The coordinator tells her of the dog, says so, and plans it for ten minutes from now, for two hours.")
    visit = coordinator.make("matching", f"/matches/{match}/visits", _soon(risks_passed_on=True))
    path = f"/visits/{visit['id']}"
    stage.refuses(
        "She cannot check out of a visit at which she has not arrived.",
        "not-checked-in",
        lambda: volunteer.do("matching", f"{path}/checking-out"),
    )
    stage.tell("She rings the bell and checks in.")
    there = volunteer.do("matching", f"{path}/checking-in")
    stage.holds("Home-Start knows that she is there.", there["checked_in_at"])
    stage.refuses(
        "A visit that has begun cannot be cancelled away: she checks out of it.",
        "already-checked-in",
        lambda: volunteer.do("matching", f"{path}/cancelling"),
    )
    stage.tell("She leaves, and checks out.")
    volunteer.do("matching", f"{path}/checking-out")
    stage.sees(
        "Nobody has to be looked for: of the visits that are overdue there is none.",
        coordinator.read("matching", "/visits/overdue")["items"],
        [],
    )
    stage.tell("She logs the visit in a minute, and that she explained what she could not keep to herself.")
    log = {"kind": "one-to-one", "match_id": match, **supporting.meeting(120, limits_explained=True)}
    volunteer.make("matching", "/sessions", log)


def _visited_again(stage: Stage, match: str) -> None:
    volunteer, coordinator = stage.worker("home-start", "nora"), stage.worker("home-start")
    stage.tell("Nora plans the second visit herself, checks in, checks out, and logs it.")
    visit = volunteer.make("matching", f"/matches/{match}/visits", _soon())
    for moved in ("checking-in", "checking-out"):
        volunteer.do("matching", f"/visits/{visit['id']}/{moved}")
    volunteer.make("matching", "/sessions", {"kind": "one-to-one", "match_id": match, **supporting.meeting(120)})
    over = coordinator.read("matching", "/visits", stage="over")["items"]
    stage.sees("Home-Start lists both visits as over.", len(over), 2)
    kinds = {one["kind"] for one in coordinator.read("matching", "/worklist")["items"]}
    stage.holds("Each had a plan, so there is nothing to talk about.", "visit-without-plan" not in kinds)


def _soon(**more: Any) -> dict[str, Any]:
    """A visit of two hours that begins in ten minutes."""
    return {"starts_at": (clock.now() + timedelta(minutes=10)).isoformat(), "minutes": 120, **more}


def _helped(stage: Stage, family: Referred, match: str) -> None:
    stage.act("Does it help? Ada alone is asked")
    coordinator = stage.worker("home-start")
    supporting.measure(stage, family, "rosenberg", "baseline", supporting.self_esteem(1))
    _visited_again(stage, match)
    due = coordinator.read("matching", "/helping/due")["items"]
    stage.sees("After the second visit Ada is to be asked, without Nora.", [one["id"] for one in due], [match])
    supporting.asked(stage, family, match, "helping")
    stage.sees(
        "It helps. Nobody is due to be asked any more.", coordinator.read("matching", "/helping/due")["items"], []
    )


def _ended(stage: Stage, family: Referred, match: str) -> None:
    stage.act("The ending, and what is reported")
    supporting.measure(stage, family, "rosenberg", "ending", supporting.self_esteem(2))
    stage.sees(
        "Ada's self-esteem was 10 of 30 at the beginning, and is 20 now.",
        supporting.scores(stage, family, "rosenberg"),
        {"baseline": "10", "ending": "20"},
    )
    supporting.end(stage, family, match)
    stage.soon(
        "Ada hears of the ending, and so does the health visitor, as far as Ada agreed.",
        lambda: doing.told_of(stage, family, "match-ended"),
        ["person", "referrer"],
    )
    doing.close(stage, family)
    stage.soon(
        "The health visitor, who asked, can read that it is over.",
        lambda: doing.status_of(stage, family, "health-visitors"),
        "closed",
    )
    names = ("received", "matched", "sessions", "closed")
    stage.soon(
        "The report counts one family, matched and closed, and two visits. It names nobody.",
        lambda: doing.counted(stage, "home-start", family.to, *names),
        dict.fromkeys(names, 1) | {"sessions": 2},
    )
    reach = family.to.definition.evaluation.reach_a_year
    stage.sees("The file says what it is held against: 32,000 families a year.", reach, 32000)


JOURNEY: Final = Journey(
    number=4,
    title="Home-Start",
    source="RE",
    words=(
        "a volunteer visits the family's home once a week; a week without a visit is noticed; visits are safe for the "
        "volunteer; scale: over 32,000 families a year"
    ),
    parts=(
        Part("health-visitors", "Testwell Health Visitors", "health-board"),
        Part("home-start", "Home-Start Exampleton", supporters=("nora",)),
    ),
    play=play,
    elsewhere=(
        f"a week without a visit is noticed. A play does not wait a week; {BY_A_MOVED_CLOCK} does",
        f"a volunteer who does not come back is looked for, a quarter of an hour later: {BY_A_MOVED_CLOCK}",
    ),
)
