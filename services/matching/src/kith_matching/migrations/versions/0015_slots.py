"""Listening slots: plans with a time, and places that end when it comes."""

from alembic import op

revision = "0015"
down_revision = "0014"

STATEMENTS = (
    """
    alter table group_plans
        add column slot_starts_at timestamptz,
        add column slot_minutes integer check (slot_minutes > 0),
        add column slot_times text check (slot_times in ('booked', 'open')),
        add column slot_cancelled_at timestamptz,
        add constraint group_plans_slot check (num_nulls(slot_starts_at, slot_minutes, slot_times) in (0, 3))
    """,
    """
    create index group_plans_slots on group_plans (organisation_id, slot_starts_at, group_id)
    where slot_starts_at is not null
    """,
    "alter table places add column begins_at timestamptz",
    """
    alter table places
        drop constraint places_state_check,
        add constraint places_state_check check (
            state in ('waiting', 'offered', 'taken', 'left', 'declined', 'lapsed', 'withdrawn', 'past')
        )
    """,
    "create index places_begun on places (begins_at) where ended_at is null and begins_at is not null",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
