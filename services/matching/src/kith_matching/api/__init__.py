"""Requests in: who may ask what, and what a refusal is in HTTP."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter

from kith_matching.api import (
    attention,
    checking_in,
    checks,
    developing,
    exchange,
    experience,
    groups,
    handing_over,
    introducing,
    matches,
    mediating,
    occasions,
    path,
    proposals,
    proposing,
    reckoning,
    rounds,
    sharing,
    slots,
    supervising,
    supporting,
    suspending,
    training,
    unplaceable,
)
from kith_matching.domain import refusals

router: Final = APIRouter()
for part in (  # lists of supporters come first: their names would be taken for the id of one
    *(attention, path, supervising, checks, training, suspending, developing, experience, checking_in),
    *(supporting, sharing, handing_over),
    *(proposing, unplaceable, proposals, rounds, reckoning),
    *(introducing, matches, groups, slots, mediating, exchange, occasions),
):
    router.include_router(part.router)

_ORGANISERS: Final = frozenset({"coordinator", "administrator"})
_SAFEGUARDING: Final = frozenset({"coordinator"})
_THEMSELVES: Final = frozenset({"supporter"})

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
    "put_group": _ORGANISERS,
    "list_groups": _ORGANISERS,
    "get_group": _ORGANISERS,
    "join_group": _ORGANISERS,
    "list_places": _ORGANISERS,
    "get_place": _ORGANISERS,
    "answer_place": _ORGANISERS,
    "leave_place": _ORGANISERS,
    "put_slot": _ORGANISERS,
    "list_slots": _ORGANISERS,
    "get_slot": _ORGANISERS,
    "book_slot": _ORGANISERS,
    "list_slot_places": _ORGANISERS,
    "cancel_slot": _ORGANISERS,
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
"""Who may call what. Only those who organise a programme see its supporters and referrals, and only their own's.

A supporter sees what is theirs alone.
"""

REFUSALS: Final[Mapping[type[Exception], int]] = {refusals.MatchingRefused: 409, refusals.NotFound: 404}
"""A rule that says no is a conflict with how things stand; what is not yours is not there."""
