"""Requests of people who asked what is known of them: extended, and waiting for the person's answer."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the columns. Requests of before are neither: the code before this one leaves them as they are."""
    op.execute(
        """
        alter table subject_access_requests
            add column extended_on date,
            add column extended_for text,
            add column waiting_since date,
            add column waiting_for text,
            add column waits jsonb not null default '[]'
        """
    )
