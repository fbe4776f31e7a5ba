"""17. Right Here (MH, "Right Here, England and Northern Ireland"): young people author and approve their own file."""

from datetime import timedelta
from functools import partial
from typing import Any, Final

from kith_cli.journeys import doing, supporting
from kith_cli.journeys.cast import Journey, Part, Played
from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage

SITES: Final = ["County Fermanagh", "Brighton and Hove", "Newham", "Sheffield"]
TASTERS: Final = {"county-fermanagh": 9, "brighton-and-hove": 14, "newham": 22, "sheffield": 4}
"""How many came to look at each site."""


def play(stage: Stage) -> Played:
    """Nothing is in force until four young people have said yes; then two others find one another."""
    stage.act("Young people design it")
    file = doing.definition_of("right-here")
    approval = file.approval
    stage.sees(
        "The file is theirs: four of them must say yes, one for each of four sites.",
        (approval and approval.by, approval and approval.needed, list(file.sites)),
        ("young-people", 4, SITES),
    )
    for yes in range(4):
        stage.refuses(
            f"With {yes or 'no'} yes it is not put in force.",
            "definition-not-approved",
            partial(doing.offer, stage, "right-here", "right-here", approvals=yes),
        )
    right_here = doing.offer(stage, "right-here", "right-here", approvals=4)
    applied = stage.worker("right-here").read("referrals", f"/programmes/{right_here.id}/definition")
    stage.sees("With four it is, and that they said so stands with it.", applied["approvals"], 4)
    doing.agree_to_share(stage, "school", "right-here")
    _sites(stage, right_here)
    _ages(stage, right_here)
    helped, match, peer = _helped(stage, right_here)
    _over(stage, helped, match)
    return {"programme": right_here.id, "referral": helped.id, "match": match, "peer": peer}


def _sites(stage: Stage, right_here: Offer) -> None:
    stage.act("On four sites")
    for site, people in TASTERS.items():
        supporting.contact(stage, right_here, "taster", people, site=site)
    stage.refuses(
        "Nothing is logged at a site that the file does not name.",
        "site-unknown",
        partial(supporting.contact, stage, right_here, "taster", 10, site="leeds"),
    )
    stage.soon(
        "Young people come to look at each. The report tells the sites apart, and hides how few came in Sheffield.",
        lambda: doing.reached(stage, "right-here", right_here, "sites", "people_reached"),
        {"brighton-and-hove": (15,), "county-fermanagh": (10,), "newham": (20,), "sheffield": (None,)},
    )


def _ages(stage: Stage, right_here: Offer) -> None:
    stage.act("From 16 to 25")
    for years in (15, 26):
        stage.refuses(
            f"Somebody of {years} is not taken.",
            "age-outside-programme",
            partial(_refer, stage, right_here, "Mia Dummy", years),
        )
    made = [_refer(stage, right_here, name, years) for name, years in (("Nat Dummy", 16), ("Ola Dummy", 25))]
    stage.sees(
        "Of 16 and of 25 they are.", [doing.status_of(stage, one, "right-here") for one in made], ["submitted"] * 2
    )
    for one in made:
        doing.accept(stage, one)
        doing.close(stage, one, "moved-away")


def _refer(stage: Stage, right_here: Offer, name: str, years: int) -> Referred:
    born = doing.today() - timedelta(days=round((years + 0.5) * 365.25))
    about: dict[str, Any] = {"needs": ["anxiety", "low-mood"], "channels": ["video"], "interests": ["music"]}
    about["site"] = "newham"
    return doing.refer(stage, "school", right_here, doing.person(name, birth_date=born.isoformat()), **about)


def _helped(stage: Stage, right_here: Offer) -> tuple[Referred, str, str]:
    stage.act("By young people, for young people")
    about: dict[str, Any] = {"age_band": "15-24", "channels": ["video", "text"], "interests": ["music"]}
    pip = doing.take_on(stage, right_here, "Pip Testwell", experience=["anxiety"], **about)
    helped = _refer(stage, right_here, "Rob Exampleton", 19)
    doing.accept(stage, helped)
    found = supporting.candidates(stage, helped)["candidates"]
    points = {one["connection"]: one["points"] for one in found[0]["parts"]}
    stage.sees("Pip is as old as Rob, and that counts as much as anything does.", points["age"], 300)
    match = supporting.introduce(stage, helped, pip)
    for _ in range(2):
        supporting.hold(stage, "right-here", match, 45, channel="video")
    supporting.asked(stage, helped, match, "helping")
    said = stage.worker("right-here").everything("matching", f"/matches/{match}/helping")
    stage.sees("Rob alone is asked: it helps.", [one["said"] for one in said], ["helping"])
    return helped, match, pip


def _over(stage: Stage, helped: Referred, match: str) -> None:
    stage.act("The ending, and what is reported")
    supporting.end(stage, helped, match)
    doing.close(stage, helped)
    names = ("received", "matched", "sessions", "closed")
    stage.soon(
        "The report counts three referred, one matched who met twice, three closed.",
        lambda: doing.counted(stage, "right-here", helped.to, *names),
        {"received": 3, "matched": 1, "sessions": 2, "closed": 3},
    )
    stage.soon(
        "It shows that nobody was referred to the other three sites, and hides how few were to Newham.",
        lambda: doing.reached(stage, "right-here", helped.to, "sites", "received", "matched", "sessions"),
        {site: (None,) * 3 if site == "newham" else (0,) * 3 for site in sorted(TASTERS)},
    )


JOURNEY: Final = Journey(
    number=17,
    title="Right Here",
    source="MH",
    words="ages 16 to 25, four sites; young people design it: they author and approve its file",
    parts=(
        Part("school", "Exampleton Sixth Form", "school"),
        Part("right-here", "Testwell Right Here"),
    ),
    play=play,
)
