"""Who could not, where a session did not take place; and that the limits of confidentiality were explained."""

from alembic import op

revision = "0019"
down_revision = "0016"


def upgrade() -> None:
    """Add both, to sessions and to what they were said to be before."""
    for table in ("sessions", "session_corrections"):
        op.execute(
            f"alter table {table} add column could_not text check (could_not in ('person', 'supporter', 'both')),"
            " add column limits_explained boolean not null default false"
        )
