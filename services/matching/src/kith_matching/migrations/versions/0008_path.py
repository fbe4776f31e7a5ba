"""A supporter's path: its states and steps with their days."""

from alembic import op

from kith_chassis.schema import secure

revision = "0008"
down_revision = "0007"

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
)
SECURED = ("supporter_steps",)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for table in SECURED:
        secure(op, table, "organisation_id = {org}")
