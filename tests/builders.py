"""Facts for tests, in English: each builder gives a whole fact, from the fact it follows, with what you change named.

The people, organisations and programmes are invented. Ids are new each time, so no two tests meet by accident.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from kith_chassis.clock import new_id, new_pseudonym
from kith_chassis.received import Received
from kith_contracts.fact import Fact
from kith_contracts.matching import (
    ConcernAnswered,
    ConcernRaised,
    ContactLogged,
    MatchEnded,
    MatchMade,
    MatchProposed,
    ProgrammeQualityCounted,
    ProposalAnswered,
    ScorePart,
    SessionLogged,
    SharingFellDue,
    SupporterChanged,
    WorkFellDue,
)
from kith_contracts.notifications import MessageDelivered, MessageFailed
from kith_contracts.referrals import (
    ClaimReversed,
    ConsentChanged,
    ConsentEnding,
    HelpAskedFor,
    OrganisationPublished,
    PersonErased,
    ProgrammePublished,
    PromiseMissed,
    ReferralClosed,
    ReferralCreated,
    ReferralDecided,
    ReferralReopened,
    ResultClaimed,
)

NOW: Final = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""A Monday morning, on which tests happen."""

TODAY: Final = NOW.date()


def received(fact: Fact, *, id: UUID | None = None, at: datetime = NOW, key: str | None = None) -> Received:  # noqa: A002 - as the field is called
    """The fact as the inbox hands it over."""
    return Received(id or new_id(), fact, at, fact.topic, key or str(fact.story.id))


def a_concern_raised(**changes: Any) -> ConcernRaised:
    """A concern that a duty desk answers within the hour, and decides about within four."""
    return ConcernRaised(
        **{
            "concern_id": new_id(),
            "organisation_id": new_id(),
            "desk_id": new_id(),
            "acknowledge_by": NOW + timedelta(hours=1),
            "decide_by": NOW + timedelta(hours=4),
            "pass_on_minutes": 60,
        }
        | changes
    )


def a_concern_answered(raised: ConcernRaised, answer: str) -> ConcernAnswered:
    """Somebody acknowledged it, or decided."""
    return ConcernAnswered(concern_id=raised.concern_id, organisation_id=raised.organisation_id, answer=answer)


def a_sharing_fell_due(raised: ConcernRaised, **changes: Any) -> SharingFellDue:
    """Whoever was told of a concern has not answered by today."""
    usual: dict[str, Any] = {"sharing_id": new_id(), "concern_id": raised.concern_id, "due_on": TODAY}
    return SharingFellDue(**{**usual, "organisation_id": raised.organisation_id, "desk_id": raised.desk_id, **changes})


def work_that_fell_due(**changes: Any) -> WorkFellDue:
    """Nobody has been in touch with somebody for too long."""
    return WorkFellDue(
        **{
            "work_id": new_id(),
            "organisation_id": new_id(),
            "kind": "get-in-touch",
            "about_kind": "match",
            "about_id": new_id(),
            "due_on": TODAY,
        }
        | changes
    )


def an_organisation_published(**changes: Any) -> OrganisationPublished:
    """A charity."""
    return OrganisationPublished(
        **{"organisation_id": new_id(), "organisation_name": "Example Harbour Trust", "kind": "charity"} | changes
    )


def a_programme_published(**changes: Any) -> ProgrammePublished:
    """One-to-one support that is formally organised, with no age limits."""
    return ProgrammePublished(
        **{
            "programme_id": new_id(),
            "organisation_id": new_id(),
            "slug": "long-term-conditions",
            "programme_name": "Living with a long term condition",
            "model": "one-to-one",
            "formality": "formal",
            "channels": ("in-person", "telephone", "video"),
            "weights": {"condition": 40, "experience": 30, "interest": 10, "language": 10, "place": 10},
        }
        | changes
    )


def a_referral_created(programme: ProgrammePublished | None = None, **changes: Any) -> ReferralCreated:
    """A professional's referral to the programme."""
    offer = programme or a_programme_published()
    return ReferralCreated(
        **{
            "referral_id": new_id(),
            "person_id": new_pseudonym(),
            "referring_organisation_id": new_id(),
            "programme_id": offer.programme_id,
            "programme_organisation_id": offer.organisation_id,
            "source": "professional",
            "received_on": TODAY,
            "age_band": "35-44",
            "district": "G12",
            "needs": ("isolation",),
            "conditions": ("diabetes",),
            "channels": ("in-person", "telephone"),
            "before_visiting": False,
        }
        | changes
    )


