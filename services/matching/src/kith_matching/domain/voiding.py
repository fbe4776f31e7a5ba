"""What was logged and never was so is void: it stays, with why, and counts for nothing."""

from dataclasses import replace

from kith_matching.domain.occasion import Contact, ContactKind, Occasion, Outcome, Session, Void
from kith_matching.domain.refusals import OccasionRefused


class OccasionVoided(OccasionRefused):
    """What is void is neither corrected nor voided again."""

    code = "occasion-voided"
    advice = "It is void already, and stays so. If it took place after all, log it anew."


class TasterOfOne(OccasionRefused):
    """A taster of somebody who is referred is one person's, and stays one."""

    code = "taster-of-one"
    advice = (
        "This is the taster of one person. Leave its kind, and people at 1; if it was another's, void it and log "
        "theirs."
    )


def check_stands(logged: Session | Contact) -> None:
    """Raise ``OccasionVoided`` for what is void."""
    if logged.voided_as is not None:
        raise OccasionVoided


def void_session(session: Session, reason: Void) -> Session:
    """The session, void: nobody was at it, and it took no time. Raises ``OccasionVoided`` the second time.

    It stands as cancelled, so that whoever counts what happened passes it over.
    """
    check_stands(session)
    said = session.occasion
    nothing = Occasion(said.held_on, Outcome.CANCELLED, 0, said.channel, ())
    return replace(
        session,
        occasion=nothing,
        attended_referral_ids=(),
        records=(),
        voided_as=reason,
        double_of=None,
        version=session.version + 1,
    )


def confirm(session: Session) -> Session:
    """The session as an occasion of its own, that is no double. Raises ``OccasionVoided``."""
    check_stands(session)
    return replace(session, double_of=None, version=session.version + 1)


def void_contact(contact: Contact, reason: Void) -> Contact:
    """The contact, void. Raises ``OccasionVoided`` the second time."""
    check_stands(contact)
    return replace(contact, voided_as=reason, version=contact.version + 1)


def correct_contact(contact: Contact, said: Contact, *, is_taster: bool) -> Contact:
    """The contact as it is ``said`` to have been instead. Raises ``OccasionVoided`` and ``TasterOfOne``."""
    check_stands(contact)
    if is_taster and (said.kind is not ContactKind.TASTER or said.people != 1):
        raise TasterOfOne
    return replace(said, noted=contact.noted, version=contact.version + 1)
