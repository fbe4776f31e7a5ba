"""The tables this service owns, as its statements name them. Migrations make them."""

from kith_referrals.tables.arriving import (
    form_counts,
    form_key,
    help_requests,
    import_mappings,
    imported_rows,
    invitations,
    self_referrals,
)
from kith_referrals.tables.claims import claim_samples, claims
from kith_referrals.tables.governance import breaches, closings, complaints, machine_clients, members
from kith_referrals.tables.metadata import METADATA
from kith_referrals.tables.network import organisations, places, programme_definitions, programmes, sharing_agreements
from kith_referrals.tables.people import household_members, households, merges, people, person_decisions
from kith_referrals.tables.referrals import consents, contact_attempts, referral_steps, referrals
from kith_referrals.tables.rights import retention_looks, retention_reviews, retention_schedule, subject_access_requests

__all__ = [
    "METADATA",
    "breaches",
    "claim_samples",
    "claims",
    "closings",
    "complaints",
    "consents",
    "contact_attempts",
    "form_counts",
    "form_key",
    "help_requests",
    "household_members",
    "households",
    "import_mappings",
    "imported_rows",
    "invitations",
    "machine_clients",
    "members",
    "merges",
    "organisations",
    "people",
    "person_decisions",
    "places",
    "programme_definitions",
    "programmes",
    "referral_steps",
    "referrals",
    "retention_looks",
    "retention_reviews",
    "retention_schedule",
    "self_referrals",
    "sharing_agreements",
    "subject_access_requests",
]
