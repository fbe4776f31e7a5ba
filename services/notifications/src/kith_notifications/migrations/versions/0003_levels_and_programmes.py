"""How much a referrer hears, the programme's organisation as somebody who is told, and a day of which they read."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns. Where nothing else is said a referrer hears all there ever was to hear."""
    op.execute("""
        alter table referrals
            add column programme_organisation_id uuid,
            add column share_withdrawn_at timestamptz,
            add column share_granted_at timestamptz,
            add column hears_decision_from timestamptz default 'epoch',
            add column hears_progress_from timestamptz default 'epoch',
            add column hears_outcome_from timestamptz default 'epoch'
    """)
    op.execute("alter table waiting add column day date")
    op.execute("alter table messages add column day date")
