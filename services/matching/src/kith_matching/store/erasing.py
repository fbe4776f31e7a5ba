"""What is left of people who were erased: one statement for each table that said something about them."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.http import forget_answers
from kith_matching.domain.referral import UNKNOWN_LANGUAGE
from kith_matching.domain.replay import ERASED
from kith_matching.domain.worklist import Work
from kith_matching.store.concerns import forget_words
from kith_matching.tables import (
    acquaintances,
    attendances,
    comings,
    dues,
    goals,
    hats,
    helpings,
    incidents,
    interpreters,
    looked_after,
    loose_ends,
    matches,
    measure_declines,
    measurements,
    picks,
    places,
    proposals,
    referrals,
    session_corrections,
    session_notes,
    sessions,
    signposts,
    tasters,
    unplaceable,
)

_GONE: Final = (
    sa.select(referrals.c.id)
    .where(referrals.c.person_id == sa.any_(sa.bindparam("people", type_=ARRAY(sa.Uuid))))
    .order_by(referrals.c.id)
    .with_for_update()
)
_REFERRALS: Final = sa.bindparam("referrals", type_=ARRAY(sa.Uuid))
_THEIRS: Final = sa.any_(_REFERRALS)
_FORGET: Final = (
    sa.update(referrals)
    .where(referrals.c.id == _THEIRS)
    .values(
        age_band="unknown",
        district=None,
        language=UNKNOWN_LANGUAGE,
        urgent=False,
        erased=True,
        connections={},
        before_visiting=None,
        interpreter=None,
        **{name: [] for name in ("needs", "conditions", "interests", "requested", "channels")},
    )
    .returning(sa.literal("/referrals/") + sa.cast(referrals.c.id, sa.Text)),
    sa.update(proposals)
    .where(proposals.c.referral_id == _THEIRS)
    .values(parts=[], score=0, reason=None)
    .returning(sa.literal("/proposals/") + sa.cast(proposals.c.id, sa.Text)),
    sa.update(matches)
    .where(matches.c.referral_id == _THEIRS)
    .values(balance=None, balance_due_on=None, moved_to=None)
    .returning(sa.literal("/matches/") + sa.cast(matches.c.id, sa.Text)),
    sa.update(incidents)
    .where(incidents.c.referral_id == _THEIRS)
    .values(referral_id=None)
    .returning(sa.literal("/incidents/") + sa.cast(incidents.c.id, sa.Text)),
    sa.update(signposts)
    .where(signposts.c.referral_id == _THEIRS)
    .values(referral_id=None, session_id=None)
    .returning(sa.literal("/signposts/") + sa.cast(signposts.c.id, sa.Text)),
    sa.delete(interpreters)
    .where(interpreters.c.referral_id == _THEIRS)
    .returning(sa.literal("/interpreters/") + sa.cast(interpreters.c.id, sa.Text)),
    sa.update(sessions)
    .where(sessions.c.referral_id == _THEIRS)
    .values(topics=[])
    .returning(sa.literal("/sessions/") + sa.cast(sessions.c.id, sa.Text)),
    sa.update(attendances)
    .where(
        sa.or_(
            attendances.c.pair_with == _THEIRS,
            sa.and_(
                attendances.c.referral_id == _THEIRS,
                sa.or_(attendances.c.pair_with.is_not(None), attendances.c.companions > 0),
            ),
        )
    )
    .values(
        pair_with=None, companions=sa.case((attendances.c.referral_id == _THEIRS, 0), else_=attendances.c.companions)
    )
    .returning(sa.literal("/sessions/") + sa.cast(attendances.c.session_id, sa.Text)),
    sa.update(session_corrections)
    .where(session_corrections.c.attended_referral_ids.overlap(_REFERRALS))
    .values(came_with=[])
    .returning(sa.literal("/sessions/") + sa.cast(session_corrections.c.session_id, sa.Text)),
    sa.update(session_corrections)
    .where(session_corrections.c.session_id.in_(sa.select(sessions.c.id).where(sessions.c.referral_id == _THEIRS)))
    .values(topics=[])
    .returning(sa.literal("/sessions/") + sa.cast(session_corrections.c.session_id, sa.Text)),
)
"""What ``domain.referral.forgotten`` says of a referral; of proposals the reasons go, of matches their balance and the
group that they moved to, of sessions what they were about, and were said to be about before.

