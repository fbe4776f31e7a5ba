"""Drafts, what is promised of a referral by which day, and what was tried to reach a person.

What was made before has no clock until its next step: nobody promised anything of it.
"""

from alembic import op

from kith_chassis.schema import secure

revision = "0009"
down_revision = "0008"

# Words and numbers as domain.nations, domain.promises and domain.referral (OFFERED) have them.
OFFERED = "('submitted', 'received', 'needs-information', 'not-yet', 'waiting', 'held')"
KNOWN = f"(referrals.level = 'full' or referrals.status not in {OFFERED})"
TODAY = "(now() at time zone 'Europe/London')::date"
IN_FORCE = f"""
    exists (
        select from sharing_agreements where sharing_agreements.id = referrals.agreement_id and ended_at is null
        and (ends_on is null or ends_on >= {TODAY})
    )
"""
LIFECYCLE = (
    "alter table organisations add column nation text not null default 'england'",
    """
    alter table programmes
        add column promised_wait_days integer,
        add column contact_attempts integer not null default 3
    """,
    "alter table people add column draft boolean not null default false",
    """
    alter table referrals
        add column reopened_at timestamptz,
        add column asked_at timestamptz,
        add column promises jsonb not null default '{}',
        add column missed text[] not null default '{}',
        add column due_on date,
        add column miss_on date
    """,
    "create index referrals_missing on referrals (miss_on) where miss_on is not null",
    "create index referrals_received_due on referrals (programme_organisation_id, due_on) where due_on is not null",
    "create index referrals_made_due on referrals (referring_organisation_id, due_on) where due_on is not null",
    """
    create index referrals_received_urgent on referrals (programme_organisation_id, id)
        where urgent and closed_at is null
    """,
    """
    create index referrals_made_urgent on referrals (referring_organisation_id, id)
        where urgent and closed_at is null
    """,
    "create index referrals_drafts on referrals (submitted_at) where status = 'draft'",
    """
    create table contact_attempts (
        id uuid primary key,
        referral_id uuid not null references referrals,
        referring_organisation_id uuid not null,
        programme_organisation_id uuid not null,
        attempted_at timestamptz not null,
        channel text not null,
        outcome text not null,
        note text,
        subject text not null,
        logged_at timestamptz not null
    )
    """,
    "create index contact_attempts_referral on contact_attempts (referral_id, attempted_at)",
)


def upgrade() -> None:
    """Make them, and hold the line of ``domain.referral.may_see``: a draft is seen by who refers alone."""
    for statement in LIFECYCLE:
        op.execute(statement)
    op.execute("drop policy referrals_sight on referrals")
    secure(
        op,
        "referrals",
        "referring_organisation_id = {org} or (programme_organisation_id = {org}"
        " and status <> 'draft' and closing_reason is distinct from 'released'"
        f" and (status not in {OFFERED} or agreement_id is null or {IN_FORCE})"
        " and exists (select from consents where consents.referral_id = referrals.id"
        " and consents.purpose = 'share-referral' and consents.state = 'granted'"
        f" and (consents.expires_on is null or consents.expires_on >= {TODAY})))",
    )
    op.execute("drop policy people_sight on people")
    secure(
        op,
        "people",
        f"organisation_id = {{org}} or exists (select from referrals where referrals.person_id = people.id and {KNOWN})"
        " or exists (select from merges join referrals on referrals.person_id = merges.person_id"
        f" where merges.into_id = people.id and {KNOWN} offset 0)",
    )
    secure(
        op,
        "contact_attempts",
        "referring_organisation_id = {org} or (programme_organisation_id = {org} and exists ("
        "select from referrals where referrals.id = contact_attempts.referral_id))",
    )
