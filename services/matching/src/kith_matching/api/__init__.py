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
    offers,
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
from kith_matching.api.asking import ORGANISERS
from kith_matching.domain import refusals

router: Final = APIRouter()
for part in (  # lists of supporters come first: their names would be taken for the id of one
    *(attention, path, supervising, checks, training, suspending, developing, experience, checking_in),
    *(supporting, sharing, offers, handing_over),
    *(proposing, unplaceable, proposals, rounds, reckoning),
    *(introducing, matches, groups, slots, mediating, exchange, occasions),
):
    router.include_router(part.router)

_SAFEGUARDING: Final = frozenset({"coordinator"})
_THEMSELVES: Final = frozenset({"supporter"})
_EITHER: Final = ORGANISERS | _THEMSELVES

PERMISSIONS: Final[Mapping[str, frozenset[str]]] = {
    "put_supporter": ORGANISERS,
    "list_supporters": ORGANISERS,
    "get_supporter": ORGANISERS,
    "put_disclosures": _EITHER,
    "get_disclosures": _THEMSELVES,
    "put_topics_to_avoid": _EITHER,
    "preview_supporter": _EITHER,
    "link_person": frozenset({"coordinator"}),
    "get_progression": frozenset({"coordinator"}),
    "record_step": ORGANISERS,
    "list_steps": ORGANISERS,
    "count_paths": ORGANISERS,
    "list_attention": ORGANISERS,
    "record_check": ORGANISERS,
    "list_checks": ORGANISERS,
    "record_training": ORGANISERS,
    "list_trainings": ORGANISERS,
    "record_staff_training": ORGANISERS,
    "list_staff_trainings": ORGANISERS,
    "suspend_supporter": _SAFEGUARDING,
    "get_suspension": _SAFEGUARDING,
    "lift_suspension": _SAFEGUARDING,
    "read_supporter_contact": frozenset({"service:notifications"}),
    "list_supervision_due": ORGANISERS,
    "log_supervision": ORGANISERS,
    "log_supervision_meeting": ORGANISERS,
    "list_supervisions": ORGANISERS,
    "get_supervision": ORGANISERS,
    "assess_competencies": ORGANISERS,
    "put_development": ORGANISERS,
    "get_development": ORGANISERS,
    "get_record_of_experience": ORGANISERS,
    "hand_over": ORGANISERS,
    "list_handovers": ORGANISERS,
    "check_in": _THEMSELVES,
    "list_check_ins": _THEMSELVES,
    "list_signals": _THEMSELVES,
    "list_offers": _THEMSELVES,
    "answer_offer": _THEMSELVES,
    "list_shared_check_ins": ORGANISERS,
    "log_call": ORGANISERS,
    "list_calls": ORGANISERS,
    "list_waiting": ORGANISERS,
    "list_unplaceable": ORGANISERS,
    "list_candidates": ORGANISERS,
    "hold_round": ORGANISERS,
    "get_round": ORGANISERS,
    "list_rounds": ORGANISERS,
    "replay_round": ORGANISERS,
    "find_most_helpful": ORGANISERS,
    "get_fairness": ORGANISERS,
    "propose": ORGANISERS,
    "get_proposal": ORGANISERS,
    "answer_proposal": ORGANISERS,
    "note_acquaintance": ORGANISERS,
    "take_acquaintance_back": ORGANISERS,
    "plan_encounter": ORGANISERS,
    "list_matches": ORGANISERS,
    "get_match": ORGANISERS,
    "get_match_supporter": ORGANISERS,
    "end_match": ORGANISERS,
    "put_group": ORGANISERS,
    "list_groups": ORGANISERS,
    "get_group": ORGANISERS,
    "join_group": ORGANISERS,
    "list_places": ORGANISERS,
    "get_place": ORGANISERS,
    "answer_place": ORGANISERS,
    "leave_place": ORGANISERS,
    "put_slot": ORGANISERS,
    "list_slots": ORGANISERS,
    "get_slot": ORGANISERS,
    "book_slot": ORGANISERS,
    "list_slot_places": ORGANISERS,
    "cancel_slot": ORGANISERS,
    "propose_mediation": ORGANISERS,
    "list_mediations": ORGANISERS,
    "get_mediation": ORGANISERS,
    "answer_mediation": ORGANISERS,
    "end_mediation": ORGANISERS,
    "put_exchange_member": ORGANISERS,
    "list_exchange_members": ORGANISERS,
    "get_exchange_member": ORGANISERS,
    "leave_exchange": ORGANISERS,
    "list_exchange_suggestions": ORGANISERS,
    "ask_exchange_members": ORGANISERS,
    "get_exchange_agreement": ORGANISERS,
    "answer_exchange_agreement": ORGANISERS,
    "read_exchange_number": ORGANISERS,
    "log_session": ORGANISERS,
    "list_sessions": ORGANISERS,
    "get_session": ORGANISERS,
    "log_contact": ORGANISERS,
    "list_contacts": ORGANISERS,
    "get_contact": ORGANISERS,
}
"""Who may call what. Only those who organise a programme see its supporters and referrals, and only their own's.

A supporter sees what is theirs alone.
"""

REFUSALS: Final[Mapping[type[Exception], int]] = {refusals.MatchingRefused: 409, refusals.NotFound: 404}
"""A rule that says no is a conflict with how things stand; what is not yours is not there."""
