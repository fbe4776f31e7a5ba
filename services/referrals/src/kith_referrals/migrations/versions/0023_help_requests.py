"""People who asked, on their private page, that somebody on duty gets in touch."""

from alembic import op

from kith_chassis.schema import secure

revision = "0023"
down_revision = "0022"

TABLES = (
    # One in an hour, however often the button is pressed.
    """
    create table help_requests (
        id uuid primary key,
        organisation_id uuid not null,
        referral_id uuid not null,
        asked_at timestamptz not null,
        hour timestamptz not null,
        unique (referral_id, hour)
    )
    """,
)


def upgrade() -> None:
    """Make the table. The organisation whose programme it is answers, and sees it."""
    for statement in TABLES:
        op.execute(statement)
    secure(op, "help_requests", "organisation_id = {org}")
