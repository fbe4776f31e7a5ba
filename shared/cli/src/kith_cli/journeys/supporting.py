"""Support, as many journeys have it alike: two introduced, sessions, groups and their meetings, measures, an ending."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from kith_chassis import clock
from kith_cli.journeys.doing import Offer, Referred, take_on, today
from kith_cli.journeys.stage import Stage

WORDED_THE_OTHER_WAY: Final = frozenset({3, 5, 8, 9, 10})


def candidates(stage: Stage, referred: Referred) -> dict[str, Any]:
    """Whom matching would propose to somebody, and why."""
    coordinator, path = stage.worker(referred.to.organisation), f"/referrals/{referred.id}/candidates"
    found: dict[str, Any] = stage.heard(lambda: coordinator.read("matching", path))
    return found


def propose(stage: Stage, referred: Referred, supporter_id: str) -> dict[str, Any]:
    """Propose a pair, of whom the coordinator knows both a little."""
    pair = {"referral_id": referred.id, "supporter_id": supporter_id, "got_to_know": True}
    coordinator = stage.worker(referred.to.organisation)
    made: dict[str, Any] = stage.heard(lambda: coordinator.make("matching", "/proposals", pair))
    return made


def answer(stage: Stage, referred: Referred, proposal_id: str, by: str, said: str = "yes") -> dict[str, Any]:
    """Record what one side says to a proposal; nobody here minds that it may be somebody they know."""
    body: dict[str, Any] = {"answered_by": by, "answer": said}
    matching = referred.to.definition.matching
    if matching is not None and matching.knowing_each_other.value == "ask-each":
        body["knowing_is_fine"] = True
    coordinator = stage.worker(referred.to.organisation)
    answered: dict[str, Any] = coordinator.move("matching", f"/proposals/{proposal_id}", "answers", body)
    return answered


def introduce(stage: Stage, referred: Referred, supporter_id: str) -> str:
    """Propose a pair to which first the person and then the supporter says yes; the match."""
    proposal = propose(stage, referred, supporter_id)
    answer(stage, referred, proposal["id"], "person")
    return str(answer(stage, referred, proposal["id"], "supporter")["match_id"])


def meeting(minutes: int = 60, **more: Any) -> dict[str, Any]:
    """An occasion of today, as it is logged."""
    usual = {"held_on": today().isoformat(), "minutes": minutes, "channel": "in-person"}
    return usual | more


def hold(stage: Stage, organisation: str, match_id: str, minutes: int = 60, **more: Any) -> str:
    """Log a session of a match; its id."""
    body = {"kind": "one-to-one", "match_id": match_id, **meeting(minutes, **more)}
    return str(stage.worker(organisation).make("matching", "/sessions", body)["id"])


def gather_group(stage: Stage, to: Offer, facilitators: Iterable[str], **more: Any) -> str:
    """Plan a group; its id."""
    group_id = str(clock.new_id())
    body = {
        "programme_id": to.id,
        "facilitators": list(facilitators),
        "starts_on": today().isoformat(),
        "channel": "in-person",
        **more,
    }
    stage.heard(lambda: stage.worker(to.organisation).say("matching", f"/groups/{group_id}", body))
    return group_id


def join(stage: Stage, referred: Referred, group_id: str, comes_with: int = 0) -> dict[str, Any]:
    """Give somebody a place in a group, or on its list."""
    body = {"referral_id": referred.id, "comes_with": comes_with}
    coordinator = stage.worker(referred.to.organisation)
    place: dict[str, Any] = stage.heard(lambda: coordinator.make("matching", f"/groups/{group_id}/places", body))
    return place


def meet(stage: Stage, to: Offer, group_id: str, attended: Iterable[Referred], **more: Any) -> str:
    """Log a meeting of a group; its id."""
    body = {
        "kind": "group",
        "group_id": group_id,
        "programme_id": to.id,
        "attended_referral_ids": [one.id for one in attended],
        **meeting(**more),
    }
    coordinator = stage.worker(to.organisation)
    return str(stage.heard(lambda: coordinator.make("matching", "/sessions", body))["id"])


def measure(
    stage: Stage, referred: Referred, instrument: str, moment: str, answers: Mapping[str, int], *, of: str = "person"
) -> None:
    """Record what somebody, or the ``carer`` who comes with them, answered about how they are."""
    version = stage.worker(referred.to.organisation).read("matching", f"/instruments/{instrument}")["version"]
    said = {"instrument": instrument, "version": version, "answers": dict(answers), "of": of}
    _measured(stage, referred, moment, said)


def import_score(stage: Stage, referred: Referred, instrument: str, moment: str, values: Mapping[str, str]) -> None:
    """Record a score that an organisation with a licence of the instrument has reckoned."""
    imported = {"values": dict(values), "licence_holder": "Exampleton Evaluators"}
    _measured(stage, referred, moment, {"instrument": instrument, "version": "2026", "imported": imported})


def _measured(stage: Stage, referred: Referred, moment: str, said: Mapping[str, Any]) -> None:
    body = {"moment": moment, "taken_on": today().isoformat(), "language": "en", "mode": "in-person", **said}
    path = f"/referrals/{referred.id}/measurements"
    stage.heard(lambda: stage.worker(referred.to.organisation).make("matching", path, body))


def scores(stage: Stage, referred: Referred, instrument: str, *, of: str = "person") -> dict[str, str]:
    """What somebody's answers to an instrument come to, by the moment at which they were asked.

    Of an instrument that asks one question and has no total it is the answer.
    """
    path = f"/referrals/{referred.id}/measurements"
    found = stage.worker(referred.to.organisation).everything("matching", path)
    theirs = [one for one in found if (one["instrument"], one["of"]) == (instrument, of)]
    return {one["moment"]: one["total"] or one["parts"][0]["value"] for one in theirs}


def set_goal(stage: Stage, referred: Referred, code: str, near: int, **more: str) -> str:
    """Set a goal with somebody, who says how near they are to it today, of 10; its id."""
    body = {"code": code, "set_on": today().isoformat(), **more}
    coordinator, path = stage.worker(referred.to.organisation), f"/referrals/{referred.id}/goals"
    goal_id = str(stage.heard(lambda: coordinator.make("matching", path, body))["id"])
    look_at_goal(stage, referred, goal_id, near)
    return goal_id


def look_at_goal(stage: Stage, referred: Referred, goal_id: str, near: int) -> None:
    """Keep how near somebody says they are to a goal, of 10."""
    look = {"looked_on": today().isoformat(), "at": "session", "near": near}
    stage.worker(referred.to.organisation).make("matching", f"/goals/{goal_id}/looks", look)


def reach_goal(stage: Stage, referred: Referred, goal_id: str) -> None:
    """Say that somebody reached a goal."""
    reached = {"state": "reached", "on": today().isoformat()}
    stage.worker(referred.to.organisation).move("matching", f"/goals/{goal_id}", "ending", reached)


def goals(stage: Stage, to: Offer, code: str) -> dict[str, int]:
    """How many goals of a code a programme's people set, are nearer to and reached."""
    counted = stage.worker(to.organisation).read("matching", f"/programmes/{to.id}/goals")["items"]
    [one] = [one for one in counted if one["code"] == code]
    return {name: one[name] for name in ("set", "nearer", "reached")}


