"""What fell due and was told; and what finds the matches that run."""

from alembic import op

from kith_chassis.schema import secure

revision = "0022"
down_revision = "0024"

STATEMENTS = (
    """
    create table dues (
        id uuid primary key,
        kind text not null,
        thing_id uuid not null,
        missing text not null,
        due_on date not null,
        organisation_id uuid not null,
        referral_id uuid references referrals (id),
        raised_at timestamptz not null,
        unique (kind, thing_id, missing, due_on)
    )
    """,
    "create index dues_referral on dues (referral_id) where referral_id is not null",
    "create index matches_running on matches (organisation_id) where ended_on is null",
    "create index referrals_erased on referrals (id) where erased",
    "create index calls_held on calls (supporter_id, held_on)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    secure(op, "dues", "organisation_id = {org}")
