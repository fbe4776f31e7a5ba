"""Requests in: who may ask what, and what a refusal is in HTTP."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter

from kith_matching.api import (
    checking_in,
    developing,
    experience,
    handing_over,
    matches,
    occasions,
    proposing,
    rounds,
    supervising,
    supporting,
)
from kith_matching.domain import refusals

router: Final = APIRouter()
for part in (
    supervising.router,
    developing.router,
    experience.router,
    handing_over.router,
    checking_in.router,
    supporting.router,
    proposing.router,
    rounds.router,
    matches.router,
    occasions.router,
):
    router.include_router(part)

_ORGANISERS: Final = frozenset({"coordinator", "administrator"})
_THEMSELVES: Final = frozenset({"supporter"})

PERMISSIONS: Final[Mapping[str, frozenset[str]]] = {
    "put_supporter": _ORGANISERS,
    "list_supporters": _ORGANISERS,
    "get_supporter": _ORGANISERS,
    "read_supporter_contact": frozenset({"service:notifications"}),
    "list_supervision_due": _ORGANISERS,
    "log_supervision": _ORGANISERS,
    "log_supervision_meeting": _ORGANISERS,
    "list_supervisions": _ORGANISERS,
    "get_supervision": _ORGANISERS,
    "assess_competencies": _ORGANISERS,
    "put_development": _ORGANISERS,
    "get_development": _ORGANISERS,
    "get_record_of_experience": _ORGANISERS,
    "hand_over": _ORGANISERS,
    "list_handovers": _ORGANISERS,
    "check_in": _THEMSELVES,
    "list_check_ins": _THEMSELVES,
    "list_signals": _THEMSELVES,
    "list_shared_check_ins": _ORGANISERS,
    "log_call": _ORGANISERS,
    "list_calls": _ORGANISERS,
    "list_waiting": _ORGANISERS,
    "list_candidates": _ORGANISERS,
    "hold_round": _ORGANISERS,
    "get_round": _ORGANISERS,
    "list_rounds": _ORGANISERS,
    "propose": _ORGANISERS,
    "get_proposal": _ORGANISERS,
    "answer_proposal": _ORGANISERS,
    "list_matches": _ORGANISERS,
    "get_match": _ORGANISERS,
    "end_match": _ORGANISERS,
    "log_session": _ORGANISERS,
    "list_sessions": _ORGANISERS,
    "get_session": _ORGANISERS,
    "log_contact": _ORGANISERS,
    "list_contacts": _ORGANISERS,
    "get_contact": _ORGANISERS,
}
"""Who may call what. Only those who organise a programme see its supporters and referrals, and only their own's.

A supporter sees what is theirs alone.
"""

REFUSALS: Final[Mapping[type[Exception], int]] = {refusals.MatchingRefused: 409, refusals.NotFound: 404}
"""A rule that says no is a conflict with how things stand; what is not yours is not there."""
