"""Supervisions, kept with their notes sealed; and by when each supporter's next is due."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import sealer_of
from kith_chassis.sealing import SealedText, Sealer
from kith_matching.domain.refusals import SupporterNotFound
from kith_matching.domain.supervision import Prompt, Supervision, SupervisionKind, SupervisionNotFound, as_read
from kith_matching.store.rows import values_of
from kith_matching.store.sealing import open_text
from kith_matching.store.speaking import speak_as
from kith_matching.tables import supervision_keys, supervision_own_keys, supervisions, supporters

_IDS: Final = sa.bindparam("ids", type_=ARRAY(sa.Uuid))
_HOLD: Final = (
    sa.select(supporters.c.id, supporters.c.subject)
    .where(supporters.c.id == sa.any_(_IDS))
    .order_by(supporters.c.id)
    .with_for_update(key_share=True)
)
_INSERT: Final = sa.insert(supervisions)
_INSERT_KEY: Final = sa.insert(supervision_keys)
_INSERT_OWN_KEY: Final = sa.insert(supervision_own_keys)
_READER: Final = sa.bindparam("reader", type_=sa.Text)
_FIND: Final[sa.Select[Any]] = (
    sa.select(*supervisions.c, supervision_keys.c.key, supervision_own_keys.c.key.label("own_key"))
    .outerjoin(supervision_keys, supervision_keys.c.id == supervisions.c.id)
    .outerjoin(supervision_own_keys, supervision_own_keys.c.id == supervisions.c.id)
    .join(supporters, supporters.c.id == supervisions.c.supporter_id)
    .where(
        supervisions.c.id == sa.bindparam("id"),
        sa.or_(
            supervisions.c.supervisor == _READER, supervisions.c.subject == _READER, supporters.c.subject == _READER
        ),
    )
)
_KEEP: Final = sa.text("""
    insert into rhythms as kept (supporter_id, organisation_id, active_since, last_on, weeks)
    select id, organisation_id, case when state = 'active' then :today end,
        (select max(held_on) from supervisions where supporter_id = supporters.id),
        (select min((terms ->> 'supervision_weeks')::integer) from programmes
            where programmes.id = any(programme_ids) and programmes.organisation_id = supporters.organisation_id)
    from supporters where cast(:ids as uuid[]) is null or id = any(:ids) order by id
    on conflict (supporter_id) do update
    set last_on = greatest(kept.last_on, excluded.last_on), weeks = excluded.weeks,
        active_since = case when excluded.active_since is not null
            then coalesce(kept.active_since, excluded.active_since) end
    where (kept.last_on, kept.weeks, kept.active_since is null) is distinct from
        (greatest(kept.last_on, excluded.last_on), excluded.weeks, excluded.active_since is null)
""").bindparams(_IDS, sa.bindparam("today", type_=sa.Date))


async def hold_supporters(tx: AsyncConnection, supporter_ids: Collection[UUID]) -> Mapping[UUID, str | None]:
    """See that all of these are the organisation's, and lock them in order of id: their subjects.

    Raises ``SupporterNotFound``.
    """
    found = {row.id: row.subject for row in await tx.execute(_HOLD, {"ids": list(supporter_ids)})}
    if len(found) != len(set(supporter_ids)):
        raise SupporterNotFound
    return found


async def insert_supervisions(tx: AsyncConnection, logged: Sequence[Supervision]) -> None:
    """Keep what was logged, of one supervisor. Each note is sealed: it opens for them, and for whom it is about."""
    sealer = sealer_of(tx)
    sealed = {one.id: sealer.seal(one.id, one.note, opens_for=one.supervisor) for one in logged if one.note is not None}
    await tx.execute(_INSERT, [_row(one, sealed.get(one.id)) for one in logged])
    if sealed:
        await speak_as(tx, logged[0].supervisor)
        of = ("id", "supporter_id", "organisation_id", "supervisor")
        keys = [
            {name: getattr(one, name) for name in of} | {"key": sealed[one.id].key}
            for one in logged
            if one.id in sealed
        ]
        await tx.execute(_INSERT_KEY, keys)
        own = [
            {
                **{name: getattr(one, name) for name in ("id", "supporter_id", "organisation_id", "subject")},
                "key": _wrapped_for(sealer, one, sealed[one.id]),
            }
            for one in logged
            if one.id in sealed and one.subject is not None
        ]
        if own:
            await tx.execute(_INSERT_OWN_KEY, own)


def _wrapped_for(sealer: Sealer, one: Supervision, sealed: SealedText) -> bytes:
    """The key of the note, wrapped once more: for the subject of the supporter whom it is about."""
    key = sealer.unwrap(one.id, sealed.key, opens_for=one.supervisor)
    return sealer.wrap(one.id, key, opens_for=str(one.subject))


async def get_supervision(tx: AsyncConnection, supervision_id: UUID, reader: str) -> Supervision:
    """The supervision with its note, for who gave it and for whom it is about, by their subjects.

    Raises ``SupervisionNotFound`` for everybody else. The note is None also where its key was destroyed. One that does
    not open is ``SealedElsewhere`` or ``SealBroken``.
    """
    await speak_as(tx, reader)
    row = (await tx.execute(_FIND, {"id": supervision_id, "reader": reader})).one_or_none()
    if row is None:
        raise SupervisionNotFound
    values = values_of(row)
    sealed, given, own = values.pop("sealed_note"), values.pop("key"), values.pop("own_key")
    opens = given if values["supervisor"] == reader else own
    kind, prompts = SupervisionKind(values.pop("kind")), tuple(Prompt(one) for one in values.pop("prompts"))
    note = open_text(tx, supervision_id, SealedText(sealed, opens), opens_for=reader) if sealed and opens else None
    return as_read(Supervision(**values, kind=kind, prompts=prompts, note=note), reader)


async def keep_rhythms(tx: AsyncConnection, today: date, supporter_ids: Collection[UUID] | None = None) -> None:
    """Take down what these supporters' next supervision hangs on now; of all, where none are named."""
    await tx.execute(_KEEP, {"today": today, "ids": None if supporter_ids is None else list(supporter_ids)})


def _row(one: Supervision, sealed: SealedText | None) -> dict[str, Any]:
    values = asdict(one)
    del values["note"], values["closed"]
    return {**values, "sealed_note": sealed.text if sealed else None}
