"""What became of somebody whose match ended: a group that they moved to, and whether another supporter was to come."""

from alembic import op

revision = "0025"
down_revision = "0026"


def upgrade() -> None:
    op.execute(
        "alter table matches add column moved_to uuid references groups (id),"
        " add column replaced boolean not null default false"
    )
