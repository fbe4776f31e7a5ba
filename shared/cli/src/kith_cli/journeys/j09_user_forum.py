"""9. Borough Wide User Forum (HH): an informal forum, and what was suggested for times of crisis."""

from datetime import datetime, timedelta
from typing import Any, Final

from kith_chassis import clock
from kith_cli.journeys import doing, supporting
from kith_cli.journeys.cast import Journey, Part, Played
from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage

SITE: Final = "https://forum.example.org"
LINES: Final = [{"name": "Samaritans", "telephone": "116 123"}]


def play(stage: Stage) -> Played:
    """The forum meets and points to what there is; somebody in a crisis has a peer beside the ward's own care."""
    stage.act("The forum: unpaid, and it campaigns")
    forum = doing.offer(stage, "forum", "borough-wide-user-forum", url=SITE)
    stage.sees(
        "The file says that nobody is paid, and what it is about.",
        (forum.definition.supporters.pay.value, list(forum.definition.support.sessions.topics)),
        ("unpaid", ["campaigning", "improving-services"]),
    )
    _forum(stage, forum)
    crisis = _offered(stage)
    helped, match = _in_a_crisis(stage, crisis)
    _over(stage, forum, helped, match)
    return {"programme": forum.id, "crisis": crisis.id, "referral": helped.id, "match": match}


def _forum(stage: Stage, forum: Offer) -> None:
    supporting.contact(stage, forum, "drop-in", 14, topics=["campaigning", "signposting"])
    stage.refuses(
        "Nobody is referred to it. Service users and carers come by themselves.",
        "programme-takes-no-referrals",
        lambda: doing.refer(stage, "ward", forum, doing.person("Ray Exampleton")),
    )
    entry = stage.anybody("referrals", f"/directory/services/{forum.id}")
    stage.sees(
        "It signposts through its site, and the public directory leads there.",
        (entry["name"], entry["url"]),
        (forum.definition.name, SITE),
    )


def _offered(stage: Stage) -> Offer:
    stage.act("It was suggested: a peer, one to one, in times of crisis")
    crisis = doing.offer(stage, "forum", "borough-wide-user-forum-crisis", crisis_lines=LINES)
    doing.agree_to_share(stage, "ward", "forum")
    path = stage.operator.read("referrals", f"/programmes/{crisis.id}")
    stage.sees("It is no emergency service, and names whom to call.", path["crisis_lines"], LINES)
    return crisis


def _in_a_crisis(stage: Stage, crisis: Offer) -> tuple[Referred, str]:
    about: dict[str, Any] = {"experience": ["crisis"], "channels": ["telephone"], "telephone": doing.DRAMA_NUMBER}
    sal = doing.take_on(stage, crisis, "Sal Testwell", own="sal", **about)
    stage.tell("The ward refers two people. Ted waits for no hurry; Uma is in a crisis, and it says so.")
    calm = _refer(stage, crisis, "Ted Sampleton")
    helped = _refer(stage, crisis, "Uma Dummy", urgent=True)
    coordinator = stage.worker("forum")
    stage.soon(
        "Both wait, and Uma's is marked as urgent.",
        lambda: {one["id"]: one["urgent"] for one in coordinator.everything("matching", "/waiting")},
        {calm.id: False, helped.id: True},
    )
    held = coordinator.make("matching", f"/programmes/{crisis.id}/rounds", {})
    stage.sees(
        "The whole list is looked at, every day: two people, one supporter.",
        (held["people"], held["supporters"]),
        (2, 1),
    )
    proposal = supporting.propose(stage, helped, sal)
    supporting.answer(stage, helped, proposal["id"], "person")
    [offer] = stage.worker("forum", "sal").read("matching", f"/supporters/{sal}/offers")["items"]
    left = datetime.fromisoformat(offer["answer_by"]) - clock.now()
    stage.holds("Sal has four hours to answer, not two days.", timedelta(hours=3) < left <= timedelta(hours=4))
    path = f"/supporters/{sal}/offers/{proposal['id']}/answers"
    stage.worker("forum", "sal").move_at("matching", path, offer["version"], {"answer": "yes", "knowing_is_fine": True})
    [match] = stage.worker("forum", "sal").read("matching", f"/supporters/{sal}/matches")["items"]
    supporting.hold(stage, "forum", match["id"], channel="telephone", limits_explained=True)
    _worried(stage, helped, str(match["id"]))
    doing.close(stage, calm, "moved-away")
    stage.soon(
        "The ward, which goes on treating Uma, hears that they have met.",
        lambda: doing.told_of(stage, helped, "first-session"),
        ["referrer"],
    )
    return helped, str(match["id"])


