"""16. Peer mediation (MH, "Peer Mediation"): two in a dispute, and somebody who is close to neither."""

from typing import Final

from kith_cli.journeys import doing, mediating, supporting
from kith_cli.journeys.cast import Journey, Part, Played
from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage


def play(stage: Stage) -> Played:
    """Two neighbours settle a dispute; two others do not begin, because one says no; and a friend may not mediate."""
    stage.act("Mediators are trained in conflict resolution")
    mediation = doing.offer(stage, "mediators", "peer-mediation")
    trained = doing.take_on(stage, mediation, "Nia Testwell")
    untrained = doing.take_on(stage, mediation, "Owen Dummy", ready=False)
    settled = _settled(stage, mediation, trained, untrained)
    declined = _declined(stage, mediation)
    fuller = _in_a_fuller_programme(stage)
    return {"programme": mediation.id, "mediator": trained, "settled": settled, "declined": declined, **fuller}


def _settled(stage: Stage, mediation: Offer, trained: str, untrained: str) -> str:
    stage.act("Both agree, and it is settled")
    coordinator = stage.worker("mediators")
    stage.tell("Pam and Rhys, neighbours who do not speak any more, both ask for somebody to help them.")
    pam, rhys = (_refer(stage, mediation, name) for name in ("Pam Exampleton", "Rhys Sampleton"))
    stage.refuses(
        "Owen has not finished the training, and cannot be asked.",
        "training-missing",
        lambda: mediating.ask(stage, mediation, pam, rhys, mediator_id=untrained),
    )
    asked = mediating.ask(stage, mediation, pam, rhys)
    stage.sees("Without a name the mediator who suits both is found: Nia.", asked["mediator_id"], trained)
    path = f"/mediations/{asked['id']}"
    stage.refuses(
        "Nia is not asked before both have agreed.",
        "parties-answer-first",
        lambda: mediating.answer(stage, mediation, asked["id"], "mediator"),
    )
    mediating.answer(stage, mediation, asked["id"], "second")
    stage.sees("Rhys says yes. It takes two.", coordinator.read("matching", path)["state"], "awaiting-parties")
    mediating.answer(stage, mediation, asked["id"], "first")
    seen = coordinator.read("matching", path)
    stage.sees("Pam does too. Now Nia is asked.", seen["state"], "awaiting-mediator")
    agreed = mediating.answer(stage, mediation, asked["id"], "mediator")
    stage.sees("She agrees.", agreed["state"], "agreed")
    ended = mediating.end(stage, mediation, asked["id"])
    stage.sees("It is settled.", (ended["state"], ended["outcome"]), ("ended", "settled"))
    for one in (pam, rhys):
        doing.close(stage, one)
    names = ("received", "closed", "matched")
    stage.soon(
        "The report counts two who came, and two whose support ended. It was no match.",
        lambda: doing.counted(stage, "mediators", mediation, *names),
        {"received": 2, "closed": 2, "matched": 0},
    )
    return str(asked["id"])


def _declined(stage: Stage, mediation: Offer) -> str:
    stage.act("One does not agree, and it does not begin")
    sian, tom = (_refer(stage, mediation, name) for name in ("Sian Testwell", "Tom Dummy"))
    asked = mediating.ask(stage, mediation, sian, tom)
    mediating.answer(stage, mediation, asked["id"], "first")
    over = mediating.answer(stage, mediation, asked["id"], "second", "no")
    stage.sees("Tom says no. That is the end of it, and he gives no reason.", over["state"], "declined")
    return str(asked["id"])


def _in_a_fuller_programme(stage: Stage) -> dict[str, str]:
    stage.act("As part of a fuller programme")
    befriending = doing.offer(stage, "mediators", "relative-experience")
    stage.holds(
        "It is a component that any programme switches on: here it is one of befriending.",
        "mediation" in [one.value for one in befriending.definition.support.components],
    )
    close, far = (doing.take_on(stage, befriending, name) for name in ("Una Sampleton", "Vic Testwell"))
    for one in (close, far):
        doing.train(stage, befriending, one, "conflict-resolution")
    wyn, xena = (_refer(stage, befriending, name) for name in ("Wyn Exampleton", "Xena Dummy"))
    stage.tell("Una befriends Wyn. Then Wyn and Xena fall out.")
    supporting.introduce(stage, wyn, close)
    stage.refuses(
        "Una may not mediate: she is close to one of the two.",
        "close-to-one",
        lambda: mediating.ask(stage, befriending, wyn, xena, mediator_id=close),
    )
    asked = mediating.ask(stage, befriending, wyn, xena)
    stage.sees("Vic, who is close to neither, is found.", asked["mediator_id"], far)
    return {"befriending": befriending.id, "befriender": close, "far": far, "fuller": str(asked["id"])}


def _refer(stage: Stage, to: Offer, name: str) -> Referred:
    one = doing.refer(stage, "mediators", to, doing.person(name), needs=["dispute"], channels=["telephone"])
    doing.accept(stage, one)
    return one


JOURNEY: Final = Journey(
    number=16,
    title="Peer mediation",
    source="MH",
    words=(
        "mediators trained in conflict resolution; usually part of a fuller programme, so a component that any "
        "programme can switch on; both must agree, and the mediator is close to neither"
    ),
    parts=(Part("mediators", "Exampleton Peer Mediation"),),
    play=play,
)
