"""What a person may ask of their record, and what may stand against it: erasure, and a legal hold."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter

from kith_referrals.api.asking import ADMINISTRATOR, ChangeDep
from kith_referrals.api.people import answer
from kith_referrals.api.shapes import PersonRecord
from kith_referrals.api.words import Body, Reason
from kith_referrals.domain.erasure import Basis, Rule
from kith_referrals.usecases import erasing as usecases

PERMISSIONS: Final = {
    "erase_person": ADMINISTRATOR,
    "take_erasure_back": ADMINISTRATOR,
    "hold_person": ADMINISTRATOR,
    "lift_hold": ADMINISTRATOR,
}

router = APIRouter(prefix="/people", tags=["rights"])


class ErasureBody(Body):
    """Why the person is erased: a letter of Article 17(1) of the UK GDPR, or ``retention-ended``.

    ``basis`` is what is stronger than a law by which the record must still be kept; without such a law it is not kept.
    """

    rule: Rule
    basis: Basis | None = None


class HoldBody(Body):
    """Why the record must be kept whatever happens."""

    reason: Reason


@router.post("/{person_id}/erasure")
async def erase_person(person_id: UUID, body: ErasureBody, change: ChangeDep) -> PersonRecord:
    """Decide that the person is erased: here and in every service, with all records merged into theirs.

    The record is ``restricted`` at once. It is erased when the days in which that can be taken back are over.
    """
    async with change.begin() as (tx, by):
        record = await usecases.ask_for_erasure(
            tx, person_id, rule=body.rule, basis=body.basis, version=change.version, by=by
        )
    return answer(record, change)


@router.delete("/{person_id}/erasure")
async def take_erasure_back(person_id: UUID, change: ChangeDep) -> PersonRecord:
    """Take a decision to erase back, while the record is still there."""
    async with change.begin() as (tx, by):
        record = await usecases.take_erasure_back(tx, person_id, version=change.version, by=by)
    return answer(record, change)


@router.put("/{person_id}/legal-hold")
async def hold_person(person_id: UUID, body: HoldBody, change: ChangeDep) -> PersonRecord:
    """Keep the record whatever happens, for a court, an inquiry or a claim: no erasure, and no review of retention."""
    async with change.begin() as (tx, by):
        record = await usecases.hold(tx, person_id, held=True, reason=body.reason, version=change.version, by=by)
    return answer(record, change)


@router.delete("/{person_id}/legal-hold")
async def lift_hold(person_id: UUID, body: HoldBody, change: ChangeDep) -> PersonRecord:
    """Lift the legal hold, and say why. What waited for it goes on."""
    async with change.begin() as (tx, by):
        record = await usecases.hold(tx, person_id, held=False, reason=body.reason, version=change.version, by=by)
    return answer(record, change)
