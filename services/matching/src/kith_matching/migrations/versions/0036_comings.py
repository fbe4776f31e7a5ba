"""Who came to groups, courses and slots is asked whether it helps; who stays away, and which group does not meet."""

from alembic import op

from kith_chassis.schema import secure

revision = "0036"
down_revision = "0035"

STATEMENTS = (
    "alter table helpings alter column match_id drop not null",
    "alter table places add column taken_at timestamptz",
    """
    create table comings (
        referral_id uuid primary key references referrals (id),
        programme_id uuid not null,
        organisation_id uuid not null,
        first_on date,
        second_on date,
        last_on date,
        limits_explained boolean not null,
        asked_on date,
        reviewed_on date,
        stopped boolean not null
    )
    """,
    # Who came before counts as if it had been kept: but for who is gone.
    """
    insert into comings
    select referrals.id, referrals.programme_id, referrals.organisation_id, min(held_on),
        (array_agg(held_on order by held_on))[2], max(held_on), bool_or(limits_explained), null, null,
        closed_reason is not null or not consented or exists (
            select from places where places.referral_id = referrals.id
            having count(*) > 0 and count(*) filter (where ended_at is null or state = 'past') = 0
        )
    from attendances
    join sessions on sessions.id = attendances.session_id and sessions.outcome = 'happened'
    join referrals on referrals.id = attendances.referral_id and not referrals.erased
    group by referrals.id
    """,
    "create index comings_of on comings (organisation_id, referral_id) where not stopped",
    "create index comings_unexplained on comings (organisation_id) where not stopped and not limits_explained",
    "create index sessions_explained on sessions (match_id) where match_id is not null and limits_explained",
    """
    create index sessions_met on sessions (group_id, held_on)
    where group_id is not null and outcome = 'happened'
    """,
    "create index places_taken on places (programme_id) where state = 'taken' and begins_at is null",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    secure(op, "comings", "organisation_id = {org}")
