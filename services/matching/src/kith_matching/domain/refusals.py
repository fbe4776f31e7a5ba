"""Every way in which matching says no. Each has a stable code and tells what would change the answer."""

from typing import ClassVar


class MatchingRefused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A rule said no. Trying the same again will not help.

    ``code`` is kebab-case and never changes once published. The message is a sentence that tells what to do; it holds
    nothing about a person or a supporter, because it is shown in problems and logs.
    """

    code: ClassVar[str] = "refused"
    advice: ClassVar[str] = ""

    def __init__(self, message: str = "") -> None:
        self.message = message or self.advice
        super().__init__(self.message)


class NotFound(MatchingRefused):
    """There is no such thing that the asking organisation may see. What others own looks the same as what is not."""

    code = "not-found"


class SupporterNotFound(NotFound):
    """No supporter of this organisation has the id."""

    code = "supporter-not-found"
    advice = "No supporter of your organisation has this id."


class ReferralNotFound(NotFound):
    """No referral to this organisation has the id."""

    code = "referral-not-found"
    advice = "No referral to your organisation has this id; a new one may still be on its way, so try again shortly."


class ProgrammeNotFound(NotFound):
    """No programme of this organisation has the id."""

    code = "programme-not-found"
    advice = "No programme of your organisation has this id; a new one may still be on its way, so try again shortly."


class ProposalNotFound(NotFound):
    """No proposal of this organisation has the id."""

    code = "proposal-not-found"
    advice = "No proposal of your organisation has this id."


class MatchNotFound(NotFound):
    """No match of this organisation has the id."""

    code = "match-not-found"
    advice = "No match of your organisation has this id."


class GroupNotFound(NotFound):
    """The group's id belongs to a group that this organisation does not run."""

    code = "group-not-found"
    advice = "No group of your organisation has this id; to begin a group, choose a new id."


class OccasionNotFound(NotFound):
    """No session or contact of this organisation has the id."""

    code = "occasion-not-found"
    advice = "Your organisation has logged nothing with this id."


class ReferralNotOpen(MatchingRefused):
    """The referral cannot be offered to anybody now. The subclasses say why."""

    code = "referral-not-open"


class ReferralClosed(ReferralNotOpen):
    """Nothing more happens to a closed referral."""

    code = "referral-closed"
    advice = "The referral is closed. A new referral would be needed."


class PersonErased(ReferralNotOpen):
    """Nobody is there of whom anything could be said."""

    code = "person-erased"
    says = "The person was erased. Nothing more can be kept about them."


class ConsentWithdrawn(ReferralNotOpen):
    """The person does not agree, or no longer, that the programme's organisation knows of the referral."""

    code = "consent-withdrawn"
    advice = "The person withdrew their consent. Only they can give it again, and it is recorded with the referral."


class ReferralNotAccepted(ReferralNotOpen):
    """Only a referral that the programme's organisation took on is matched."""

    code = "referral-not-accepted"
    advice = "The referral is not accepted. Accept it first."


class AlreadyMatched(ReferralNotOpen):
    """A person has one match in a programme at a time."""

    code = "already-matched"
    advice = "The person is already matched. End that match before proposing another supporter."


class AlreadyProposed(ReferralNotOpen):
    """A person is asked about one supporter at a time."""

    code = "already-proposed"
    advice = "A proposal for this person waits for an answer. Record the answer, or let it lapse, before the next."


class PairStopped(MatchingRefused):
    """A hard rule stopped this pair. The code names the rule, the message what would change it."""

    code = "pair-stopped"


class NotInProgramme(PairStopped):
    """A supporter gives support in the programmes they joined."""

    code = "not-in-programme"
    advice = "The supporter is not in this programme. Add the programme to the supporter once they have joined it."


class SupporterNotActive(PairStopped):
    """Somebody who has not started yet, rests or has left is not asked."""

    code = "supporter-not-active"
    advice = "The supporter has not started yet, rests, or has left. They can be asked once they are active."


class NoCapacity(PairStopped):
    """A supporter chose how many people at once; open proposals hold a place."""

    code = "no-capacity"
    advice = "All the supporter's places are taken. A place comes free when a match ends or a proposal is answered no."


