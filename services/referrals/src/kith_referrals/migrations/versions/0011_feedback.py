"""How much a referrer hears, and of which last day of a consent those who rely on it were told."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add both. A word without a level is one from before there were levels, and allows all of it."""
    op.execute("alter table consents add column feedback text, add column noticed_for date")
