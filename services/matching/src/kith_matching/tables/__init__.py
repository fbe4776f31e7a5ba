"""The tables that matching owns. Migrations make them; a test holds the two against each other."""

from kith_matching.tables.checking_in import calls, check_ins
from kith_matching.tables.developing import assessments, developments
from kith_matching.tables.known import organisations, programme_versions, programmes, qualities, referrals
from kith_matching.tables.looking_after import handovers, looked_after
from kith_matching.tables.metadata import metadata
from kith_matching.tables.occasions import contacts, groups, sessions
from kith_matching.tables.pairing import matches, picks, prices, proposals, rounds
from kith_matching.tables.supervising import rhythms, supervision_keys, supervisions
from kith_matching.tables.supporting import supporters

__all__ = [
    "assessments",
    "calls",
    "check_ins",
    "contacts",
    "developments",
    "groups",
    "handovers",
    "looked_after",
    "matches",
    "metadata",
    "organisations",
    "picks",
    "prices",
    "programme_versions",
    "programmes",
    "proposals",
    "qualities",
    "referrals",
    "rhythms",
    "rounds",
    "sessions",
    "supervision_keys",
    "supervisions",
    "supporters",
]