def contact(stage: Stage, to: Offer, kind: str, people: int, *, by: str = "coordinator", **more: Any) -> str:
    """Log an occasion of today with so many people who are not named; ``by`` is who logs it. Its id."""
    body = {"programme_id": to.id, "held_on": today().isoformat(), "kind": kind, "people": people, **more}
    return str(stage.heard(lambda: stage.worker(to.organisation, by).make("matching", "/contacts", body))["id"])


def alike(questions: int, answer: int) -> dict[str, int]:
    """The same answer to every question of an instrument."""
    return {str(number): answer for number in range(1, questions + 1)}


def self_esteem(agrees: int) -> dict[str, int]:
    """Rosenberg's ten statements: how far somebody agrees, of 3, with what speaks for them, and the less with the rest.

    Agreeing with five of them means less self-esteem.
    """
    return {str(one): 3 - agrees if one in WORDED_THE_OTHER_WAY else agrees for one in range(1, 11)}


def apply(stage: Stage, to: Offer, name: str, *, own: str, **more: Any) -> str:
    """Somebody with access of their own applies to support, and sees every step of the file before them; their id."""
    supporter_id = take_on(stage, to, name, own=own, ready=False, state="application", **more)
    asked = [one.value for one in to.definition.supporters.steps]
    path = f"/supporters/{supporter_id}/steps"
    stage.soon(
        f"{name} applies. Before the first session stand: {', '.join(asked)}.",
        lambda: stage.worker(to.organisation).read("matching", path)["unfinished"],
        asked,
    )
    return supporter_id


def walk(stage: Stage, to: Offer, supporter_id: str, step: str, days: int = 7) -> None:
    """Record a step on a supporter's way that took so many days, and is finished today."""
    coordinator, path = stage.worker(to.organisation), f"/supporters/{supporter_id}/steps"
    begun = today() - timedelta(days=days)
    coordinator.make("matching", path, {"moment": "begun", "step": step, "on": begun.isoformat()})
    coordinator.make("matching", path, {"moment": "finished", "step": step, "on": today().isoformat()})


def reach(stage: Stage, to: Offer, supporter_id: str, state: str, **more: str) -> None:
    """Record the state that a supporter has reached today."""
    body = {"moment": "reached", "step": state, "on": today().isoformat(), **more}
    stage.worker(to.organisation).make("matching", f"/supporters/{supporter_id}/steps", body)


def supervise(stage: Stage, organisation: str, supporter_id: str, prompts: Iterable[str]) -> None:
    """Log a supervision of a supporter; what was asked is sealed to who gave it."""
    body = {"held_on": today().isoformat(), "minutes": 60, "prompts": list(prompts)}
    stage.worker(organisation).make("matching", f"/supporters/{supporter_id}/supervisions", body)


def asked(stage: Stage, referred: Referred, match_id: str, said: str, moment: str = "second-session") -> None:
    """Record what the person, asked alone, says of whether it helps."""
    body = {"asked_on": today().isoformat(), "moment": moment, "said": said}
    stage.worker(referred.to.organisation).make("matching", f"/matches/{match_id}/helping", body)


def end(stage: Stage, referred: Referred, match_id: str, ending: str = "planned") -> None:
    """End a match."""
    stage.worker(referred.to.organisation).move("matching", f"/matches/{match_id}", "ending", {"ending": ending})
