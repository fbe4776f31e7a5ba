"""What supporters share, show and avoid, and where they are supported themselves."""

from alembic import op

from kith_chassis.schema import secure

revision = "0009"
down_revision = "0010"

# Null where the release before this one still writes.
STATEMENTS = (
    "alter table supporters add column connections jsonb, add column age_band text",
    """
    create table disclosures (
        supporter_id uuid primary key references supporters,
        organisation_id uuid not null,
        said jsonb not null
    )
    """,
    """
    create table topics_to_avoid (
        supporter_id uuid primary key references supporters,
        organisation_id uuid not null,
        codes text[] not null
    )
    """,
    """
    create table hats (
        supporter_id uuid primary key references supporters,
        organisation_id uuid not null,
        person_id uuid not null
    )
    """,
    "create index hats_of on hats (person_id)",
    "create index matches_referral on matches (referral_id)",
    "create index topics_to_avoid_of on topics_to_avoid (organisation_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for table in ("disclosures", "topics_to_avoid", "hats"):
        secure(op, table, "organisation_id = {org}")
