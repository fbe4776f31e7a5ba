"""The claim ledger: results of households, each claimed once, and samples of them that auditors see until a day."""

from alembic import op

from kith_chassis.schema import secure, show

revision = "0021"
down_revision = "0020"

TABLES = (
    # No keys to households and referrals: a claim stays when its people are erased and their household is gone.
    """
    create table claims (
        id uuid primary key,
        organisation_id uuid not null,
        programme_id uuid not null references programmes,
        household_id uuid not null,
        referral_id uuid,
        result text not null,
        achieved_on date not null,
        evidence text not null,
        household_size integer not null,
        definition_version integer not null,
        payer_percent integer not null,
        claimed_on date not null,
        state text not null check (state in ('claimed', 'reversed')),
        reason text,
        reversed_on date,
        version integer not null
    )
    """,
    # Never claimed twice, whoever asks at the same moment; nor by way of another household of the same referral.
    "create unique index claims_once on claims (programme_id, household_id, result) where state = 'claimed'",
    "create unique index claims_once_by_referral on claims (referral_id, result) where state = 'claimed'",
    "create index claims_of on claims (organisation_id, id)",
    "create index claims_household on claims (household_id)",
    """
    create table claim_samples (
        id uuid primary key,
        organisation_id uuid not null,
        programme_id uuid not null references programmes,
        auditor_id uuid not null,
        until date not null,
        drawn_on date not null,
        claim_ids uuid[] not null
    )
    """,
    "create index claim_samples_auditor on claim_samples (auditor_id)",
)
TODAY = "(now() at time zone 'Europe/London')::date"


def upgrade() -> None:
    """Make them. Whoever audits reads the claims that were drawn for it until the sample's day, and changes none."""
    for statement in TABLES:
        op.execute(statement)
    secure(op, "claims", "organisation_id = {org}")
    secure(op, "claim_samples", "organisation_id = {org}")
    show(op, "claim_samples", "audited", "auditor_id = {org}")
    show(
        op,
        "claims",
        "audited",
        "exists (select from claim_samples where claim_samples.auditor_id = {org}"
        f" and claim_samples.until >= {TODAY} and claims.id = any(claim_samples.claim_ids))",
    )
