"""How many of a programme's supporters hold its trainings, as told last; and supervision on time, to be told again."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add it, and forget what was told of supervision: referrals passed that over until now, and only news is told."""
    op.execute("alter table qualities add column training_held integer")
    op.execute("update qualities set supervision_on_time = null where supervision_on_time is not null")
