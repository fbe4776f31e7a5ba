"""The tables that matching owns. Migrations make them; a test holds the two against each other."""

from kith_matching.tables.checking_in import calls, check_ins
from kith_matching.tables.concerns import concern_sharings, concern_words, concerns, duty_desks
from kith_matching.tables.developing import assessments, developments
from kith_matching.tables.due import dues
from kith_matching.tables.exchange import exchange_agreements, exchange_members
from kith_matching.tables.goals import goal_keys, goal_looks, goals
from kith_matching.tables.helping import comings, helpings
from kith_matching.tables.incidents import incident_follow_ups, incident_keys, incidents
from kith_matching.tables.interpreting import interpreters
from kith_matching.tables.known import organisations, programme_versions, programmes, qualities, referrals
from kith_matching.tables.looking_after import handovers, looked_after
from kith_matching.tables.loose_ends import loose_ends
from kith_matching.tables.materials import material_givings, materials
from kith_matching.tables.measuring import instrument_licences, measure_declines, measurements, own_measures
from kith_matching.tables.mediations import mediations
from kith_matching.tables.metadata import metadata
from kith_matching.tables.occasions import (
    attendances,
    contact_corrections,
    contacts,
    groups,
    session_corrections,
    sessions,
)
from kith_matching.tables.pairing import acquaintances, matches, picks, prices, proposals, rounds
from kith_matching.tables.path import (
    supporter_checks,
    supporter_lapses,
    supporter_steps,
    supporter_suspensions,
    supporter_trainings,
)
from kith_matching.tables.places import group_plans, places
from kith_matching.tables.session_notes import session_notes
from kith_matching.tables.sharing import disclosures, hats, topics_to_avoid
from kith_matching.tables.signposting import signposts, tasters
from kith_matching.tables.supervising import rhythms, supervision_keys, supervision_own_keys, supervisions
from kith_matching.tables.supporting import supporters
from kith_matching.tables.visiting import visits
from kith_matching.tables.watching import round_fairness, round_inputs, turns, unplaceable

__all__ = [
    "acquaintances",
    "assessments",
    "attendances",
    "calls",
    "check_ins",
    "comings",
    "concern_sharings",
    "concern_words",
    "concerns",
    "contact_corrections",
    "contacts",
    "developments",
    "disclosures",
    "dues",
    "duty_desks",
    "exchange_agreements",
    "exchange_members",
    "goal_keys",
    "goal_looks",
    "goals",
    "group_plans",
    "groups",
    "handovers",
    "hats",
    "helpings",
    "incident_follow_ups",
    "incident_keys",
    "incidents",
    "instrument_licences",
    "interpreters",
    "looked_after",
    "loose_ends",
    "matches",
    "material_givings",
    "materials",
    "measure_declines",
    "measurements",
    "mediations",
    "metadata",
    "organisations",
    "own_measures",
    "picks",
    "places",
    "prices",
    "programme_versions",
    "programmes",
    "proposals",
    "qualities",
    "referrals",
    "rhythms",
    "round_fairness",
    "round_inputs",
    "rounds",
    "session_corrections",
    "session_notes",
    "sessions",
    "signposts",
    "supervision_keys",
    "supervision_own_keys",
    "supervisions",
    "supporter_checks",
    "supporter_lapses",
    "supporter_steps",
    "supporter_suspensions",
    "supporter_trainings",
    "supporters",
    "tasters",
    "topics_to_avoid",
    "turns",
    "unplaceable",
    "visits",
]
