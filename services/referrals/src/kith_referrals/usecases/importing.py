"""An export's rows, many at a time: read, sifted, kept and told in a fixed number of statements."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_referrals import outgoing
from kith_referrals.domain import agreement, making
from kith_referrals.domain.intake import sifting
from kith_referrals.domain.intake.keeping import kept
from kith_referrals.domain.intake.mapping import Mapping, Target
from kith_referrals.domain.intake.rows import Cells, Reader, Row
from kith_referrals.domain.intake.sifting import Outcome, Read, Sifted
from kith_referrals.domain.making import NewReferral
from kith_referrals.domain.network import check_open
from kith_referrals.domain.refusals import NoOrganisation, NotYourOrganisation
from kith_referrals.domain.steps import Actor
from kith_referrals.domain.telling import Made
from kith_referrals.store import agreements as agreements_store
from kith_referrals.store import intake as store
from kith_referrals.store import network as network_store
from kith_referrals.store import referrals as referrals_store


async def import_rows(
    tx: AsyncConnection,
    mapping: Mapping,
    rows: Sequence[tuple[int, Cells]],
    *,
    by: Actor,
    file_name: str | None,
    now: datetime,
    codes: tuple[str, ...] = (),
) -> list[Sifted]:
    """The outcome of each row, in order; accepted rows are referrals, and told.

    ``rows`` carry their number in the file; ``codes`` say on the record which kept mapping it was. One import of an
    organisation runs at a time: the organisation's row is locked, so that two of them cannot both miss that their rows
    are alike. Raises ``NotYourOrganisation``, ``NoOrganisation``, ``OrganisationCloses``, ``MappingUnusable`` or
    ``ProgrammeUnknown``, and then nothing is kept.
    """
    if mapping.organisation_id != by.organisation_id:
        raise NotYourOrganisation
    reader = Reader.of(mapping)
    reader.check_columns(cells for _, cells in rows)
    organisation = await network_store.find_organisation_for_update(tx, by.organisation_id)
    if organisation is None:
        raise NoOrganisation
    check_open(organisation)
    programmes = await network_store.list_programmes_by_slug(tx, reader.slugs(cells for _, cells in rows))
    reader.check_programme(programmes)
    today = clock.today(now)
    agreements = await agreements_store.list_agreements_of(tx, by.organisation_id)
    offers = agreement.find_offers(programmes, by.organisation_id, agreements, today)
    read = [
        Read(
            number,
            reader.reference(cells),
            reader.digest(cells),
            cells,
            reader.read(cells, programmes, offers, today, person_id=clock.new_pseudonym()),
        )
        for number, cells in rows
    ]
    sifted = sifting.sift(
        read,
        first=await store.list_first(tx, by.organisation_id, [row.reference for row in read]),
        known=await store.list_known(tx, [row.found for row in read if isinstance(row.found, Row)]),
        reference_column=mapping.column(Target.SOURCE_REFERENCE),
        new_id=clock.new_id,
    )
    made = [_made(done, by, today, now) for done in sifted if done.new and done.outcome is Outcome.ACCEPTED]
    waiting = [(done, _kept(reader, done)) for done in sifted if done.new]
    if made:
        told = outgoing.told(*(telling for _, telling in made), now=now)
        await referrals_store.add_referrals(tx, [new for new, _ in made], told, now=now)
    await store.add_imported_rows(tx, store.Origin(by.organisation_id, file_name, kept(mapping)), waiting, now=now)
    await audit.record(tx, Entry("rows-imported", "organisation", by.organisation_id, codes), now=now)
    return sifted


def _made(done: Sifted, by: Actor, today: date, now: datetime) -> tuple[NewReferral, Made]:
    row, referral_id = done.read.found, done.referral_id
    if not isinstance(row, Row) or referral_id is None:
        raise TypeError("an accepted row is a row, and has the id of its referral")
    return making.submit(
        referral_id=referral_id,
        person=row.person,
        offer=row.offer,
        wish=row.wish,
        consents=row.consents,
        by=by,
        today=today,
        now=now,
    )


def _kept(reader: Reader, done: Sifted) -> dict[str, str] | None:
    """The cells of a row that waits for a human; of others nothing is kept twice."""
    return reader.kept(done.read.cells) if done.outcome is Outcome.POSSIBLE_DUPLICATE else None
