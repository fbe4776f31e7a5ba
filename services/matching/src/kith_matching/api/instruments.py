"""The instruments there are, and whether the caller's organisation may ask them."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict

from kith_chassis.audit import Entry
from kith_chassis.database import DatabaseDep
from kith_chassis.http import NowDep
from kith_chassis.identity import CallerDep
from kith_contracts.fact import Code, PublicName
from kith_matching.api.asking import OrganisationDep
from kith_matching.domain.instrument import Instrument, ItemText, Scoring
from kith_matching.domain.instruments import INSTRUMENTS
from kith_matching.domain.scoring import get_instrument as find_instrument
from kith_matching.usecases import measuring
from kith_matching.views import measuring as views

router = APIRouter(prefix="/instruments", tags=["measures"])

InstrumentCode = Annotated[Code, Path()]


class LicenceAsked(BaseModel):
    """The reference by which the instrument's owner knows your organisation; nobody's name.

    It opens the recording of answers, and their scoring. The words of the items are not in Kith, before or after: ask
    with the form that the owner gave you, and send each answer by the number of its item.
    """

    model_config = ConfigDict(extra="forbid")

    reference: PublicName


class LicenceShown(BaseModel):
    """A recorded reference. ``recorded_at`` is UTC."""

    reference: str
    recorded_at: datetime


class InstrumentShown(BaseModel):
    """An instrument in short. ``may_be_asked`` says whether your organisation may record answers to it.

    ``version`` is null where only scores are imported: then whoever imports one names the version.
    """

    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str
    version: str | None
    scoring: Scoring
    item_text: ItemText
    terms: str
    may_be_asked: bool
    licence: LicenceShown | None


class InstrumentsShown(BaseModel):
    """All instruments."""

    instruments: tuple[InstrumentShown, ...]


class ItemShown(BaseModel):
    """An item. ``text`` is null where its words are not ours to show; ``reversed`` says how it counts in a sum."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    text: str | None
    least: int
    most: int
    reversed: bool
    scale: str | None


class BandShown(BaseModel):
    """A published name for scores from ``least`` up to the next band."""

    model_config = ConfigDict(from_attributes=True)

    least: Decimal
    name: str


class ChangeIndexShown(BaseModel):
    """From how many points on a change is reliable, or possible, and who says so."""

    model_config = ConfigDict(from_attributes=True)

    reliable: Decimal | None
    possible: Decimal | None
    source: str


class InstrumentRead(InstrumentShown):
    """An instrument with all that is known of it: what is disputed or only remembered stands in ``notes``.

    ``choices`` are the answers from the least up. Beside any change show how many people have both measurements.
    """

    instruction: str | None
    choices: tuple[str, ...]
    items: tuple[ItemShown, ...]
    higher_is_better: bool
    may_be_missing: int
    bands: tuple[BandShown, ...]
    item_bands: dict[str, tuple[BandShown, ...]]
    case_from: Decimal | None
    change: ChangeIndexShown | None
    risk_items: tuple[str, ...]
    source: str
    notes: tuple[str, ...]


@router.get("")
async def list_instruments(
    database: DatabaseDep, caller: CallerDep, organisation_id: OrganisationDep, now: NowDep
) -> InstrumentsShown:
    """The instruments there are."""
    async with database.transaction(caller) as tx:
        read = Entry("instruments-listed", "organisation", organisation_id)
        licences = await views.list_licences(tx, read, now=now)
    shown = [InstrumentShown.model_validate(_told(one, licences, InstrumentShown)) for one in INSTRUMENTS.values()]
    return InstrumentsShown(instruments=tuple(shown))


@router.get("/{code}")
async def get_instrument(
    code: InstrumentCode, database: DatabaseDep, caller: CallerDep, organisation_id: OrganisationDep, now: NowDep
) -> InstrumentRead:
    """One instrument: its items, with their words where they may be shown, and how it is scored."""
    instrument = find_instrument(code)
    async with database.transaction(caller) as tx:
        read = Entry("instrument-read", "organisation", organisation_id, (code,))
        licences = await views.list_licences(tx, read, now=now)
    return InstrumentRead.model_validate(_told(instrument, licences, InstrumentRead), from_attributes=True)


@router.put("/{code}/licence")
async def put_licence(
    *,
    code: InstrumentCode,
    asked: LicenceAsked,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
) -> LicenceShown:
    """Record that your organisation has registered to use an instrument, in the place of what was recorded before."""
    async with database.transaction(caller) as tx:
        await measuring.put_licence(tx, organisation_id, code, asked.reference, by=caller.subject, now=now)
    return LicenceShown(reference=asked.reference, recorded_at=now)


def _told(instrument: Instrument, licences: dict[str, Any], shown: type[InstrumentShown]) -> dict[str, Any]:
    own = shown.model_fields.keys() - {"may_be_asked", "licence", "item_bands"}
    licence = licences.get(instrument.code)
    may = licence is not None if instrument.item_text is ItemText.LICENSED else True
    told = {name: getattr(instrument, name) for name in own}
    return {**told, "item_bands": dict(instrument.item_bands), "may_be_asked": may, "licence": licence}
