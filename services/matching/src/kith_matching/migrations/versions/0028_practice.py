"""Of what else people were told, and who saw what it is like."""

from alembic import op

from kith_chassis.schema import secure

revision = "0028"
down_revision = "0027"

STATEMENTS = (
    """
    create table signposts (
        id uuid primary key,
        programme_id uuid not null,
        organisation_id uuid not null,
        entry_kind text not null check (entry_kind in ('programme', 'organisation')),
        entry_id uuid not null,
        told_on date not null,
        session_id uuid references sessions (id),
        contact_id uuid references contacts (id),
        referral_id uuid references referrals (id),
        went text check (went in ('went', 'did-not-go', 'turned-away')),
        version integer not null,
        check (session_id is null or contact_id is null),
        check (contact_id is null or referral_id is null)
    )
    """,
    "create index signposts_of on signposts (organisation_id, id)",
    "create index signposts_programme on signposts (programme_id)",
    "create index signposts_referral on signposts (referral_id, id) where referral_id is not null",
    """
    create table tasters (
        contact_id uuid primary key references contacts (id),
        referral_id uuid not null references referrals (id),
        organisation_id uuid not null
    )
    """,
    "create index tasters_referral on tasters (referral_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for table in ("signposts", "tasters"):
        secure(op, table, "organisation_id = {org}")
