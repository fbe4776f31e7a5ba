"""Measures: what people answered, the risk items that somebody must see, and licences to ask."""

from alembic import op

from kith_chassis.schema import secure

revision = "0016"
down_revision = "0018"

STATEMENTS = (
    """
    create table measurements (
        id uuid primary key,
        referral_id uuid not null references referrals (id),
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
        late boolean not null,
        planned boolean not null,
        risk_items text[] not null,
        acknowledged_at timestamptz,
        acknowledged_by text,
        check (num_nonnulls(answers, imported) = 1),
        check (num_nulls(imported, licence_holder) in (0, 2)),
        check (num_nulls(acknowledged_at, acknowledged_by) in (0, 2))
    )
    """,
    "create index measurements_of on measurements (referral_id, id)",
    """
    create index measurements_at_risk on measurements (organisation_id, id)
    where cardinality(risk_items) > 0 and acknowledged_at is null
    """,
    "create index sessions_attended on sessions using gin (attended_referral_ids)",
    """
    create table instrument_licences (
        organisation_id uuid,
        instrument text,
        reference text not null,
        recorded_at timestamptz not null,
        recorded_by text not null,
        primary key (organisation_id, instrument)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for table in ("measurements", "instrument_licences"):
        secure(op, table, "organisation_id = {org}")