class ChecksOutOfDate(PairStopped):
    """The programme asks for a check, and the supporter has none that is good today. The message says which."""

    code = "checks-out-of-date"
    advice = "The supporter's checks have run out or are not recorded. Renew them and record until when they are valid."


class AgeOutsideProgramme(PairStopped):
    """The person is certainly younger or older than the programme is for."""

    code = "age-outside-programme"
    advice = "The person's age is outside the programme's. Refer them to a programme for their age."


class RequestNotMet(PairStopped):
    """The person asked something of a supporter, for example ``women-only``, that this one is not known to meet."""

    code = "request-not-met"
    advice = "The supporter is not recorded as meeting what the person asked for. If they do, record it."


class LanguageNotShared(PairStopped):
    """The supporter does not speak the person's language."""

    code = "language-not-shared"
    advice = "Find a supporter who speaks the person's language, or record the interpreter whom the person asks for."


class NoWayToMeet(PairStopped):
    """Neither in person nor at a distance do the two have a way that both and the programme allow."""

    code = "no-way-to-meet"
    advice = (
        "The two have no way to meet: the supporter does not serve the person's district, and no other channel suits "
        "both. Add a district or a channel if the supporter agrees."
    )


class SaidNo(PairStopped):
    """Nobody is asked again about somebody they said no to, who said no to them, or whom another was to replace."""

    code = "said-no"
    advice = "One of the two has said no, or their match ended for another one. Choose another supporter."


class MoveRefused(MatchingRefused):
    """The proposal or the match cannot do this now; the message says what it can do."""

    code = "move-refused"


class PersonAnswersFirst(MoveRefused):
    """The person agrees to be offered before any supporter is asked."""

    code = "person-answers-first"
    advice = "The person has not answered yet. Record the person's answer first, then the supporter's."


class PersonAnswered(MoveRefused):
    """The person's answer stands; the supporter's is awaited."""

    code = "person-already-answered"
    advice = "The person has said yes already. Record the supporter's answer."


class ProposalEnded(MoveRefused):
    """A proposal that has ended takes no further answer."""

    code = "proposal-ended"
    advice = "The proposal has ended and takes no more answers. Propose again if the pair is still right."


class ProposalLapsed(MoveRefused):
    """The answer came after its time."""

    code = "proposal-lapsed"
    advice = "The time to answer has run out. Propose again if the pair is still right."


class NotAgreed(MoveRefused):
    """A match needs both answers."""

    code = "not-agreed"
    advice = "A match is made when the person and then the supporter have said yes."


class MatchEnded(MoveRefused):
    """A match ends once."""

    code = "match-already-ended"
    advice = "The match has ended already. To support the person again, propose a supporter anew."


class OccasionRefused(MatchingRefused):
    """The session or contact cannot have been as it was told."""

    code = "occasion-refused"


class InTheFuture(OccasionRefused):
    """Only what has been is logged."""

    code = "in-the-future"
    advice = "The date is in the future. Log it once it has been."


class OutsideMatch(OccasionRefused):
    """A session lies between the making of its match and its ending."""

    code = "outside-match"
    advice = "The date is before the match was made or after it ended. Check the date, or choose the right match."


class MinutesDisagree(OccasionRefused):
    """What happened took time, and what did not happen took none."""

    code = "minutes-disagree"
    advice = "Give the minutes of a session that happened, and 0 for one that did not."


class NobodyCouldAttend(OccasionRefused):
    """A meeting that did not happen had nobody at it."""

    code = "nobody-could-attend"
    advice = "The meeting did not happen: leave out who attended."


class CannotAttend(OccasionRefused):
    """Somebody named as attending is not an accepted and consenting referral to this programme."""

    code = "cannot-attend"
    advice = (
        "Only people whose referral to this programme is accepted, open and consented to are named as attending. "
        "Leave the others out, or count them in a contact."
    )


class GroupOfAnotherProgramme(OccasionRefused):
    """A group belongs to one programme."""

    code = "group-of-another-programme"
    advice = "The group belongs to another programme. Name that programme, or begin a new group with a new id."


class NotYourProgramme(MatchingRefused):
    """A supporter joins programmes of their own organisation."""

    code = "not-your-programme"
    advice = "A supporter can only join programmes of your own organisation. Leave out the others."
