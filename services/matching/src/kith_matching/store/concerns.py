"""Concerns, kept with their words sealed; what was shared of them; and what is known of what they are about."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import sealer_of
from kith_chassis.http import forget_answers
from kith_chassis.sealing import SealedText
from kith_matching.domain.concern import (
    About,
    Concern,
    ConcernNotFound,
    Decision,
    Grounds,
    Item,
    SharedWith,
    Sharing,
    SharingNotFound,
    Whereabouts,
)
from kith_matching.store.rows import values_of
from kith_matching.store.sealing import open_text
from kith_matching.tables import (
    concern_sharings,
    concern_words,
    concerns,
    contacts,
    group_plans,
    groups,
    incidents,
    matches,
    referrals,
    sessions,
    supporters,
    visits,
)


def _only(listed: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """What a list has, if that is one thing."""
    return sa.case((sa.func.cardinality(listed) == 1, listed[1]))


_ID: Final = sa.bindparam("about_id", type_=sa.Uuid)
_PLACE: Final = (referrals.c.id.label("referral_id"), referrals.c.programme_id, referrals.c.district)
_WHEREABOUTS: Final[dict[About, sa.Select[Any]]] = {
    About.REFERRAL: sa.select(*_PLACE).where(referrals.c.id == _ID),
    About.MATCH: sa.select(*_PLACE).join(matches, matches.c.referral_id == referrals.c.id).where(matches.c.id == _ID),
    About.VISIT: sa.select(*_PLACE).join(visits, visits.c.referral_id == referrals.c.id).where(visits.c.id == _ID),
    About.GROUP: sa.select(groups.c.programme_id, group_plans.c.district)
    .join_from(groups, group_plans, group_plans.c.group_id == groups.c.id, isouter=True)
    .where(groups.c.id == _ID),
    About.SUPPORTER: sa.select(
        _only(supporters.c.programme_ids).label("programme_id"), _only(supporters.c.districts).label("district")
    ).where(supporters.c.id == _ID),
    About.SESSION: sa.select(
        sessions.c.referral_id,
        sessions.c.programme_id,
        sa.func.coalesce(referrals.c.district, group_plans.c.district).label("district"),
    )
    .join_from(sessions, referrals, referrals.c.id == sessions.c.referral_id, isouter=True)
    .outerjoin(group_plans, group_plans.c.group_id == sessions.c.group_id)
    .where(sessions.c.id == _ID),
    About.CONTACT: sa.select(contacts.c.programme_id, contacts.c.district).where(contacts.c.id == _ID),
    About.INCIDENT: sa.select(
        incidents.c.referral_id,
        sa.func.coalesce(referrals.c.programme_id, _only(supporters.c.programme_ids)).label("programme_id"),
        sa.func.coalesce(referrals.c.district, _only(supporters.c.districts)).label("district"),
    )
    .join_from(incidents, referrals, referrals.c.id == incidents.c.referral_id, isouter=True)
    .outerjoin(supporters, supporters.c.id == incidents.c.supporter_id)
    .where(incidents.c.id == _ID),
}
"""A supporter is in a programme or district if it is their only one: of several nobody knows which it is about."""
_INSERT: Final = sa.insert(concerns)
_LOCK: Final = sa.select(concerns).where(concerns.c.id == sa.bindparam("concern_id")).with_for_update()
_SAVE: Final = sa.update(concerns).where(concerns.c.id == sa.bindparam("concern"))
_ANSWERS: Final = ("acknowledged_at", "acknowledged_by", "decided_at", "decided_by", "decision", "version")
_WORDS: Final = sa.insert(concern_words)
_SAID: Final = (
    sa.select(concern_words).where(concern_words.c.concern_id == sa.bindparam("id")).order_by(concern_words.c.id)
)
_FORGET: Final = (
    sa.delete(concern_words)
    .where(
        concern_words.c.concern_id.in_(
            sa.select(concerns.c.id)
            .join(referrals, referrals.c.id == concerns.c.referral_id)
            .where(
                concerns.c.referral_id == sa.any_(sa.bindparam("referrals", type_=ARRAY(sa.Uuid))),
                concerns.c.decided_at.is_not(None),
                referrals.c.erased,
            )
        )
    )
    .returning(sa.literal("/concerns/") + sa.cast(concern_words.c.concern_id, sa.Text))
)
_SHARE: Final = sa.insert(concern_sharings)
_ANY_SHARED: Final = sa.select(sa.exists().where(concern_sharings.c.concern_id == sa.bindparam("id", type_=sa.Uuid)))
_LOCK_SHARING: Final = (
    sa.select(concern_sharings)
    .where(concern_sharings.c.id == sa.bindparam("id"), concern_sharings.c.concern_id == sa.bindparam("concern_id"))
    .with_for_update()
)
_UNTOLD: Final = (
    sa.select(concern_sharings)
    .where(
        concern_sharings.c.answered_on.is_(None),
        concern_sharings.c.told_at.is_(None),
        concern_sharings.c.answer_by <= sa.bindparam("today", type_=sa.Date),
    )
    .order_by(concern_sharings.c.answer_by, concern_sharings.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
_TOLD: Final = (
    sa.update(concern_sharings)
    .where(concern_sharings.c.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid))))
    .values(told_at=sa.bindparam("at", type_=concern_sharings.c.told_at.type))
)
_AMONG: Final = sa.select(concerns).where(concerns.c.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid))))
_ANSWERED: Final = (
    sa.update(concern_sharings)
    .where(concern_sharings.c.id == sa.bindparam("sharing_id"))
    .values(answered_on=sa.bindparam("day"))
)


async def find_whereabouts(tx: AsyncConnection, about: About | None, about_id: UUID | None) -> Whereabouts:
    """What whoever asks may know of what a concern is about; nothing, where it is not known, or not their own."""
    asked = _WHEREABOUTS.get(about) if about is not None else None
    if asked is None:
        return Whereabouts()
    row = (await tx.execute(asked, {"about_id": about_id})).one_or_none()
    return Whereabouts(**values_of(row)) if row is not None else Whereabouts()


async def insert_concern(tx: AsyncConnection, concern: Concern) -> None:
    """Keep a concern."""
    await tx.execute(_INSERT, asdict(concern))


async def get_concern_for_update(tx: AsyncConnection, concern_id: UUID) -> Concern:
    """The concern, locked. Raises ``ConcernNotFound``."""
    row = (await tx.execute(_LOCK, {"concern_id": concern_id})).one_or_none()
    if row is None:
        raise ConcernNotFound
    return concern_of(values_of(row))


async def save_answer(tx: AsyncConnection, concern: Concern) -> None:
    """Keep how a concern, which is locked, is answered."""
    await tx.execute(_SAVE, {"concern": concern.id, **{name: getattr(concern, name) for name in _ANSWERS}})


async def seal_words(tx: AsyncConnection, concern: Concern, of: str, words_id: UUID, words: str) -> None:
    """Keep what was written: when it was ``raised``, ``shared`` or ``decided``."""
    sealed = sealer_of(tx).seal(words_id, words, opens_for=str(concern.organisation_id))
    own = {"id": words_id, "concern_id": concern.id, "organisation_id": concern.organisation_id, "of": of}
    await tx.execute(_WORDS, {**own, "sealed": sealed.text, "key": sealed.key})


async def open_words(tx: AsyncConnection, concern_id: UUID) -> list[tuple[UUID, str, str]]:
    """All that was written of a concern: its id, of what it is, and the words, the first first.

    Raises ``SealedElsewhere`` and ``SealBroken``.
    """
    return [
        (row.id, row.of, open_text(tx, row.id, SealedText(row.sealed, row.key), opens_for=str(row.organisation_id)))
        for row in await tx.execute(_SAID, {"id": concern_id})
    ]


async def forget_words(tx: AsyncConnection, referral_ids: Collection[UUID]) -> None:
    """Destroy what was written of concerns about those of the referrals whose person was erased.

    What is not decided needs its words still: they are destroyed then. With them go the answers to whoever wrote them.
    """
    await forget_answers(tx, (await tx.scalars(_FORGET, {"referrals": list(referral_ids)})).all())


async def insert_sharing(tx: AsyncConnection, sharing: Sharing) -> None:
    """Keep that something was shared."""
    await tx.execute(_SHARE, asdict(sharing))


async def is_shared(tx: AsyncConnection, concern_id: UUID) -> bool:
    """Whether anything of the concern was shared with anybody."""
    return bool((await tx.execute(_ANY_SHARED, {"id": concern_id})).scalar_one())


async def get_sharing_for_update(tx: AsyncConnection, concern_id: UUID, sharing_id: UUID) -> Sharing:
    """What was shared, locked. Raises ``SharingNotFound``."""
    row = (await tx.execute(_LOCK_SHARING, {"id": sharing_id, "concern_id": concern_id})).one_or_none()
    if row is None:
        raise SharingNotFound
    return sharing_of(values_of(row))


async def list_untold_for_update(tx: AsyncConnection, today: date, *, limit: int) -> list[Sharing]:
    """Sharings whose day has come, that nobody answered and whose desk was not told; the longest due first, locked.

    Whoever answers one at this moment has it first: it is passed by.
    """
    return [sharing_of(values_of(row)) for row in await tx.execute(_UNTOLD, {"today": today, "limit": limit})]


async def list_concerns(tx: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Concern]:
    """Those of the concerns that there are, by id."""
    return {row.id: concern_of(values_of(row)) for row in await tx.execute(_AMONG, {"ids": list(ids)})}


async def save_told(tx: AsyncConnection, sharings: Collection[Sharing], *, now: datetime) -> None:
    """Keep that their desks are told."""
    if sharings:
        await tx.execute(_TOLD, {"ids": [one.id for one in sharings], "at": now})


async def save_answered(tx: AsyncConnection, sharing: Sharing) -> None:
    """Keep on which day whoever was told answered."""
    await tx.execute(_ANSWERED, {"sharing_id": sharing.id, "day": sharing.answered_on})


def concern_of(values: dict[str, Any]) -> Concern:
    """The concern that a row's values are."""
    about, decision = values["about"], values["decision"]
    words = {
        "grounds": Grounds(values["grounds"]),
        "about": About(about) if about else None,
        "decision": Decision(decision) if decision else None,
    }
    return Concern(**{**values, **words})


def sharing_of(values: dict[str, Any]) -> Sharing:
    """The sharing that a row's values are."""
    items = tuple(Item(one) for one in values["items"])
    return Sharing(**{**values, "shared_with": SharedWith(values["shared_with"]), "items": items})
