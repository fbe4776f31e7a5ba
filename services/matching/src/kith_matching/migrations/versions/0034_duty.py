"""A duty desk may be one programme's; a desk is told once that nobody answered what was shared."""

from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.execute("alter table duty_desks add column programme_id uuid")
    op.execute("alter table concern_sharings add column told_at timestamptz")
    op.execute(
        "create index concern_sharings_untold on concern_sharings (answer_by, id)"
        " where answered_on is null and told_at is null"
    )
