"""Whether a session took longer than its programme allows. What was logged before said nothing of it."""

from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    for table in ("sessions", "session_corrections"):
        op.execute(f"alter table {table} add column over_limit boolean not null default false")
