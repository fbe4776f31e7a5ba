"""A supporter's path: its states and steps with their days, checks, trainings and suspensions."""

from alembic import op

from kith_chassis.schema import secure

revision = "0008"
down_revision = "0009"

# The release before this one still writes `paused`, which is read as `resting`. Of supporters there are thousands: they
# are read through in a moment.
STATEMENTS = (
    "alter table supporters drop constraint supporters_state_check",
    """
    alter table supporters add constraint supporters_state_check check (state in (
        'application', 'selection', 'training', 'checks', 'ready', 'active', 'paused', 'resting', 'left'
    ))
    """,
    """
    create table supporter_steps (
        id uuid primary key,
        supporter_id uuid not null references supporters (id),
        organisation_id uuid not null,
        kind text not null check (kind in ('state', 'step')),
        step text not null,
        begun_on date not null,
        finished_on date check (finished_on >= begun_on),
        given_up boolean not null default false,
        destination text check (destination is null or (kind = 'state' and step = 'left'))
    )
    """,
    "create index supporter_steps_of on supporter_steps (organisation_id)",
    """
    create unique index supporter_steps_one_state on supporter_steps (supporter_id)
    where kind = 'state' and finished_on is null
    """,
    "create index supporter_steps_theirs on supporter_steps (supporter_id, id)",
    """
    create table supporter_checks (
        id uuid primary key,
        supporter_id uuid not null references supporters (id),
        organisation_id uuid not null,
        body text not null,
        level text not null,
        workforce text not null,
        eligibility text not null,
        eligibility_reason text not null,
        issued_on date,
        looked_at_on date,
        next_look_on date,
        decision text not null,
        number_ends text check (length(number_ends) = 4),
        check (decision = 'awaited' or (issued_on is not null and looked_at_on is not null))
    )
    """,
    "create index supporter_checks_theirs on supporter_checks (supporter_id, id)",
    """
    create table supporter_trainings (
        id uuid primary key,
        organisation_id uuid not null,
        supporter_id uuid references supporters (id),
        subject text,
        code text not null,
        finished_on date not null,
        valid_until date,
        credits text check (length(credits) <= 60),
        placement_weeks integer check (placement_weeks >= 0),
        check ((supporter_id is null) <> (subject is null))
    )
    """,
    "create index supporter_trainings_theirs on supporter_trainings (supporter_id, id) where supporter_id is not null",
    """
    create index supporter_trainings_staff on supporter_trainings (organisation_id, subject, id)
    where subject is not null
    """,
    """
    create table supporter_suspensions (
        id uuid primary key,
        supporter_id uuid not null references supporters (id),
        organisation_id uuid not null,
        reason text not null,
        before text not null,
        suspended_at timestamptz not null,
        lifted_at timestamptz,
        outcome text,
        version integer not null,
        check ((lifted_at is null) = (outcome is null))
    )
    """,
    "create index supporter_suspensions_theirs on supporter_suspensions (supporter_id, id)",
    """
    create unique index supporter_suspensions_one on supporter_suspensions (supporter_id)
    where lifted_at is null
    """,
    """
    create table supporter_lapses (
        supporter_id uuid references supporters (id),
        organisation_id uuid not null,
        good_until date,
        told_at timestamptz not null,
        primary key (supporter_id, good_until)
    )
    """,
)
SECURED = ("supporter_steps", "supporter_checks", "supporter_trainings", "supporter_suspensions", "supporter_lapses")


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for table in SECURED:
        secure(op, table, "organisation_id = {org}")
