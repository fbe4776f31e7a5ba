"""Mediation, as journeys have it alike: two in a dispute, somebody close to neither, and the answers of the three."""

from typing import Any

from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage


def ask(stage: Stage, to: Offer, first: Referred, second: Referred, **more: str) -> Any:
    """Ask for a mediation between two; without a ``mediator_id`` the one who suits both is found."""
    parties = [{"kind": "referral", "id": one.id} for one in (first, second)]
    body = {"programme_id": to.id, "parties": parties, **more}
    return stage.heard(lambda: stage.worker(to.organisation).make("matching", "/mediations", body))


def answer(stage: Stage, to: Offer, mediation_id: str, by: str, said: str = "yes") -> Any:
    """Record what one of the three says: ``first``, ``second`` or ``mediator``."""
    body = {"answered_by": by, "answer": said}
    return stage.worker(to.organisation).move("matching", f"/mediations/{mediation_id}", "answers", body)


def end(stage: Stage, to: Offer, mediation_id: str, outcome: str = "settled") -> Any:
    """Record how it ended."""
    path = f"/mediations/{mediation_id}"
    return stage.worker(to.organisation).move("matching", path, "ending", {"outcome": outcome})
