"""12. Peer listening (MH, "Peer Listening"): trained listeners at booked or open times, and no lasting match."""

from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from kith_chassis import clock
from kith_cli.journeys import doing, supporting
from kith_cli.journeys.cast import BY_A_MOVED_CLOCK, Journey, Part, Played
from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage

SKILLS: Final = ["active-listening", "verbal-and-non-verbal-communication", "confidentiality", "problem-solving"]


def play(stage: Stage) -> Played:
    """Two people book a time with a listener, one after the other; others come while nobody has to book."""
    stage.act("Listeners are trained in counselling skills")
    listening = doing.offer(stage, "listeners", "peer-listening")
    doing.agree_to_share(stage, "college", "listeners")
    [skills] = [one for one in listening.definition.supporters.training if one.code == "counselling-skills"]
    stage.sees("The file says which: the four that the source names.", list(skills.covers), SKILLS)
    olu = doing.take_on(stage, listening, "Olu Testwell", own="olu", ready=False)
    doing.check(stage, listening, olu)
    slot = _plan(stage, listening, olu)
    return _booked(stage, listening, olu, slot) | {"programme": listening.id, "slot": slot, "listener": olu}


def _plan(stage: Stage, listening: Offer, olu: str) -> str:
    stage.act("Times, planned and booked")
    coordinator, slot = stage.worker("listeners"), f"/slots/{clock.new_id()}"
    times = {"programme_id": listening.id, "supporter_id": olu, "minutes": 45, "channel": "telephone"}
    booked = times | {"starts_at": _tomorrow(10), "times": "booked"}
    stage.heard(lambda: coordinator.say("matching", slot, booked))
    stage.refuses(
        "A listener listens to one person at a time: a second slot at half past ten is refused.",
        "slot-overlaps",
        lambda: coordinator.say("matching", f"/slots/{clock.new_id()}", times | {"starts_at": _tomorrow(10, 30)}),
    )
    coordinator.say("matching", f"/slots/{clock.new_id()}", times | {"starts_at": _tomorrow(14), "times": "open"})
    return slot


def _booked(stage: Stage, listening: Offer, olu: str, slot: str) -> dict[str, str]:
    coordinator = stage.worker("listeners")
    stage.tell("The college refers Pia Exampleton and Quin Sampleton, who would like to be heard. Both agreed.")
    pia, quin = (_refer(stage, listening, name) for name in ("Pia Exampleton", "Quin Sampleton"))
    stage.refuses(
        "Nobody listens untrained: Pia cannot book Olu, who has finished no training yet.",
        "training-missing",
        lambda: _book(stage, slot, pia),
    )
    stage.tell("Olu finishes the course in counselling skills.")
    for code in ("counselling-skills", "safetalk"):
        doing.train(stage, listening, olu, code)
    place = _book(stage, slot, pia)
    stage.sees("Now Pia has the time.", place["state"], "taken")
    waiting = _book(stage, slot, quin)
    stage.sees("Quin would like the same one, and is first on its list.", waiting["state"], "waiting")
    stage.tell("Pia cannot come after all.")
    coordinator.move("matching", f"/places/{place['id']}", "leaving", {})
    offered = coordinator.read("matching", f"/places/{waiting['id']}")
    stage.sees("The time is held for Quin until an answer.", offered["state"], "offered")
    coordinator.move("matching", f"/places/{waiting['id']}", "answers", {"answer": "yes"})
    taken = coordinator.read("matching", slot)["taken"]
    stage.sees("Quin says yes, and has the time now.", taken, 1)
    stage.sees("No match was made, and none will have to be ended.", coordinator.everything("matching", "/matches"), [])
    _heard(stage, listening, olu)
    _over(stage, listening, pia, quin)
    return {"referral": quin.id, "place": waiting["id"], "given_up": place["id"]}


def _heard(stage: Stage, listening: Offer, olu: str) -> None:
    stage.act("Open times: whoever comes is heard, and needs no name")
    supporting.contact(stage, listening, "listening", 3, by="olu", supporter_id=olu)
    [contact] = stage.worker("listeners").everything("matching", "/contacts")
    stage.sees("Olu logs how many came, and nothing else about them.", contact["people"], 3)
    stage.refuses(
        "An open time cannot be booked.",
        "slot-is-open",
        lambda: _book_open(stage, listening),
    )


def _book_open(stage: Stage, listening: Offer) -> Any:
    coordinator = stage.worker("listeners")
    [open_time] = [one for one in coordinator.everything("matching", "/slots") if one["times"] == "open"]
    return _book(stage, f"/slots/{open_time['id']}", _refer(stage, listening, "Rae Dummy"))


def _over(stage: Stage, listening: Offer, *heard: Referred) -> None:
    stage.act("The ending, and what is reported")
    for one in heard:
        doing.close(stage, one)
    names = ("closed", "contacts", "people_reached", "matched")
    stage.soon(
        "The report counts two closed, one open time at which three people were reached, and no match.",
        lambda: doing.counted(stage, "listeners", listening, *names),
        {"closed": 2, "contacts": 1, "people_reached": 3, "matched": 0},
    )


def _refer(stage: Stage, listening: Offer, name: str) -> Referred:
    needs: dict[str, Any] = {"needs": ["to-be-heard"], "channels": ["telephone"]}
    one = doing.refer(stage, "college", listening, doing.person(name), **needs)
    doing.accept(stage, one)
    return one


def _book(stage: Stage, slot: str, who: Referred) -> Any:
    coordinator = stage.worker("listeners")
    return stage.heard(lambda: coordinator.make("matching", f"{slot}/places", {"referral_id": who.id}))


def _tomorrow(hour: int, minute: int = 0) -> str:
    day = doing.today() + timedelta(days=1)
    return datetime.combine(day, time(hour, minute), ZoneInfo("Europe/London")).isoformat()


JOURNEY: Final = Journey(
    number=12,
    title="Peer listening",
    source="MH",
    words="listeners trained in counselling skills; booked or open times rather than a lasting match",
    parts=(
        Part("college", "Exampleton College", "college"),
        Part("listeners", "Testwell Listeners", supporters=("olu",)),
    ),
    play=play,
    elsewhere=(
        f"a booked time as it comes and is kept. Here it lies ahead, and a play does not wait; {BY_A_MOVED_CLOCK} does",
    ),
)
