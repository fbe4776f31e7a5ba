"""What an organisation does with the mappings it keeps: save one, and take one for an import."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_chassis.http.versions import VersionMissing
from kith_referrals.domain.intake import library
from kith_referrals.domain.intake.library import KeptMapping
from kith_referrals.store import mappings as store


async def save_mapping(tx: AsyncConnection, told: KeptMapping, *, version: int | None) -> KeptMapping:
    """Keep what was told under its name. The same again changes nothing and needs no version.

    Raises ``VersionMissing`` and ``StaleVersion`` where a change does not name the version it is about, and
    ``TooManyMappings``.
    """
    before = await store.find_mapping(tx, told.organisation_id, told.name)
    kept = library.save(told, before, await store.count_mappings(tx, told.organisation_id))
    if kept == before:
        return before
    if before is not None and version is None:
        raise VersionMissing("A mapping of this name is kept already. Read it, then send If-Match with that ETag.")
    check_version(before.version if before else 0, version or 0, "mapping")
    await store.add_mapping(tx, kept)
    await audit.record(tx, Entry("mapping-saved", "mapping", kept.id, kept.codes), now=kept.saved_at)
    return kept


async def take_mapping(tx: AsyncConnection, organisation_id: UUID, name: str, version: int) -> KeptMapping:
    """The mapping that an import names. Raises ``MappingVersionUnknown``."""
    return await store.get_mapping(tx, organisation_id, name, version)
