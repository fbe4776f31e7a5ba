"""It is said how many there are in a programme's districts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.http import StaleVersion, check_version
from kith_chassis.http.versions import VersionMissing
from kith_reporting.domain.populations import Figures, Populations
from kith_reporting.store import populations as store
from kith_reporting.store.programmes import get_offer


async def keep_populations(
    tx: AsyncConnection,
    programme_id: UUID,
    told: Figures,
    *,
    asking: UUID | None,
    by: str,
    expected_version: int | None,
    now: datetime,
) -> tuple[Populations, bool]:
    """Keep a programme's figures, whole; the second value says whether they are its first. The same changes nothing.

    Raises ``ProgrammeNotFound``, and ``VersionMissing`` and ``StaleVersion`` where a change does not name the version
    it is about.
    """
    offer = await get_offer(tx, programme_id, asking)
    current = await store.find_populations(tx, programme_id)
    version = 1
    if current is not None:
        if current.figures == told:
            return current, False
        if expected_version is None:
            raise VersionMissing("Figures are kept already. Read them, then send If-Match with that ETag.")
        check_version(current.version, expected_version, "list of figures")
        version = current.version + 1
    kept = Populations(programme_id, offer.organisation_id, told, kept_at=now, kept_by=by, version=version)
    if not await store.save_populations(tx, kept):
        raise StaleVersion("Somebody else has just kept other figures. Read them and look at what is new.")
    return kept, current is None