def a_referral_decided(referral: ReferralCreated, **changes: Any) -> ReferralDecided:
    """The programme's organisation takes the referral on."""
    return ReferralDecided(**_referral(referral) | {"decision": "accepted"} | changes)


def a_consent_changed(referral: ReferralCreated, **changes: Any) -> ConsentChanged:
    """The person withdraws the consent to share the referral."""
    return ConsentChanged(
        **{
            "referral_id": referral.referral_id,
            "person_id": referral.person_id,
            "receiving_organisation_id": referral.programme_organisation_id,
            "purpose": "share-referral",
            "state": "withdrawn",
        }
        | changes
    )


def a_referral_closed(referral: ReferralCreated, **changes: Any) -> ReferralClosed:
    """The referral is withdrawn."""
    return ReferralClosed(**_referral(referral) | {"reason": "withdrawn"} | changes)


def a_referral_reopened(referral: ReferralCreated, **changes: Any) -> ReferralReopened:
    """The person came back, and the referral is to be decided anew."""
    return ReferralReopened(**_referral(referral) | {"reason": "person-came-back"} | changes)


def a_promise_missed(referral: ReferralCreated, **changes: Any) -> PromiseMissed:
    """Nobody decided in time."""
    return PromiseMissed(**_referral(referral) | {"promise": "decide", "due_on": TODAY} | changes)


def a_consent_ending(referral: ReferralCreated, **changes: Any) -> ConsentEnding:
    """The person agreed to share the referral for two weeks more."""
    return ConsentEnding(
        **_referral(referral)
        | {"person_id": referral.person_id, "purpose": "share-referral", "ends_on": TODAY + timedelta(days=14)}
        | changes
    )


def a_person_erased(referral: ReferralCreated) -> PersonErased:
    """The person whose referral it was is erased."""
    return PersonErased(person_id=referral.person_id)


def a_result_claimed(programme: ProgrammePublished, **changes: Any) -> ResultClaimed:
    """The children of a household have been back at school for half a year."""
    return ResultClaimed(
        **{
            "claim_id": new_id(),
            "household_id": new_pseudonym(),
            "programme_id": programme.programme_id,
            "organisation_id": programme.organisation_id,
            "result": "school-attendance",
            "definition_version": 1,
            "achieved_on": TODAY - timedelta(weeks=26),
            "payer_percent": 40,
        }
        | changes
    )


def a_claim_reversed(claimed: ResultClaimed, **changes: Any) -> ClaimReversed:
    """It did not last."""
    told = claimed.model_dump(include={"claim_id", "household_id", "programme_id", "organisation_id", "result"})
    return ClaimReversed(**told | {"reason": "relapsed", "reversed_on": TODAY} | changes)


def a_help_asked_for(programme: ProgrammePublished, **changes: Any) -> HelpAskedFor:
    """Somebody pressed the button of their private page."""
    told = {"organisation_id": programme.organisation_id, "programme_id": programme.programme_id, "district": "EH16"}
    return HelpAskedFor(**told | {"request_id": new_pseudonym()} | changes)


def a_supporter_changed(programme: ProgrammePublished | None = None, **changes: Any) -> SupporterChanged:
    """An active supporter of the programme, with room for one person."""
    offer = programme or a_programme_published()
    return SupporterChanged(
        **{
            "supporter_id": new_pseudonym(),
            "organisation_id": offer.organisation_id,
            "programme_ids": (offer.programme_id,),
            "state": "active",
            "capacity": 1,
        }
        | changes
    )


def a_match_proposed(referral: ReferralCreated, supporter: SupporterChanged, **changes: Any) -> MatchProposed:
    """A coordinator proposes the pair, because both live with the same condition."""
    return MatchProposed(
        **{
            "proposal_id": new_id(),
            "supporter_id": supporter.supporter_id,
            "organisation_id": referral.programme_organisation_id,
            "referral_id": referral.referral_id,
            "programme_id": referral.programme_id,
            "score": 40,
            "parts": (ScorePart(connection="condition", points=40),),
        }
        | changes
    )


def a_proposal_answered(proposed: MatchProposed, **changes: Any) -> ProposalAnswered:
    """The person says yes."""
    return ProposalAnswered(
        **_pair(proposed) | {"proposal_id": proposed.proposal_id, "answered_by": "person", "answer": "yes"} | changes
    )


