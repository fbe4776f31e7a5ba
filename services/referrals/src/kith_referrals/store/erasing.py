"""What is left of people who were erased: one statement for each table that said something about them, for all at once.

A tombstone keeps ids, states, codes of decisions and dates, which are what counting needs, and nothing of what anybody
said of the person. It is not deleted: other rows count by it, and it is how a replay and a repeated import are known.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.http import forget_answers
from kith_referrals.domain.erasure import State
from kith_referrals.domain.intake.sifting import Outcome
from kith_referrals.store.households import leave_households
from kith_referrals.tables import (
    claims,
    contact_attempts,
    form_key,
    help_requests,
    imported_rows,
    invitations,
    people,
    person_decisions,
    referral_steps,
    referrals,
    self_referrals,
)
from kith_referrals.tables.governance import breaches, complaints
from kith_referrals.tables.rights import retention_reviews

UNKNOWN_LANGUAGE: Final = "und"
"""ISO 639: nobody knows which."""

_PEOPLE: Final = sa.any_(sa.bindparam("people", type_=ARRAY(sa.Uuid)))
_REFERRALS: Final = sa.any_(sa.bindparam("referrals", type_=ARRAY(sa.Uuid)))
_DUE: Final = (
    sa.select(people.c.id)
    .where(people.c.erasure_state == sa.literal_column(f"'{State.RESTRICTED}'"), ~people.c.held)
    .where(people.c.erasure_decided_at <= sa.bindparam("decided_by"))
    .where(~sa.exists().where(referrals.c.person_id == people.c.id, referrals.c.closed_at.is_(None)))
    .order_by(people.c.erasure_decided_at, people.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
    .with_for_update()
)
"""The literal lets the planner see that the partial index serves."""


def erased_mark(reference: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """What stays of an imported row's reference: a digest with the network's own key, which nobody else can make."""
    key = sa.select(form_key.c.key).scalar_subquery()
    keyed = sa.func.sha256(key.op("||")(sa.func.convert_to(reference, "UTF8")))
    return sa.literal("erased/", sa.Text) + sa.func.encode(keyed, "hex")


_theirs: Final = referrals.alias("theirs")
_NAMES_THEM: Final = (
    sa.exists()
    .where(_theirs.c.id == _REFERRALS)
    .where(sa.func.coalesce(_theirs.c.source_reference, sa.cast(_theirs.c.id, sa.Text)) == imported_rows.c.duplicate_of)
    .where(
        imported_rows.c.organisation_id.in_((_theirs.c.referring_organisation_id, _theirs.c.programme_organisation_id))
    )
)
EMPTIED: Final[dict[str, Any]] = {
    "source_reference": erased_mark(imported_rows.c.source_reference),
    "digest": b"",
    "file_name": None,
    "duplicate_of": None,
    "cells": sa.null(),
    "mapping": sa.null(),
}
"""An imported row of which nothing is left but that there was one."""
_MARK_ROWS: Final = (
    sa.update(imported_rows)
    .where(imported_rows.c.referral_id == _REFERRALS)
    .values(**EMPTIED, outcome=Outcome.ERASED.value)
)
_DROP_WAITING_ROWS: Final = (
    sa.delete(imported_rows)
    .where(imported_rows.c.outcome == Outcome.POSSIBLE_DUPLICATE.value, imported_rows.c.referral_id.is_(None))
    .where(_NAMES_THEM)
)
_UNNAME_ROWS: Final = sa.update(imported_rows).where(_NAMES_THEM).values(duplicate_of=None)
_DROP_INVITATIONS: Final = (
    sa.delete(invitations)
    .where(_theirs.c.id == _REFERRALS)
    .where(invitations.c.organisation_id == _theirs.c.referring_organisation_id)
    .where(invitations.c.source_reference == _theirs.c.source_reference)
)
_DROP_LINKS: Final = sa.delete(self_referrals).where(self_referrals.c.referral_id == _REFERRALS)
_DROP_HELP_REQUESTS: Final = sa.delete(help_requests).where(help_requests.c.referral_id == _REFERRALS)
_UNSAY_STEPS: Final = (
    sa.update(referral_steps)
    .where(referral_steps.c.referral_id == _REFERRALS, referral_steps.c.note.is_not(None))
    .values(note=None)
)
_UNSAY_ATTEMPTS: Final = (
    sa.update(contact_attempts)
    .where(contact_attempts.c.referral_id == _REFERRALS, contact_attempts.c.note.is_not(None))
    .values(note=None)
)
_UNSAY_DECISIONS: Final = (
    sa.update(person_decisions)
    .where(sa.or_(person_decisions.c.person_id == _PEOPLE, person_decisions.c.other_id == _PEOPLE))
    .values(reason=None)
    .returning(person_decisions.c.person_id, person_decisions.c.other_id)
)
"""That two are kept apart was answered where one of them is, whichever was asked about."""
_UNSAY_BREACHES: Final = (
    sa.update(breaches)
    .where(sa.or_(breaches.c.person_id == _PEOPLE, breaches.c.referral_id == _REFERRALS), breaches.c.note.is_not(None))
    .values(note=None, version=breaches.c.version + 1)
    .returning(sa.literal("/breaches/") + sa.cast(breaches.c.id, sa.Text))
)
"""What went wrong, and when, stays. A new version, so that nobody who read the note before puts it back."""
_UNSAY_COMPLAINTS: Final = (
    sa.update(complaints)
    .where(complaints.c.referral_id == _REFERRALS, complaints.c.words.is_not(None))
    .values(words=None, version=complaints.c.version + 1)
    .returning(sa.literal("/complaints/") + sa.cast(complaints.c.id, sa.Text))
)
_UNNAME_CLAIMS: Final = (
    sa.update(claims)
    .where(claims.c.referral_id == _REFERRALS)
    .values(referral_id=None)
    .returning(sa.literal("/claims/") + sa.cast(claims.c.id, sa.Text))
)
"""Money was paid: that a household's result was claimed stays, with where its evidence is, and says of nobody."""
_DROP_REVIEWS: Final = sa.delete(retention_reviews).where(
    retention_reviews.c.person_id == _PEOPLE, retention_reviews.c.decision.is_(None)
)
_NOTHING: Final[dict[str, Any]] = {name: [] for name in ("needs", "conditions", "interests", "requested", "channels")}
_BURY_REFERRALS: Final = (
    sa.update(referrals)
    .where(referrals.c.id == _REFERRALS)
    .values(**_NOTHING, urgent=False, notes=None, source_reference=None, details={}, connections={}, notes_waited=False)
    .returning(sa.literal("/choices/") + sa.cast(referrals.c.choice_id, sa.Text))
)
_EMPTY: Final = (
    *("given_name", "birth_date", "nhs_number", "chi_number", "hc_number", "postcode", "email", "telephone"),
    *(
        "address",
        "interpreter",
        "safe_times",
        "nation",
        "power_act",
        "power_seen_on",
        "power_expires_on",
        "likeness",
        "died_on",
    ),
)
_NONE: Final = ("contact_by", "strengths", "impacts", "accessible_information", "risk_to_visitor")
_BURY_PEOPLE: Final = (
    sa.update(people)
    .where(people.c.id == _PEOPLE)
    .values(
        **dict.fromkeys(_EMPTY),
        **{name: [] for name in _NONE},
        family_name="",
        do_not_contact=True,
        language=UNKNOWN_LANGUAGE,
        agrees="self",
        understands=False,
        restricted=False,
        version=people.c.version + 1,
        erasure_state=State.ERASED.value,
        erased_on=sa.bindparam("today", type_=sa.Date),
    )
)
_OF_REFERRALS: Final = (
    *(_DROP_WAITING_ROWS, _UNNAME_ROWS, _DROP_INVITATIONS, _MARK_ROWS, _DROP_LINKS, _DROP_HELP_REQUESTS),
    *(_UNSAY_STEPS, _UNSAY_ATTEMPTS),
)
"""What is found by a referral goes before the referral says no more."""
_SAYING_WHERE: Final = (_UNSAY_COMPLAINTS, _UNNAME_CLAIMS, _BURY_REFERRALS)