def _worried(stage: Stage, helped: Referred, match: str) -> None:
    stage.act("What Sal hears worries him")
    lead, sal = stage.worker("forum", "safeguarding-lead"), stage.worker("forum", "sal")
    desk = {"lead": {"name": "Duty worker", "email": "duty@example.org"}, "crisis_lines": LINES}
    lead.say("matching", f"/duty-desks/{clock.new_id()}", desk)
    worry = {"grounds": "risk-of-suicide", "about": "match", "about_id": match, "words": "Uma sees no way on"}
    concern = sal.make("matching", "/concerns", worry)
    stage.sees(
        "He raises a concern in one action, without asking anybody first, and is told whom to call meanwhile.",
        ("999" in concern["emergency"], concern["crisis_lines"]),
        (True, LINES),
    )
    path, story = f"/concerns/{concern['id']}", f"concern/{concern['id']}"
    stage.soon(
        "The duty worker is written to at once;",
        lambda: [one["state"] for one in stage.operator.everything("notifications", "/messages", story=story)],
        ["delivered"],
    )
    stage.sees("and alone reads what Sal wrote.", lead.read("matching", path)["words"], worry["words"])
    stage.refuses("The coordinator does not;", "role-missing", lambda: stage.worker("forum").read("matching", path))
    lead.do("matching", f"{path}/acknowledging")
    [own] = sal.everything("matching", "/concerns/own")
    stage.holds("Sal sees that somebody sees to it, and no more than that.", own["acknowledged_at"])
    _reached(stage, helped, str(concern["id"]))
    shared = {"shared_with": "crisis-team", "items": ["name", "what-was-said"], "reason": "She must be seen today"}
    sharing = lead.make("matching", f"{path}/sharings", shared)
    lead.do("matching", f"{path}/deciding", {"decision": "shared", "reason": "The crisis team sees her this afternoon"})
    stage.sees(
        "The crisis team is told what it needs, and why stands on the record. It stays in sight until they answer;",
        [one["id"] for one in lead.everything("matching", "/concerns/sharings")],
        [sharing["id"]],
    )
    lead.do("matching", f"{path}/sharings/{sharing['id']}/answering")
    stage.sees("then nothing is open any more.", lead.everything("matching", "/concerns"), [])


def _reached(stage: Stage, helped: Referred, concern: str) -> None:
    lead, where = stage.worker("forum", "safeguarding-lead"), f"/referrals/{helped.id}/concerned-person"
    [supporter] = lead.read("matching", f"/concerns/{concern}")["supporters"]
    person = lead.read("referrals", where, concern_id=concern, purpose="reach-person")
    stage.sees(
        "She learns who both are and calls them, whatever anybody agreed to;",
        (supporter["name"], supporter["telephone"], person["given_name"], person["telephone"]),
        ("Sal Testwell", doing.DRAMA_NUMBER, "Uma", doing.DRAMA_NUMBER),
    )
    stage.refuses(
        "nobody else does, and she only by naming the concern.",
        "role-missing",
        lambda: stage.worker("forum").read("referrals", where, concern_id=concern, purpose="reach-person"),
    )


def _refer(stage: Stage, crisis: Offer, name: str, **more: Any) -> Referred:
    about: dict[str, Any] = {"needs": ["crisis", "low-mood"], "channels": ["telephone"], **more}
    one = doing.refer(stage, "ward", crisis, doing.person(name, telephone=doing.DRAMA_NUMBER), **about)
    doing.accept(stage, one)
    return one


def _over(stage: Stage, forum: Offer, helped: Referred, match: str) -> None:
    stage.act("The ending, and what is reported")
    supporting.end(stage, helped, match)
    doing.close(stage, helped)
    names = ("received", "matched", "sessions", "closed")
    stage.soon(
        "The crisis offer counts two received, one matched, one meeting, two closed;",
        lambda: doing.counted(stage, "forum", helped.to, *names),
        {"received": 2, "matched": 1, "sessions": 1, "closed": 2},
    )
    stage.soon(
        "the forum a headcount of fourteen, and nobody's name.",
        lambda: doing.counted(stage, "forum", forum, "received", "people_reached"),
        {"received": 0, "people_reached": 14},
    )


JOURNEY: Final = Journey(
    number=9,
    title="Borough Wide User Forum",
    source="HH",
    words=(
        "informal; service users and carers; campaigns; signposting through its site; unpaid; suggested: one-to-one "
        "from a peer at times of crisis, while a person is in contact with services"
    ),
    parts=(
        Part("ward", "Testwell Ward", "nhs-trust"),
        Part("forum", "Exampleton User Forum", "user-group", supporters=("sal",)),
    ),
    play=play,
)
