"""What is seen of a referral is looked up for the rows that are shown, never for all there are.

The rule is that of 0009. PostgreSQL may answer an ``exists`` by reading the other table whole and once; for a page of
rows among a million that is most of its time, and it grows with the network. ``offset 0`` keeps it to the one row.
"""

from alembic import op

from kith_chassis.schema import secure

revision = "0014"
down_revision = "0013"

# `domain.lifecycle.OFFERED`: nobody has taken the referral on yet.
OFFERED = "('submitted', 'received', 'needs-information', 'not-yet', 'waiting', 'held')"
TODAY = "(now() at time zone 'Europe/London')::date"
IN_FORCE = f"""
    exists (
        select from sharing_agreements where sharing_agreements.id = referrals.agreement_id and ended_at is null
        and (ends_on is null or ends_on >= {TODAY}) offset 0
    )
"""
AGREED = f"""
    exists (
        select from consents where consents.referral_id = referrals.id and consents.purpose = 'share-referral'
        and consents.state = 'granted' and (consents.expires_on is null or consents.expires_on >= {TODAY}) offset 0
    )
"""


def upgrade() -> None:
    """Say the rule of ``domain.referral.may_see`` anew."""
    op.execute("drop policy referrals_sight on referrals")
    secure(
        op,
        "referrals",
        "referring_organisation_id = {org} or (programme_organisation_id = {org}"
        " and status <> 'draft' and closing_reason is distinct from 'released'"
        f" and (status not in {OFFERED} or agreement_id is null or {IN_FORCE}) and {AGREED})",
    )
