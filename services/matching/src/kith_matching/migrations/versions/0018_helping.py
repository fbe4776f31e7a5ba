"""Does it help? What the person says, and who saw to it where it is harder."""

from alembic import op

from kith_chassis.schema import secure

revision = "0018"
down_revision = "0017"

STATEMENTS = (
    """
    create table helpings (
        id uuid primary key,
        match_id uuid not null references matches (id),
        referral_id uuid not null references referrals (id),
        programme_id uuid not null,
        organisation_id uuid not null,
        asked_on date not null,
        moment text not null check (moment in ('second-session', 'review', 'in-between')),
        said text not null check (said in ('helping', 'no-different', 'harder')),
        seen_by text,
        seen_at timestamptz,
        version integer not null,
        check ((seen_by is null) = (seen_at is null)),
        check (seen_at is null or said = 'harder')
    )
    """,
    "create index helpings_match on helpings (match_id, asked_on)",
    "create index helpings_referral on helpings (referral_id)",
    "create index helpings_harder on helpings (organisation_id, id) where said = 'harder' and seen_at is null",
    """
    create index sessions_happened on sessions (match_id, held_on)
    where match_id is not null and outcome = 'happened'
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    secure(op, "helpings", "organisation_id = {org}")