def a_match_made(proposed: MatchProposed, **changes: Any) -> MatchMade:
    """Both sides agreed; the first review is in six weeks."""
    return MatchMade(
        **_pair(proposed)
        | {
            "match_id": new_id(),
            "proposal_id": proposed.proposal_id,
            "review_on": TODAY + timedelta(weeks=6),
        }
        | changes
    )


def a_session_logged(match: MatchMade, **changes: Any) -> SessionLogged:
    """An hour together, in person."""
    return SessionLogged(
        **{
            "session_id": new_id(),
            "kind": "one-to-one",
            "programme_id": match.programme_id,
            "organisation_id": match.organisation_id,
            "held_on": TODAY,
            "outcome": "happened",
            "minutes": 60,
            "channel": "in-person",
            "supporter_ids": (match.supporter_id,),
            "referral_id": match.referral_id,
            "match_id": match.match_id,
        }
        | changes
    )


def a_group_meeting_logged(programme: ProgrammePublished, *attended: ReferralCreated, **changes: Any) -> SessionLogged:
    """A meeting of two hours, which those of the referred attended: one fact, as before each had a record."""
    return SessionLogged(
        **{
            "session_id": new_id(),
            "kind": "group",
            "programme_id": programme.programme_id,
            "organisation_id": programme.organisation_id,
            "held_on": TODAY,
            "outcome": "happened",
            "minutes": 120,
            "channel": "in-person",
            "group_id": new_id(),
            "attended_referral_ids": tuple(referral.referral_id for referral in attended),
        }
        | changes
    )


def a_meeting_logged(programme: ProgrammePublished, *attended: ReferralCreated, **changes: Any) -> list[SessionLogged]:
    """A meeting of two hours: a record for each of the referred who was there, or the meeting itself for nobody."""
    of_all = {"group_id": new_id(), "meeting_id": new_id()} | changes
    if not attended:
        return [a_group_meeting_logged(programme, **{"session_id": of_all["meeting_id"], **of_all})]
    return [
        a_group_meeting_logged(programme, **of_all, referral_id=referral.referral_id, attended_referral_ids=())
        for referral in attended
    ]


def a_record_taken_back(record: SessionLogged) -> SessionLogged:
    """The record no longer holds."""
    return record.model_copy(update={"outcome": "taken-back", "minutes": 0})


def a_contact_logged(programme: ProgrammePublished, **changes: Any) -> ContactLogged:
    """Outreach to twelve people whom nobody names."""
    return ContactLogged(
        **{
            "contact_id": new_id(),
            "programme_id": programme.programme_id,
            "organisation_id": programme.organisation_id,
            "held_on": TODAY,
            "kind": "outreach",
            "people": 12,
        }
        | changes
    )


def a_match_ended(match: MatchMade, **changes: Any) -> MatchEnded:
    """The match comes to its planned end."""
    return MatchEnded(**_pair(match) | {"match_id": match.match_id, "ending": "planned"} | changes)


def a_quality_counted(programme: ProgrammePublished | None = None, **changes: Any) -> ProgrammeQualityCounted:
    """Of the programme's supporters, 92 in a hundred have current checks; of no other share anything is said."""
    offer = programme or a_programme_published()
    return ProgrammeQualityCounted(
        **{"programme_id": offer.programme_id, "organisation_id": offer.organisation_id, "checks_current": 92} | changes
    )


def a_message_delivered(about: Fact, **changes: Any) -> MessageDelivered:
    """The referrer was told by mail, at the first try."""
    return MessageDelivered(**_message(about) | {"recipient": "referrer"} | changes)


def a_message_failed(about: Fact, **changes: Any) -> MessageFailed:
    """The person could not be told: no address is known."""
    return MessageFailed(**_message(about) | {"recipient": "person", "code": "no-channel"} | changes)


def _referral(referral: ReferralCreated) -> dict[str, Any]:
    return {
        "referral_id": referral.referral_id,
        "programme_id": referral.programme_id,
        "programme_organisation_id": referral.programme_organisation_id,
        "referring_organisation_id": referral.referring_organisation_id,
    }


def _pair(pair: MatchProposed | MatchMade) -> dict[str, Any]:
    return {
        "referral_id": pair.referral_id,
        "supporter_id": pair.supporter_id,
        "programme_id": pair.programme_id,
        "organisation_id": pair.organisation_id,
    }


def _message(about: Fact) -> dict[str, Any]:
    return {
        "message_id": new_id(),
        "story_kind": about.story.kind,
        "story_id": about.story.id,
        "reason": "referral-received",
        "channel": "email",
        "tries": 1,
    }
