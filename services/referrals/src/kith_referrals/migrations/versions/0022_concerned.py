"""Whom a concern is about, where they live too, is seen by whoever's duty it is, whatever was agreed, for one read."""

from alembic import op

from kith_chassis.schema import show

revision = "0022"
down_revision = "0021"

# The referral that this transaction says it looks at for a concern: ended with it, and empty on a used connection.
CONCERNED = "(select nullif(current_setting('kith.concerned', true), '')::uuid)"


def upgrade() -> None:
    """Show it to its two organisations, and with it its person and the record that is shown for them, to be read only.

    A draft is its referrer's alone, and what was sent by mistake was never the other's. The arrays are looked up once
    for a statement and not for each row, so whoever lists people or referrals pays nothing for it. Whoever sees a
    referral may change its person: so while one is opened like this, no person is changed.
    """
    op.execute("alter table people add column address text")
    show(
        op,
        "referrals",
        "concerned",
        f"id = {CONCERNED} and (referring_organisation_id = {{org}}"
        " or (programme_organisation_id = {org} and status <> 'draft'))",
    )
    show(
        op,
        "people",
        "concerned",
        "id = any(array(select coalesce(merges.into_id, referrals.person_id) from referrals"
        f" left join merges on merges.person_id = referrals.person_id where referrals.id = {CONCERNED}))",
    )
    op.execute(f"create policy people_unchanged on people as restrictive for update using ({CONCERNED} is null)")
