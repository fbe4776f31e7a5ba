"""8. CAPITAL (HH): an informal group, and an exchange that its members switch on for themselves."""

from typing import Any, Final

from kith_chassis import clock
from kith_cli.journeys import doing, supporting
from kith_cli.journeys.cast import Journey, Part, Played
from kith_cli.journeys.doing import Offer
from kith_cli.journeys.stage import Stage


def play(stage: Stage) -> Played:
    """Members agree to have an exchange; two of them find one another in it; one leaves, and nothing is left."""
    stage.act("From the bottom up")
    stage.refuses(
        "The file is its members': with one yes of the two that it asks for, it cannot be applied.",
        "definition-not-approved",
        lambda: doing.offer(stage, "members", "capital", approvals=1),
    )
    capital = doing.offer(stage, "members", "capital", approvals=2)
    stage.sees("With two it is in force.", _approvals(stage, capital), 2)
    stage.refuses(
        "Nobody is referred to it: people come by themselves.",
        "programme-takes-no-referrals",
        lambda: doing.refer(stage, "members", capital, doing.person("Hal Exampleton")),
    )
    first, second = _switched_on(stage, capital)
    agreement = _exchanged(stage, capital, first, second)
    _left(stage, capital, first, agreement)
    return {"programme": capital.id, "left": first, "member": second, "agreement": agreement}


def _approvals(stage: Stage, capital: Offer) -> int:
    found: int = stage.worker("members").read("referrals", f"/programmes/{capital.id}/definition")["approvals"]
    return found


def _switched_on(stage: Stage, capital: Offer) -> list[str]:
    stage.act("Needs, skills, and when one may call")
    members = [str(clock.new_pseudonym()) for _ in range(2)]
    says: list[dict[str, Any]] = [
        {
            "needs": ["filling-in-forms"],
            "skills": ["computers"],
            "times": ["weekday-evening"],
            "telephone": "01632 960111",
        },
        {
            "needs": ["computers"],
            "skills": ["filling-in-forms"],
            "times": ["weekday-evening", "weekend-daytime"],
            "telephone": "01632 960222",
        },
    ]
    stage.tell(
        "Two members switch the exchange on for themselves. No name is asked for: an id, codes, times, a number."
    )
    stage.heard(lambda: _say(stage, members[0], capital, says[0]))
    _say(stage, members[1], capital, says[1])
    shown = stage.worker("members").everything("matching", "/exchange/members")
    stage.holds("The list of members shows no number.", all("telephone" not in one for one in shown))
    return members


def _say(stage: Stage, member: str, capital: Offer, said: dict[str, Any]) -> Any:
    return stage.worker("members").say("matching", f"/exchange/members/{member}", said | {"programme_id": capital.id})


def _exchanged(stage: Stage, capital: Offer, first: str, second: str) -> str:
    stage.act("Two find one another")
    coordinator = stage.worker("members")
    [found] = coordinator.read("matching", f"/exchange/{capital.id}/suggestions", member=first)["suggestions"]
    stage.sees(
        "Each needs what the other can do, and both may be called on a weekday evening.",
        (found["other_id"], found["both_ways"], found["gets"], found["gives"], found["times"]),
        (second, True, ["filling-in-forms"], ["computers"], ["weekday-evening"]),
    )
    agreement = coordinator.make("matching", "/exchange/agreements", {"member_ids": [first, second]})
    path = f"/exchange/agreements/{agreement['id']}"
    coordinator.move("matching", path, "answers", {"member_id": first, "answer": "yes"})
    stage.refuses(
        "One has said yes. Nobody has a number before both have.",
        "not-both-agreed",
        lambda: coordinator.read("matching", f"{path}/number", member=first),
    )
    coordinator.move("matching", path, "answers", {"member_id": second, "answer": "yes"})
    number = coordinator.read("matching", f"{path}/number", member=first)
    stage.sees(
        "Both have: now the first is told how and when the second is reached.",
        number,
        {"telephone": "01632 960222", "times": ["weekday-evening", "weekend-daytime"]},
    )
    return str(agreement["id"])


def _left(stage: Stage, capital: Offer, first: str, agreement: str) -> None:
    stage.act("The ending, and what is reported")
    coordinator = stage.worker("members")
    stage.tell("The first leaves the exchange.")
    coordinator.forget("matching", f"/exchange/members/{first}")
    stage.refuses(
        "Nothing is left of what they said,",
        "member-not-found",
        lambda: coordinator.read("matching", f"/exchange/members/{first}"),
    )
    stage.refuses(
        "nor of what the two agreed.",
        "agreement-not-found",
        lambda: coordinator.read("matching", f"/exchange/agreements/{agreement}"),
    )
    stage.tell("The members wish to be counted: twenty came to the meeting.")
    supporting.contact(stage, capital, "drop-in", 20)
    names = ("received", "contacts", "people_reached", "matched")
    stage.soon(
        "The report has a headcount, and nothing of the exchange: no fact tells of it.",
        lambda: doing.counted(stage, "members", capital, *names),
        {"received": 0, "contacts": 1, "people_reached": 20, "matched": 0},
    )


JOURNEY: Final = Journey(
    number=8,
    title="CAPITAL",
    source="HH",
    words=(
        "an informal county-wide group, bottom up; an optional exchange that the members switch on: needs and skills, "
        "and telephone numbers with times when one may call"
    ),
    parts=(Part("members", "Testwell Service User Group", "user-group"),),
    play=play,
)
