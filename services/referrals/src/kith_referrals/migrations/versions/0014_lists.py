"""Indexes that hold an organisation's referrals in the order of each part of its list."""

from alembic import op

revision = "0014"
down_revision = "0013"

INDEXES = (
    "drop index referrals_received_due",
    "drop index referrals_made_due",
    """
    create index referrals_received_due on referrals (programme_organisation_id, urgent, due_on, id)
        where due_on is not null
    """,
    """
    create index referrals_made_due on referrals (referring_organisation_id, urgent, due_on, id)
        where due_on is not null
    """,
    "create index referrals_made_open on referrals (referring_organisation_id, id) where closed_at is null",
    "create index referrals_received_for on referrals (programme_organisation_id, programme_id, id)",
    "create index referrals_made_for on referrals (referring_organisation_id, programme_id, id)",
)


def upgrade() -> None:
    """Make them: no part of a list reads, and sorts, more than it shows (``views.listing``)."""
    for statement in INDEXES:
        op.execute(statement)
