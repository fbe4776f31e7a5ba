"""The tables that matching owns. Migrations make them; a test holds the two against each other."""

from kith_matching.tables.exchange import exchange_agreements, exchange_members
from kith_matching.tables.known import programme_versions, programmes, qualities, referrals
from kith_matching.tables.mediations import mediations
from kith_matching.tables.metadata import metadata
from kith_matching.tables.occasions import contacts, groups, sessions
from kith_matching.tables.pairing import matches, picks, prices, proposals, rounds
from kith_matching.tables.places import group_plans, places
from kith_matching.tables.supporting import supporters

__all__ = [
    "contacts",
    "exchange_agreements",
    "exchange_members",
    "group_plans",
    "groups",
    "matches",
    "mediations",
    "metadata",
    "picks",
    "places",
    "prices",
    "programme_versions",
    "programmes",
    "proposals",
    "qualities",
    "referrals",
    "rounds",
    "sessions",
    "supporters",
]
