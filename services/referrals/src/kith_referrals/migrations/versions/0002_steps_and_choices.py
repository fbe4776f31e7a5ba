"""Every step of a referral with who, when and why; one wish offered to several programmes."""

from alembic import op

from kith_chassis.schema import secure

revision = "0002"
down_revision = "0001"

STEPS = (
    """
    alter table referrals
        add column choice_id uuid,
        add column acknowledged_at timestamptz,
        add column supported_at timestamptz,
        add column redirected_to uuid
    """,
    "create index referrals_choice on referrals (choice_id) where choice_id is not null",
    """
    create table referral_steps (
        seq bigint generated always as identity primary key,
        referral_id uuid not null references referrals,
        referring_organisation_id uuid not null,
        programme_organisation_id uuid not null,
        name text not null,
        before text,
        after text not null,
        at timestamptz not null,
        organisation_id uuid,
        subject text,
        reason text,
        note text
    )
    """,
    "create index referral_steps_referral on referral_steps (referral_id, seq)",
)


def upgrade() -> None:
    """Make them. Whose programme was not chosen sees the referral no more (``domain.referral.may_see``)."""
    for statement in STEPS:
        op.execute(statement)
    op.execute("drop policy referrals_sight on referrals")
    secure(
        op,
        "referrals",
        "referring_organisation_id = {org} or (programme_organisation_id = {org}"
        " and closing_reason is distinct from 'released' and exists ("
        "select from consents where consents.referral_id = referrals.id and consents.purpose = 'share-referral'"
        " and consents.state = 'granted'))",
    )
    secure(
        op,
        "referral_steps",
        "referring_organisation_id = {org} or (programme_organisation_id = {org} and exists ("
        "select from referrals where referrals.id = referral_steps.referral_id))",
    )
