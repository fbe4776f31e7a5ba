"""Which measures are due: at which review somebody said how it goes, who would rather not, and matches by ending."""

from alembic import op

from kith_chassis.schema import secure

revision = "0038"
down_revision = "0037"

STATEMENTS = (
    "alter table helpings add column review_on date check (review_on is null or moment = 'review')",
    """
    create table measure_declines (
        id uuid primary key,
        match_id uuid not null references matches (id),
        referral_id uuid not null references referrals (id),
        programme_id uuid not null,
        organisation_id uuid not null,
        of text not null check (of in ('person', 'carer', 'supporter')),
        moment text not null check (moment in ('baseline', 'review', 'ending', 'follow-up')),
        due_on date not null,
        why text not null,
        declined_on date not null,
        recorded_at timestamptz not null,
        recorded_by text not null
    )
    """,
    "create index measure_declines_match on measure_declines (match_id)",
    "create index measure_declines_referral on measure_declines (referral_id)",
    "create index matches_ended on matches (programme_id, ended_on) where ended_on is not null",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    secure(op, "measure_declines", "organisation_id = {org}")
