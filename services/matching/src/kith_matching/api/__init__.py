"""Requests in: who may ask what, and what a refusal is in HTTP."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter

from kith_matching.api import (
    attention,
    checks,
    introducing,
    matches,
    occasions,
    path,
    proposals,
    proposing,
    reckoning,
    rounds,
    sharing,
    supporting,
    suspending,
    training,
    unplaceable,
)
from kith_matching.domain import refusals

router: Final = APIRouter()
for part in (  # lists of supporters come first: their names would be taken for the id of one
    *(attention, path, checks, training, suspending, supporting, sharing),
    *(proposing, unplaceable, proposals, rounds, reckoning),
    *(introducing, matches, occasions),
):
    router.include_router(part.router)

_ORGANISERS: Final = frozenset({"coordinator", "administrator"})
_SAFEGUARDING: Final = frozenset({"coordinator"})

PERMISSIONS: Final[Mapping[str, frozenset[str]]] = {
    "put_supporter": _ORGANISERS,
    "list_supporters": _ORGANISERS,
    "get_supporter": _ORGANISERS,
    "put_disclosures": _ORGANISERS,
    "put_topics_to_avoid": _ORGANISERS,
    "preview_supporter": _ORGANISERS,
    "link_person": frozenset({"coordinator"}),
    "get_progression": frozenset({"coordinator"}),
    "record_step": _ORGANISERS,
    "list_steps": _ORGANISERS,
    "count_paths": _ORGANISERS,
    "list_attention": _ORGANISERS,
    "record_check": _ORGANISERS,
    "list_checks": _ORGANISERS,
    "record_training": _ORGANISERS,
    "list_trainings": _ORGANISERS,
    "record_staff_training": _ORGANISERS,
    "list_staff_trainings": _ORGANISERS,
    "suspend_supporter": _SAFEGUARDING,
    "get_suspension": _SAFEGUARDING,
    "lift_suspension": _SAFEGUARDING,
    "read_supporter_contact": frozenset({"service:notifications"}),
    "list_waiting": _ORGANISERS,
    "list_unplaceable": _ORGANISERS,
    "list_candidates": _ORGANISERS,
    "hold_round": _ORGANISERS,
    "get_round": _ORGANISERS,
    "list_rounds": _ORGANISERS,
    "replay_round": _ORGANISERS,
    "find_most_helpful": _ORGANISERS,
    "get_fairness": _ORGANISERS,
    "propose": _ORGANISERS,
    "get_proposal": _ORGANISERS,
    "answer_proposal": _ORGANISERS,
    "note_acquaintance": _ORGANISERS,
    "take_acquaintance_back": _ORGANISERS,
    "plan_encounter": _ORGANISERS,
    "list_matches": _ORGANISERS,
    "get_match": _ORGANISERS,
    "get_match_supporter": _ORGANISERS,
    "end_match": _ORGANISERS,
    "log_session": _ORGANISERS,
    "list_sessions": _ORGANISERS,
    "get_session": _ORGANISERS,
    "log_contact": _ORGANISERS,
    "list_contacts": _ORGANISERS,
    "get_contact": _ORGANISERS,
}
"""Who may call what. Only those who organise a programme see its supporters and referrals, and only their own's."""

REFUSALS: Final[Mapping[type[Exception], int]] = {refusals.MatchingRefused: 409, refusals.NotFound: 404}
"""A rule that says no is a conflict with how things stand; what is not yours is not there."""
