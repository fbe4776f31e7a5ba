"""The claim ledger: rules and households looked up, claims kept once, and samples drawn from those that stand."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.http import check_version
from kith_referrals.domain.claim_samples import Sample
from kith_referrals.domain.claims import AlreadyClaimed, Claim, Reason, Rule, State, WorkedWith
from kith_referrals.domain.referral import Status
from kith_referrals.domain.refusals import NotFound, ProgrammeUnknown
from kith_referrals.tables import (
    household_members,
    households,
    programme_definitions,
    programmes,
    referral_steps,
    referrals,
)
from kith_referrals.tables.claims import claim_samples, claims

_ID: Final = sa.bindparam("id", type_=sa.Uuid)
_PROGRAMME: Final = sa.bindparam("programme_id", type_=sa.Uuid)
_RULE: Final = (
    sa.select(
        programmes.c.organisation_id,
        programme_definitions.c.version,
        programme_definitions.c.document[("evaluation", "results")].label("results"),
    )
    .select_from(
        programmes.outerjoin(
            programme_definitions,
            sa.and_(
                programme_definitions.c.programme_id == programmes.c.id,
                programme_definitions.c.version == programmes.c.definition_version,
            ),
        )
    )
    .where(programmes.c.id == _ID)
)
_TAKEN_ON: Final = sa.exists().where(
    referral_steps.c.referral_id == referrals.c.id, referral_steps.c.after == Status.ACCEPTED.value
)
_HOUSEHOLD: Final = (
    sa.select(households.c.id, households.c.members, households.c.others, referrals.c.received_on)
    .add_columns(referrals.c.id.label("referral_id"))
    .join_from(households, household_members, household_members.c.household_id == households.c.id)
    .join(referrals, referrals.c.person_id == household_members.c.person_id)
    .where(households.c.id == _ID, referrals.c.programme_id == _PROGRAMME)
    .where(referrals.c.status != Status.ENTERED_IN_ERROR.value, _TAKEN_ON)
    .order_by(referrals.c.received_on, referrals.c.id)
    .limit(1)
)
_ADD: Final = insert(claims).on_conflict_do_nothing().returning(claims.c.id)
_LOCKED: Final = sa.select(claims).where(claims.c.id == _ID).with_for_update()
_SAVE: Final = (
    sa.update(claims)
    .where(claims.c.id == sa.bindparam("of_claim", type_=sa.Uuid))
    .values(
        {
            name: sa.bindparam(f"new_{name}", type_=claims.c[name].type)
            for name in ("state", "reason", "reversed_on", "version")
        }
    )
)
_standing: Final = sa.and_(
    claims.c.programme_id == _PROGRAMME,
    claims.c.organisation_id == sa.bindparam("organisation_id", type_=sa.Uuid),
    claims.c.state == State.CLAIMED.value,
)
_COUNT: Final = sa.select(sa.func.count()).select_from(claims).where(_standing)
_places: Final = (
    sa.select(claims.c.id, (sa.func.row_number().over(order_by=claims.c.id) - 1).label("place"))
    .where(_standing)
    .subquery()
)
_AT_PLACES: Final = (
    sa.select(_places.c.id)
    .where(_places.c.place == sa.any_(sa.bindparam("places", type_=ARRAY(sa.Integer))))
    .order_by(_places.c.id)
)
_ADD_SAMPLE: Final = sa.insert(claim_samples)


async def get_rule(tx: AsyncConnection, programme_id: UUID) -> tuple[UUID, Rule | None]:
    """Whose the programme is, and what its definition in force says of claiming. Raises ``ProgrammeUnknown``."""
    row = (await tx.execute(_RULE, {"id": programme_id})).one_or_none()
    if row is None:
        raise ProgrammeUnknown
    told = row.results
    if told is None:
        return row.organisation_id, None
    return row.organisation_id, Rule(row.version, tuple(told["claims"]), told["sustained_weeks"], told["payer_percent"])


async def find_household(tx: AsyncConnection, household_id: UUID, programme_id: UUID) -> WorkedWith | None:
    """The household, if somebody of it whom the asking organisation sees was accepted by the programme; or None."""
    row = (await tx.execute(_HOUSEHOLD, {"id": household_id, "programme_id": programme_id})).one_or_none()
    if row is None:
        return None
    return WorkedWith(row.id, row.referral_id, row.received_on, row.members + sum(row.others.values()))


async def add_claim(tx: AsyncConnection, claim: Claim) -> None:
    """Keep a new claim. Raises ``AlreadyClaimed``, also where another transaction is just keeping the same."""
    if (await tx.execute(_ADD, asdict(claim))).one_or_none() is None:
        raise AlreadyClaimed


async def get_claim_for_update(tx: AsyncConnection, claim_id: UUID, *, version: int) -> Claim:
    """The claim, locked, if it still stands at ``version``. Raises ``NotFound`` or ``StaleVersion``."""
    row = (await tx.execute(_LOCKED, {"id": claim_id})).mappings().one_or_none()
    if row is None:
        raise NotFound
    check_version(row["version"], version, "claim")
    return claim_of(row)


async def save_reversed(tx: AsyncConnection, claim: Claim) -> None:
    """Keep whether the claim stands."""
    changing = {
        "new_state": claim.state.value,
        "new_reason": claim.reason,
        "new_reversed_on": claim.reversed_on,
        "new_version": claim.version,
    }
    await tx.execute(_SAVE, {"of_claim": claim.id, **changing})


async def count_standing(tx: AsyncConnection, sample: Sample) -> int:
    """How many claims stand of which the sample is to be drawn."""
    asked = {"programme_id": sample.programme_id, "organisation_id": sample.organisation_id}
    return int((await tx.execute(_COUNT, asked)).scalar_one())


async def list_at(tx: AsyncConnection, sample: Sample, places: Sequence[int]) -> tuple[UUID, ...]:
    """Those of the claims that stand, in the order of their ids, which have these places from 0."""
    asked = {"programme_id": sample.programme_id, "organisation_id": sample.organisation_id, "places": list(places)}
    return tuple((await tx.execute(_AT_PLACES, asked)).scalars())


async def add_sample(tx: AsyncConnection, sample: Sample) -> None:
    """Keep which claims were drawn."""
    await tx.execute(_ADD_SAMPLE, asdict(sample))


def claim_of(row: Mapping[Any, Any]) -> Claim:
    """The claim that a row holds."""
    reason = Reason(row["reason"]) if row["reason"] else None
    return Claim(**{**row, "state": State(row["state"]), "reason": reason})


def sample_of(row: Mapping[Any, Any]) -> Sample:
    """The sample that a row holds."""
    return Sample(**{**row, "claim_ids": tuple(row["claim_ids"])})