async def list_due_for_update(tx: AsyncConnection, *, decided_by: datetime, limit: int) -> Sequence[UUID]:
    """People whom it was decided to erase by then, whom no hold and no open referral keeps; locked, in that order."""
    return list((await tx.execute(_DUE, {"decided_by": decided_by, "limit": limit})).scalars())


async def erase(tx: AsyncConnection, people_ids: Sequence[UUID], referral_ids: Sequence[UUID], today: date) -> None:
    """Leave tombstones of these people and of all their referrals. ``today`` is a civil date (Europe/London).

    Rows that wait for a human as possible duplicates of them go too: what is in them may be theirs, and whoever sent
    them can send them again. Of an imported row stays a keyed digest of its reference, so that the same file does not
    bring the person back.
    """
    theirs = {"people": list(people_ids), "referrals": list(referral_ids)}
    for statement in _OF_REFERRALS:
        await tx.execute(statement, {"referrals": theirs["referrals"]})
    places = [f"/referrals/{referral_id}" for referral_id in referral_ids]
    places += [f"/people/{person_id}" for person_id in people_ids]
    places += await tx.scalars(_UNSAY_BREACHES, theirs)
    for statement in _SAYING_WHERE:
        places += filter(None, await tx.scalars(statement, {"referrals": theirs["referrals"]}))
    await leave_households(tx, people_ids)
    await tx.execute(_DROP_REVIEWS, {"people": theirs["people"]})
    apart = await tx.execute(_UNSAY_DECISIONS, {"people": theirs["people"]})
    places += [f"/people/{person_id}/likenesses" for pair in apart for person_id in pair]
    await forget_answers(tx, places)
    await tx.execute(_BURY_PEOPLE, {"people": theirs["people"], "today": today})
