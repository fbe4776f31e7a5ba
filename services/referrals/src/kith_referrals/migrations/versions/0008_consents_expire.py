"""A consent may have a last day, after which it no longer shows the referral to anybody else."""

from alembic import op

from kith_chassis.schema import secure

revision = "0008"
down_revision = "0007"

OFFERED = "('submitted', 'received', 'needs-information', 'waiting', 'held')"
TODAY = "(now() at time zone 'Europe/London')::date"
IN_FORCE = f"""
    exists (
        select from sharing_agreements where sharing_agreements.id = referrals.agreement_id and ended_at is null
        and (ends_on is null or ends_on >= {TODAY})
    )
"""


def upgrade() -> None:
    """Add the day, and hold the line of ``domain.referral.may_see`` from the first moment of the next."""
    op.execute("alter table consents add column expires_on date")
    op.execute(
        "create index consents_expiring on consents (expires_on) where state = 'granted' and expires_on is not null"
    )
    op.execute("drop policy referrals_sight on referrals")
    secure(
        op,
        "referrals",
        "referring_organisation_id = {org} or (programme_organisation_id = {org}"
        " and closing_reason is distinct from 'released'"
        f" and (status not in {OFFERED} or agreement_id is null or {IN_FORCE})"
        " and exists (select from consents where consents.referral_id = referrals.id"
        " and consents.purpose = 'share-referral' and consents.state = 'granted'"
        f" and (consents.expires_on is null or consents.expires_on >= {TODAY})))",
    )
