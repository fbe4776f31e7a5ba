"""When a session or a contact was put down and when it arrived, and what a session was said to be before."""

from alembic import op

from kith_chassis.schema import secure

revision = "0017"
down_revision = "0015"


def upgrade() -> None:
    """Add what a device calls it and both times; of what was logged before this release nobody knows any."""
    for table in ("sessions", "contacts"):
        op.execute(
            f"alter table {table} add column client_id uuid, add column noted_at timestamptz,"
            " add column logged_at timestamptz"
        )
        op.execute(
            f"create unique index {table}_client on {table} (organisation_id, client_id) where client_id is not null"
        )
    op.execute("alter table sessions add column version integer not null default 1")
    op.execute("""
        create table session_corrections (
            session_id uuid not null references sessions (id),
            version integer not null,
            organisation_id uuid not null,
            held_on date not null,
            outcome text not null,
            minutes integer not null,
            channel text not null,
            topics text[] not null,
            attended_referral_ids uuid[] not null,
            replaced_at timestamptz not null,
            primary key (session_id, version)
        )
    """)
    secure(op, "session_corrections", "organisation_id = {org}")
