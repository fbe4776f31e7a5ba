"""How many of a programme's supporters are supervised on time and hold its trainings, as matching counted it last."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Keep both as the share with current checks is kept: in whole per cent, null where nothing is said."""
    op.execute("alter table programmes add column supervision_on_time integer, add column training_held integer")
