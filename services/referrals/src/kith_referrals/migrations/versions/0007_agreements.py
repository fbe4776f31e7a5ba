"""Sharing agreements, and what of a referral is seen under them."""

from alembic import op

from kith_chassis.schema import secure

revision = "0007"
down_revision = "0006"

AGREEMENTS = (
    """
    create table sharing_agreements (
        id uuid primary key,
        sharer_id uuid not null,
        receiver_id uuid not null,
        programme_ids uuid[] not null,
        purposes text[] not null,
        level text not null,
        starts_on date not null,
        ends_on date,
        sharer_signed_at timestamptz,
        receiver_signed_at timestamptz,
        ended_at timestamptz,
        ended_by uuid,
        version integer not null
    )
    """,
    "create index sharing_agreements_parties on sharing_agreements (sharer_id, receiver_id)",
    "alter table referrals add column agreement_id uuid, add column level text not null default 'full'",
)

# `domain.lifecycle.OFFERED`: nobody has taken the referral on yet.
OFFERED = "('submitted', 'received', 'needs-information', 'waiting', 'held')"
KNOWN = f"(referrals.level = 'full' or referrals.status not in {OFFERED})"
IN_FORCE = """
    exists (
        select from sharing_agreements where sharing_agreements.id = referrals.agreement_id and ended_at is null
        and (ends_on is null or ends_on >= (now() at time zone 'Europe/London')::date)
    )
"""


def upgrade() -> None:
    """Make the table, and hold the line of ``domain.referral.may_see`` and ``may_see_person``.

    What was referred before there were agreements has none, and stays as it was.
    """
    for statement in AGREEMENTS:
        op.execute(statement)
    secure(op, "sharing_agreements", "{org} in (sharer_id, receiver_id)")
    op.execute("drop policy referrals_sight on referrals")
    secure(
        op,
        "referrals",
        "referring_organisation_id = {org} or (programme_organisation_id = {org}"
        " and closing_reason is distinct from 'released'"
        f" and (status not in {OFFERED} or agreement_id is null or {IN_FORCE})"
        " and exists (select from consents where consents.referral_id = referrals.id"
        " and consents.purpose = 'share-referral' and consents.state = 'granted'))",
    )
    op.execute("drop policy people_sight on people")
    secure(
        op,
        "people",
        f"organisation_id = {{org}} or exists (select from referrals where referrals.person_id = people.id and {KNOWN})"
        " or exists (select from merges join referrals on referrals.person_id = merges.person_id"
        f" where merges.into_id = people.id and {KNOWN} offset 0)",
    )
