"""What a device calls a session or a contact, when it was put down there, and when it arrived."""

from alembic import op

revision = "0017"
down_revision = "0015"


def upgrade() -> None:
    """Add all three; of what was logged before this release nobody knows any."""
    for table in ("sessions", "contacts"):
        op.execute(
            f"alter table {table} add column client_id uuid, add column noted_at timestamptz,"
            " add column logged_at timestamptz"
        )
        op.execute(
            f"create unique index {table}_client on {table} (organisation_id, client_id) where client_id is not null"
        )