An incident stays, without whom it was about; that somebody was told of an entry is still counted. A group's meeting is
about nobody in particular, and stays as it is, but for with whom they came to it. Each says where it is, because the
answers to the requests that made it, or something below it, are kept for a day.
"""


_DROP: Final = tuple(
    sa.delete(table).where(table.c.referral_id == _THEIRS)
    for table in (picks, acquaintances, unplaceable, helpings, comings, dues, tasters)
)

_UNTIE: Final = (
    sa.delete(loose_ends).where(
        loose_ends.c.referral_id == _THEIRS,
        loose_ends.c.kind != sa.literal_column(f"'{Work.TELL_SUPPORTER}'"),
    ),
    sa.update(loose_ends).where(loose_ends.c.referral_id == _THEIRS).values(referral_id=None),
)
"""That a supporter is still to be told stays: it is theirs, and says nothing of whom they supported."""
_UNLINK: Final = (
    sa.delete(hats)
    .where(hats.c.person_id == sa.any_(sa.bindparam("people", type_=ARRAY(sa.Uuid))))
    .returning(sa.literal("/supporters/") + sa.cast(hats.c.supporter_id, sa.Text) + "/progression")
)
"""Somebody links a person with the person's referrals locked: so after those are locked here, none is missed."""
_LET_GO: Final = sa.delete(looked_after).where(
    sa.or_(
        sa.and_(looked_after.c.kind == "referral", looked_after.c.about_id == _THEIRS),
        sa.and_(
            looked_after.c.kind == "match",
            looked_after.c.about_id.in_(
                sa.select(matches.c.id)
                .join(proposals, proposals.c.id == matches.c.proposal_id)
                .where(proposals.c.referral_id == _THEIRS)
            ),
        ),
    )
)
_UNSEAT: Final = (
    sa.delete(places)
    .where(places.c.referral_id == _THEIRS)
    .returning(sa.literal("/places/") + sa.cast(places.c.id, sa.Text))
)
_UNANSWER: Final = (
    sa.delete(measurements)
    .where(measurements.c.referral_id == _THEIRS)
    .returning(sa.literal("/measurements/") + sa.cast(measurements.c.id, sa.Text))
)
"""Nothing of what they answered is left, nor that they did. That a concern was raised for a risk item stays."""
_UNDECLINE: Final = (
    sa.delete(measure_declines)
    .where(measure_declines.c.referral_id == _THEIRS)
    .returning(sa.literal("/matches/") + sa.cast(measure_declines.c.match_id, sa.Text))
)
_LET_GOALS_GO: Final = (
    sa.delete(goals)
    .where(goals.c.referral_id == _THEIRS)
    .returning(sa.literal("/goals/") + sa.cast(goals.c.id, sa.Text))
)
"""With a goal go its words, what opens them, and how near the person said they were."""
_UNNOTE: Final = sa.delete(session_notes).where(
    session_notes.c.session_id.in_(sa.select(sessions.c.id).where(sessions.c.referral_id == _THEIRS))
)
"""What was noted of a group's meeting is about nobody in particular, and stays."""
_TAKE_OUT: Final = sa.text(
    "update round_inputs set referral_ids = array("
    f" select case when one = any(cast(:referrals as uuid[])) then '{ERASED}' else one end"
    " from unnest(referral_ids) with ordinality as kept (one, place) order by place)"
    " where programme_id in (select programme_id from referrals where id = any(cast(:referrals as uuid[])))"
    " and referral_ids && cast(:referrals as uuid[])"
)
"""Of a round's input only the numbers stay: nothing says any more whose they were."""


async def forget(tx: AsyncConnection, people: Collection[UUID]) -> list[UUID]:
    """Forget what is known by these pseudonyms but that there were referrals, proposals, matches and sessions.

    Returns the referrals, which are locked. Their places are freed for others first: ``forget_places``.
    """
    if not people:
        return []
    theirs = list((await tx.execute(_GONE, {"people": list(people)})).scalars())
    if theirs:
        locations = list(await tx.scalars(_UNLINK, {"people": list(people)}))
        for drop in (*_DROP, *_UNTIE, _LET_GO, _UNNOTE):
            await tx.execute(drop, {"referrals": theirs})
        await tx.execute(_TAKE_OUT, {"referrals": theirs})
        for statement in (*_FORGET, _UNANSWER, _UNDECLINE, _LET_GOALS_GO):
            locations += await tx.scalars(statement, {"referrals": theirs})
        await forget_words(tx, theirs)
        await forget_answers(tx, locations)
    return theirs


async def forget_places(tx: AsyncConnection, referral_ids: Collection[UUID]) -> None:
    """Forget where in groups these people had places, or waited for one. The groups of places that go on are locked."""
    if referral_ids:
        await forget_answers(tx, (await tx.scalars(_UNSEAT, {"referrals": list(referral_ids)})).all())
