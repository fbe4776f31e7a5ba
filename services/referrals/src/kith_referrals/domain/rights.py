"""What a person may ask of a record, and what may stand against it: erasure, and a legal hold.

Records that are merged into one are one person's: whatever is decided here is decided of all of them together.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from kith_referrals.domain.erasure import NOT_ASKED, Basis, Erasure, Rule, State
from kith_referrals.domain.person_refusals import (
    LegalHoldStands,
    NotErasing,
    PersonErasing,
    RecordRequired,
    ReferralsOpen,
)
from kith_referrals.domain.records import Author, Decision, Kind, Record, check_holder, check_not_erased
from kith_referrals.domain.retention import Kept

Decided = tuple[Record, Decision]


def decide_erasure(
    joined: Sequence[Record],
    rule: Rule,
    basis: Basis | None,
    *,
    still_open: Sequence[UUID],
    kept: Kept | None,
    by: Author,
) -> list[Decided]:
    """The records of one person, to be erased. Until that is done it can be taken back.

    ``still_open`` are the person's open referrals; ``kept`` the rule by which the law still requires the record, which
    only a named ``basis`` overrules. Raises ``NotYourPerson``, ``PersonErased``, ``PersonErasing``,
    ``LegalHoldStands``, ``ReferralsOpen`` or ``RecordRequired``.
    """
    for record in joined:
        _check_held_here(record, by.organisation_id)
        if record.erasure.state is State.RESTRICTED:
            raise PersonErasing("The record is to be erased already.")
    if any(record.held for record in joined):
        raise LegalHoldStands
    if still_open:
        raise ReferralsOpen(f"Close the person's referrals first: {', '.join(sorted(map(str, still_open)))}.")
    if kept is not None and basis is None:
        raise RecordRequired(
            f"The law requires that the record is kept until {kept.until} ({kept.record}, {kept.source}). To erase it"
            f" all the same, name a basis: {', '.join(Basis)}."
        )
    asked = Erasure(State.RESTRICTED, rule, basis if kept is not None else None, by.subject, by.at)
    return [(_changed(one, erasure=asked), Decision(Kind.ERASURE_DECIDED, one.person.id)) for one in joined]


def take_back(joined: Sequence[Record], *, by: Author) -> list[Decided]:
    """The records as they were before somebody asked. Raises ``NotYourPerson``, ``PersonErased`` or ``NotErasing``."""
    for record in joined:
        _check_held_here(record, by.organisation_id)
        if record.erasure.state is not State.RESTRICTED:
            raise NotErasing
    return [(_changed(one, erasure=NOT_ASKED), Decision(Kind.ERASURE_TAKEN_BACK, one.person.id)) for one in joined]


def hold(joined: Sequence[Record], *, held: bool, reason: str, by: Author) -> list[Decided]:
    """The records under a legal hold, or free of it. Saying the same twice is no decision.

    It may also be said of a record that is to be erased: then it is not, until the hold is lifted. Raises
    ``NotYourPerson`` or ``PersonErased``.
    """
    for record in joined:
        _check_held_here(record, by.organisation_id)
    kind = Kind.HELD if held else Kind.RELEASED
    return [
        (_changed(one, held=held), Decision(kind, one.person.id, reason=reason)) for one in joined if one.held != held
    ]


def _check_held_here(record: Record, organisation_id: UUID) -> None:
    check_holder(record, organisation_id)
    check_not_erased(record)


def _changed(record: Record, **changes: object) -> Record:
    return replace(record, version=record.version + 1, **changes)  # type: ignore[arg-type]
