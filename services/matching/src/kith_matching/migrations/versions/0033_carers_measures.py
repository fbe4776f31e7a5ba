"""Whose answers are kept with a referral, those from before being the person's; and a programme's goals are counted."""

from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.execute(
        "alter table measurements add column of text not null default 'person' check (of in ('person', 'carer'))"
    )
    op.execute("create index goals_programme on goals (programme_id)")
