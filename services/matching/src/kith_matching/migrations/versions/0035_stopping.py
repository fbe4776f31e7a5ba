"""Visits to come are cancelled with what stops, a human tells the supporter, and risks are passed on before a visit."""

from alembic import op

from kith_chassis.schema import secure

revision = "0035"
down_revision = "0034"

STATEMENTS = (
    """
    create table loose_ends (
        id uuid primary key,
        kind text not null check (kind in ('tell-supporter', 'visit-without-plan')),
        match_id uuid not null references matches (id),
        referral_id uuid references referrals (id),
        supporter_id uuid not null references supporters (id),
        programme_id uuid not null,
        organisation_id uuid not null,
        since date not null,
        seen_by text,
        seen_at timestamptz,
        check ((seen_by is null) = (seen_at is null))
    )
    """,
    "create index loose_ends_open on loose_ends (organisation_id, kind) where seen_at is null",
    "create index loose_ends_referral on loose_ends (referral_id) where referral_id is not null",
    "create index visits_planned on visits (organisation_id, id) where checked_in_at is null and cancelled_at is null",
    """
    create index visits_going_on on visits (organisation_id, id)
    where checked_in_at is not null and checked_out_at is null
    """,
    """
    create index visits_over on visits (organisation_id, id)
    where checked_out_at is not null or cancelled_at is not null
    """,
    "alter table referrals add column before_visiting boolean",
    "alter table visits add column risks_passed_on boolean not null default false",
    "create index visits_match on visits (match_id, starts_at)",
    """
    update visits set cancelled_at = now(), version = visits.version + 1
    from matches, supporters
    where matches.id = visits.match_id and supporters.id = visits.supporter_id
        and (matches.ended_on is not null or supporters.state <> 'active')
        and visits.starts_at > now() and visits.checked_in_at is null and visits.cancelled_at is null
    """,
)


def upgrade() -> None:
    """Keep it, and cancel the visits to come that stand for what has stopped already.

    Whether there is something to know before a visit stays null where an older release told of the referral.
    """
    for statement in STATEMENTS:
        op.execute(statement)
    secure(op, "loose_ends", "organisation_id = {org}")
