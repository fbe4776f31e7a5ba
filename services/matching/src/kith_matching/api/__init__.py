"""Requests in: who may ask what, and what a refusal is in HTTP."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter

from kith_matching.api import exchange, groups, matches, mediating, occasions, proposing, rounds, supporting
from kith_matching.domain import refusals

router: Final = APIRouter()
for part in (
    supporting.router,
    proposing.router,
    rounds.router,
    matches.router,
    groups.router,
    mediating.router,
    exchange.router,
    occasions.router,
):
    router.include_router(part)

_ORGANISERS: Final = frozenset({"coordinator", "administrator"})

PERMISSIONS: Final[Mapping[str, frozenset[str]]] = {
    "put_supporter": _ORGANISERS,
    "list_supporters": _ORGANISERS,
    "get_supporter": _ORGANISERS,
    "read_supporter_contact": frozenset({"service:notifications"}),
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
    "put_group": _ORGANISERS,
    "list_groups": _ORGANISERS,
    "get_group": _ORGANISERS,
    "join_group": _ORGANISERS,
    "list_places": _ORGANISERS,
    "get_place": _ORGANISERS,
    "answer_place": _ORGANISERS,
    "leave_place": _ORGANISERS,
    "propose_mediation": _ORGANISERS,
    "list_mediations": _ORGANISERS,
    "get_mediation": _ORGANISERS,
    "answer_mediation": _ORGANISERS,
    "end_mediation": _ORGANISERS,
    "put_exchange_member": _ORGANISERS,
    "list_exchange_members": _ORGANISERS,
    "get_exchange_member": _ORGANISERS,
    "leave_exchange": _ORGANISERS,
    "list_exchange_suggestions": _ORGANISERS,
    "ask_exchange_members": _ORGANISERS,
    "get_exchange_agreement": _ORGANISERS,
    "answer_exchange_agreement": _ORGANISERS,
    "read_exchange_number": _ORGANISERS,
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
