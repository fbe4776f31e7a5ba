"""Who was erased is remembered; and a person's referrals are found by their pseudonym."""

from alembic import op

from kith_chassis.erased import install_erased_v1

revision = "0004"
down_revision = "0002"


def upgrade() -> None:
    install_erased_v1(op)
    op.execute("alter table referrals add column erased boolean not null default false")
    op.execute("create index referrals_person on referrals (person_id)")
    op.execute("create index sessions_referral on sessions (referral_id) where referral_id is not null")
    op.execute("create index proposals_referral on proposals (referral_id)")
