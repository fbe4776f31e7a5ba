"""Closing: what each agreement was before the closing ended it, so that calling the closing off can know."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the column. Of a closing that was announced before, nothing is known: its agreements are signed anew."""
    op.execute("alter table closings add column cuts jsonb not null default '{}'")
