"""How many of a programme's supporters have current checks, as matching counted it last."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Keep it: in whole per cent, null where nothing is said. A count that comes late is known by its time."""
    op.execute("alter table programmes add column checks_current integer, add column quality_counted_at timestamptz")
