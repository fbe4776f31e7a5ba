"""Imported rows and who is already here, so that a row is imported once and a person is not made twice unseen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_referrals.domain.intake.refusals import RowNotWaiting
from kith_referrals.domain.intake.rows import Row
from kith_referrals.domain.intake.sifting import First, Known, Outcome, Sifted
from kith_referrals.domain.likeness import Traits
from kith_referrals.domain.refusals import NotFound
from kith_referrals.store.erasing import erased_mark
from kith_referrals.store.likeness import CANDIDATES, TRAITS, looking_for
from kith_referrals.store.records import hexadecimal, insert_records
from kith_referrals.tables import imported_rows, referrals

_ORGANISATION: Final = sa.bindparam("organisation_id", type_=sa.Uuid)
_REFERENCES: Final = sa.any_(sa.bindparam("references", type_=ARRAY(sa.Text)))
_asked: Final = (
    sa.func.unnest(sa.bindparam("references", type_=ARRAY(sa.Text))).table_valued("reference").render_derived("asked")
)
_FIRST: Final = sa.union_all(
    sa.select(
        _asked.c.reference.label("source_reference"),
        imported_rows.c.digest,
        imported_rows.c.outcome,
        imported_rows.c.duplicate_of,
        imported_rows.c.referral_id,
    )
    .join_from(_asked, imported_rows, imported_rows.c.source_reference == erased_mark(_asked.c.reference))
    .where(imported_rows.c.organisation_id == _ORGANISATION),
    sa.select(
        imported_rows.c.source_reference,
        imported_rows.c.digest,
        imported_rows.c.outcome,
        imported_rows.c.duplicate_of,
        imported_rows.c.referral_id,
    )
    .where(imported_rows.c.organisation_id == _ORGANISATION)
    .where(imported_rows.c.source_reference == _REFERENCES),
    sa.select(
        referrals.c.source_reference,
        sa.null().label("digest"),
        sa.literal(Outcome.ACCEPTED.value),
        sa.null(),
        referrals.c.id,
    )
    .where(referrals.c.referring_organisation_id == _ORGANISATION)
    .where(referrals.c.source_reference == _REFERENCES),
).order_by(sa.column("digest").nulls_last())


_their_referrals: Final = (
    sa.select(
        referrals.c.id,
        referrals.c.referring_organisation_id,
        sa.func.coalesce(referrals.c.source_reference, sa.cast(referrals.c.id, sa.Text)).label("reference"),
    )
    .where(referrals.c.person_id == CANDIDATES.c.id)
    .offset(0)
    .lateral("their_referrals")
)
_KNOWN: Final = (
    sa.select(*(CANDIDATES.c[name] for name in TRAITS), _their_referrals.c.reference)
    .join_from(CANDIDATES, _their_referrals, sa.true())
    .order_by(_their_referrals.c.id)
)
_ADD: Final = insert_records(imported_rows, "imported_rows")
_ROW: Final = sa.bindparam("row_id", type_=sa.Uuid)
_WAITING: Final = (
    sa.select(
        imported_rows.c.outcome,
        *(imported_rows.c[name] for name in ("id", "duplicate_of", "cells", "mapping", "imported_at")),
    )
    .where(imported_rows.c.id == _ROW)
    .with_for_update()
)
_RESOLVE: Final = (
    sa.update(imported_rows)
    .where(imported_rows.c.id == _ROW)
    .values(
        outcome=Outcome.ACCEPTED.value,
        cells=sa.null(),
        mapping=sa.null(),
        referral_id=sa.bindparam("made", type_=sa.Uuid),
        resolution=sa.bindparam("decided", type_=sa.Text),
    )
)
_PERSON_OF: Final = (
    sa.select(CANDIDATES.c.id)
    .join_from(CANDIDATES, _their_referrals, sa.true())
    .where(_their_referrals.c.reference == sa.bindparam("reference", type_=sa.Text))
    .order_by((_their_referrals.c.referring_organisation_id == _ORGANISATION).desc(), _their_referrals.c.id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where imported rows came from."""

    organisation_id: UUID
    file_name: str | None = field(repr=False)
    mapping: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row that waits for a human. ``mapping`` is None where it came before mappings were kept."""

    id: UUID
    duplicate_of: str = field(repr=False)
    cells: Mapping[str, str] = field(repr=False)
    mapping: Mapping[str, Any] | None = field(repr=False)
    imported_at: datetime


async def list_first(tx: AsyncConnection, organisation_id: UUID, references: Sequence[str]) -> dict[str, First]:
    """What these references were before, as far as they were anything: by import, else by another way in."""
    rows = await tx.execute(_FIRST, {"organisation_id": organisation_id, "references": list(references)})
    found: dict[str, First] = {}
    for row in rows:
        first = First(row.digest, Outcome(row.outcome), row.duplicate_of, row.referral_id)
        found.setdefault(row.source_reference, first)
    return found


async def list_known(tx: AsyncConnection, rows: Sequence[Row]) -> list[Known]:
    """People with a referral, in the asking organisation's sight, who may be those of the rows; earliest first."""
    found = await tx.execute(_KNOWN, looking_for([row.person.traits for row in rows]))
    return [Known(Traits(*row[:-1]), row.reference) for row in found]


async def add_imported_rows(
    tx: AsyncConnection, origin: Origin, kept: Sequence[tuple[Sifted, dict[str, str] | None]], *, now: datetime
) -> None:
    """Keep what became of new rows, with the cells of those that wait for a human, and how they are to be read."""
    if not kept:
        return
    records = [
        {
            "organisation_id": origin.organisation_id,
            "source_reference": sifted.read.reference,
            "id": clock.new_id(),
            "row": sifted.read.number,
            "file_name": origin.file_name,
            "digest": hexadecimal(sifted.read.digest),
            "outcome": sifted.outcome,
            "duplicate_of": sifted.of,
            "referral_id": sifted.referral_id,
            "cells": cells,
            "mapping": None if cells is None else origin.mapping,
            "imported_at": now,
        }
        for sifted, cells in kept
    ]
    await tx.execute(_ADD, {"imported_rows": records})


async def get_waiting_for_update(tx: AsyncConnection, row_id: UUID) -> Waiting:
    """The row, locked, if it still waits. Raises ``NotFound`` or ``RowNotWaiting``."""
    row = (await tx.execute(_WAITING, {"row_id": row_id})).one_or_none()
    if row is None:
        raise NotFound
    if row.outcome != Outcome.POSSIBLE_DUPLICATE:
        raise RowNotWaiting
    return Waiting(row.id, row.duplicate_of, row.cells, row.mapping, row.imported_at)


async def find_person_of(tx: AsyncConnection, waiting: Waiting, row: Row, organisation_id: UUID) -> UUID | None:
    """Whom the row was found to be like, by the reference that is shown for them; or None if they are seen no more.

    Two organisations may have the same reference: the organisation's own referral comes before those it received.
    """
    asked = {"reference": waiting.duplicate_of, "organisation_id": organisation_id, **looking_for([row.person.traits])}
    found: UUID | None = (await tx.execute(_PERSON_OF, asked)).scalar_one_or_none()
    return found


async def save_resolution(tx: AsyncConnection, waiting: Waiting, referral_id: UUID, *, same: bool) -> None:
    """Keep that the row is a referral now; its cells are kept no longer, as those of no accepted row are."""
    decided = "same" if same else "different"
    await tx.execute(_RESOLVE, {"row_id": waiting.id, "made": referral_id, "decided": decided})
