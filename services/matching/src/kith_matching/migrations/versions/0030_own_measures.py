"""What supporters answered about themselves."""

from alembic import op

from kith_chassis.schema import secure

revision = "0030"
down_revision = "0029"

STATEMENTS = (
    """
    create table own_measures (
        id uuid primary key,
        supporter_id uuid not null references supporters (id),
        programme_id uuid not null,
        organisation_id uuid not null,
        instrument text not null,
        version text not null,
        moment text not null check (moment in ('baseline', 'review', 'ending', 'follow-up')),
        taken_on date not null,
        language text not null,
        mode text not null,
        helped_by text[] not null,
        recorded_at timestamptz not null,
        recorded_by text not null,
        answers jsonb,
        imported jsonb,
        licence_holder text,
        planned boolean not null,
        risk_items text[] not null,
        check (num_nonnulls(answers, imported) = 1),
        check (num_nulls(imported, licence_holder) in (0, 2))
    )
    """,
    "create index own_measures_of on own_measures (supporter_id, id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    secure(op, "own_measures", "organisation_id = {org}")
