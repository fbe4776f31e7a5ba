"""The tables that matching owns. Migrations make them; a test holds the two against each other."""

from kith_matching.tables.known import programme_versions, programmes, qualities, referrals
from kith_matching.tables.metadata import metadata
from kith_matching.tables.occasions import contacts, groups, sessions
from kith_matching.tables.pairing import acquaintances, matches, picks, prices, proposals, rounds
from kith_matching.tables.path import (
    supporter_checks,
    supporter_lapses,
    supporter_steps,
    supporter_suspensions,
    supporter_trainings,
)
from kith_matching.tables.sharing import disclosures, hats, topics_to_avoid
from kith_matching.tables.supporting import supporters
from kith_matching.tables.watching import round_fairness, round_inputs, turns, unplaceable

__all__ = [
    "acquaintances",
    "contacts",
    "disclosures",
    "groups",
    "hats",
    "matches",
    "metadata",
    "picks",
    "prices",
    "programme_versions",
    "programmes",
    "proposals",
    "qualities",
    "referrals",
    "round_fairness",
    "round_inputs",
    "rounds",
    "sessions",
    "supporter_checks",
    "supporter_lapses",
    "supporter_steps",
    "supporter_suspensions",
    "supporter_trainings",
    "supporters",
    "topics_to_avoid",
    "turns",
    "unplaceable",
]
