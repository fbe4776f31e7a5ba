"""Indexes that hold an organisation's referrals in the order of each part of its list; agreements looked up singly."""

from alembic import op

from kith_chassis.schema import secure

revision = "0014"
down_revision = "0013"

# As 0009 has it, with `offset 0`: without that PostgreSQL may read all agreements where it would need one of them.
OFFERED = "('submitted', 'received', 'needs-information', 'not-yet', 'waiting', 'held')"
TODAY = "(now() at time zone 'Europe/London')::date"
IN_FORCE = f"""
    exists (
        select from sharing_agreements where sharing_agreements.id = referrals.agreement_id and ended_at is null
        and (ends_on is null or ends_on >= {TODAY}) offset 0
    )
"""
SIGHT = (
    "referring_organisation_id = {org} or (programme_organisation_id = {org}"
    " and status <> 'draft' and closing_reason is distinct from 'released'"
    f" and (status not in {OFFERED} or agreement_id is null or {IN_FORCE})"
    " and exists (select from consents where consents.referral_id = referrals.id"
    " and consents.purpose = 'share-referral' and consents.state = 'granted'"
    f" and (consents.expires_on is null or consents.expires_on >= {TODAY})))"
)
# What ends with the programme can pass over others' without a look at the rows.
INDEXES = (
    "drop index referrals_received_due",
    "drop index referrals_made_due",
    "drop index referrals_received_urgent",
    "drop index referrals_made_urgent",
    """
    create index referrals_received_due on referrals (programme_organisation_id, urgent, due_on, id, programme_id)
        where due_on is not null
    """,
    """
    create index referrals_made_due on referrals (referring_organisation_id, urgent, due_on, id, programme_id)
        where due_on is not null
    """,
    """
    create index referrals_received_urgent on referrals (programme_organisation_id, id, programme_id)
        where urgent and closed_at is null
    """,
    """
    create index referrals_made_urgent on referrals (referring_organisation_id, id, programme_id)
        where urgent and closed_at is null
    """,
    "create index referrals_made_open on referrals (referring_organisation_id, id) where closed_at is null",
    "create index referrals_received_for on referrals (programme_organisation_id, programme_id, id)",
    "create index referrals_made_for on referrals (referring_organisation_id, programme_id, id)",
)


def upgrade() -> None:
    """Make them: no part of a list reads, and sorts, more than it shows (``views.listing``)."""
    for statement in INDEXES:
        op.execute(statement)
    op.execute("drop policy referrals_sight on referrals")
    secure(op, "referrals", SIGHT)
