"""Concerns, passed on until somebody answers; and messages that tell of something else than a referral."""

from alembic import op

from kith_chassis.schema import secure

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the table and the column. ``messages.referral_id`` holds the story's id, whatever kind it is of."""
    op.execute("alter table messages add column story_kind text not null default 'referral'")
    op.execute("""
        create table concerns (
            id uuid primary key,
            organisation_id uuid not null,
            desk_id uuid,
            acknowledge_by timestamptz not null,
            decide_by timestamptz not null,
            pass_on_after interval not null,
            awaits text check (awaits in ('acknowledge', 'decide')),
            passed_on integer not null,
            next_at timestamptz
        )
    """)
    op.execute("create index concerns_due on concerns (next_at) where next_at is not null")
    secure(op, "concerns", "false")
