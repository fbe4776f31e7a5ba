"""Who was erased is remembered; whose referral it is, is found by the person's pseudonym."""

from alembic import op

from kith_chassis.erased import install_erased_v1

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    install_erased_v1(op)
    op.execute("alter table referrals add column erased boolean not null default false")
    op.execute("create index referrals_person on referrals (person_id) where person_id is not null")
