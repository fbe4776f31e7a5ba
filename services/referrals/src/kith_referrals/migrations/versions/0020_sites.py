"""The sites of a programme, as codes, and the one to which somebody is referred.

A programme whose definition was applied before has none here until it is published again.
"""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.execute("alter table programmes add column sites text[] not null default '{}'")
    op.execute("alter table referrals add column site text")
