"""How two people come to be introduced: who may know whom, why somebody said no, and what they do when they meet."""

from alembic import op

from kith_chassis.schema import secure

revision = "0013"
down_revision = "0011"

STATEMENTS = (
    """
    create table acquaintances (
        referral_id uuid,
        supporter_id uuid,
        organisation_id uuid not null,
        noted_at timestamptz not null,
        primary key (referral_id, supporter_id)
    )
    """,
    "alter table proposals add column got_to_know boolean not null default false",
    "alter table proposals add column reason text, add column again_from date",
    "alter table matches add column encounter text",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    secure(op, "acquaintances", "organisation_id = {org}")
