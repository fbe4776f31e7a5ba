"""Every final no of the referrals service, each with a stable code and a sentence that says what to do."""

from collections.abc import Sequence
from typing import ClassVar


class ReferralRefused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A rule said no. Trying the same again will not help.

    ``code`` is kebab-case and never changes once published. ``says`` is the sentence shown when the raiser has nothing
    more exact; no sentence ever holds anything about a person, because it is shown in problems, reports and logs.
    """

    code: ClassVar[str] = "referral-refused"
    says: ClassVar[str] = "The request breaks a rule of the referrals service."

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.says)


class NotFound(ReferralRefused):
    """There is no such thing, or none that the asking organisation may see: both look the same on purpose."""

    code = "not-found"
    says = "There is nothing here that your organisation may see. Check the id."


class NotAllowed(ReferralRefused):
    """The caller may see it, and may not do this to it."""

    code = "not-allowed"
    says = "Your organisation may not do this."


class NoOrganisation(NotAllowed):
    """The caller's token names no organisation, or one that is not in the network."""

    code = "organisation-missing"
    says = "Your token names no organisation of this network. Ask the network operator to add it."


class NotYourProgramme(NotAllowed):
    """Only the organisation that owns the programme decides about its referrals."""

    code = "not-your-programme"
    says = "Only the organisation that owns the programme may decide about this referral."


class NotYourReferral(NotAllowed):
    """Only the organisation that referred speaks for the person here."""

    code = "not-your-referral"
    says = "Only the organisation that made this referral may do this."


class NotYourOrganisation(NotAllowed):
    """An organisation imports its own export only."""

    code = "not-your-organisation"
    says = "The mapping belongs to another organisation. Import with a token of the organisation it names."


class Unacceptable(ReferralRefused):
    """Something in what was sent cannot be right; correct it and send it again."""

    code = "unacceptable"


class IdentifierRefused(Unacceptable):
    """A health-service number that cannot be one."""

    code = "identifier-unreadable"
    says = "The number must have ten digits. Check it against the person's record."


class RepeatedDigits(IdentifierRefused):
    """Ten equal digits satisfy the sum and are never issued; systems use them for *not known*."""

    code = "identifier-repeated-digits"
    says = "Ten equal digits are not a number that is ever issued. Leave the field empty if the number is not known."


class WrongCheckDigit(IdentifierRefused):
    """The tenth digit does not follow from the other nine."""

    code = "identifier-check-digit"
    says = "The last digit does not fit the other nine: a digit is mistyped. Check it against the person's record."


class ChiDateUnreal(IdentifierRefused):
    """A CHI number begins with the birth date; these six digits are no date."""

    code = "chi-date-unreal"
    says = "The first six digits of a CHI number are the birth date (DDMMYY), and these are no date."


class ChiDateDiffers(IdentifierRefused):
    """The CHI number and the birth date contradict one another."""

    code = "chi-date-differs"
    says = "The first six digits of the CHI number are not the birth date that was given. Check which one is wrong."


class PostcodeUnreadable(Unacceptable):
    """Neither a full postcode nor its outward half."""

    code = "postcode-unreadable"
    says = "The postcode is not in the form of a UK postcode, such as EH16 5XX."


class BirthDateAfterToday(Unacceptable):
    """Nobody is born tomorrow."""

    code = "birth-date-after-today"
    says = "The birth date lies after today. Check the year."


class ConsentMissing(Unacceptable):
    """Nothing is shared that the person did not agree to share."""

    code = "consent-missing"
    says = "The person has not agreed that the referral is shared. Ask them, record their answer, and send it again."


class ConsentDateMissing(Unacceptable):
    """Nothing leaves an organisation before the date of consent, so the date must be known."""

    code = "consent-date-missing"
    says = "The date on which the person agreed is missing."


class ConsentAfterToday(Unacceptable):
    """Nothing leaves an organisation before the date on which the person agreed."""

    code = "consent-after-today"
    says = "The date on which the person agreed lies after today. Send the referral again on that day."


class ConsentExpired(Unacceptable):
    """A consent whose last day has passed is none."""

    code = "consent-expired"
    says = "The last day of the consent has passed. Ask the person again, and record what they say now."


class ProgrammeUnknown(Unacceptable):
    """The referral names a programme that this network does not have."""

    code = "programme-unknown"
    says = "There is no such programme in this network. See GET /programmes for those there are."


class SiteUnknown(Unacceptable):
    """The referral names a site that the programme's definition does not."""

    code = "site-unknown"

    @classmethod
    def among(cls, sites: Sequence[str]) -> "SiteUnknown":
        """The refusal that says which sites there are."""
        return cls(f"The sites of this programme are: {', '.join(sites) or 'none'}. Name one of them, or leave it out.")


class OrganisationUnknown(Unacceptable):
    """A programme needs an organisation that is already there."""

    code = "organisation-unknown"
    says = "There is no such organisation in this network. Publish the organisation first."


class ProgrammeStays(Unacceptable):
    """Its referrals were shared with the organisation that owns it, and with no other."""

    code = "programme-stays"
    says = "A programme cannot move to another organisation. Publish a new programme there."


class CharityNumberInvalid(Unacceptable):
    """A charity number that its regulator cannot have given."""

    code = "charity-number-invalid"
    says = "No charity of this regulator has such a number: CCEW gives 1234567, OSCR SC123456, CCNI 123456. Check it."


class AssuredAfterToday(Unacceptable):
    """Nobody can have confirmed an entry tomorrow."""

    code = "assured-after-today"
    says = "The day on which the entry was confirmed lies after today. Give the day on which somebody looked at it."


class ReasonUnknown(Unacceptable):
    """A decision or an ending needs one of the known reasons."""

    code = "reason-unknown"


class RedirectsNowhere(Unacceptable):
    """A redirection says where else the person may be helped."""

    code = "redirects-nowhere"
    says = "Name another programme of the network, or say in a note who outside it may help."


class RevisitDayWrong(Unacceptable):
    """Who is not ready yet is asked again on some day."""

    code = "revisit-day-wrong"
    says = "The day on which to ask again must lie after today, and within a year."


class MoveRefused(ReferralRefused):
    """The referral does not stand where this step begins."""

    code = "referral-move-refused"


class NotesUnread(MoveRefused):
    """What a person wrote on a page, or what stood in a file, may say something that cannot wait."""

    code = "notes-unread"
    says = "Nobody has read this referral's notes yet. Read them, say so with POST .../notes-read, then accept it."


class NotTried(MoveRefused):
    """Nobody is given up as not to be reached whom somebody did not try to reach."""

    code = "contact-not-tried"

    @classmethod
    def after(cls, days: int, *, of: int) -> "NotTried":
        """The refusal that says how often it was tried, on different days, and how often it is to be."""
        return cls(
            f"The programme tries to reach a person on {of} different days before it gives up, and {days} of them"
            " are on the record. Log each attempt with POST .../contact-attempts."
        )


class NotOffered(ReferralRefused):
    """The programme is there, and nobody can be referred to it as it stands."""

    code = "programme-not-offered"


class ProgrammeClosed(NotOffered):
    """The programme takes nobody new for now, or does not run."""

    code = "programme-closed"
    says = "The programme takes nobody new at present. See the directory for others, or for when it opens again."


class OrganisationCloses(NotOffered):
    """An organisation that closes neither refers nor is referred to: nobody may wait for what will not come."""

    code = "organisation-closes"
    says = "This organisation is closing: nobody is referred to it, or by it, any more. See the directory for others."


class TakesNoReferrals(NotOffered):
    """Nobody is referred there: people go themselves, or are reached without a name."""

    code = "programme-takes-no-referrals"
    says = "This programme takes no referrals: anybody may come. Its entry is in the directory."

    @classmethod
    def ask(cls, *contacts: str | None) -> "TakesNoReferrals":
        """The refusal that names where to ask, by the programme's public contacts; without any, the usual one."""
        known = [contact for contact in contacts if contact is not None]
        if not known:
            return cls()
        return cls(f"This programme takes no referrals: anybody may ask it. Contact: {', '.join(known)}.")


class ReferenceTaken(ReferralRefused):
    """One reference of one organisation names one referral."""

    code = "source-reference-taken"
    says = "Your organisation already made a referral with this source reference. Read that one, or use another."


class SlugTaken(ReferralRefused):
    """A slug names one programme of the network."""

    code = "programme-slug-taken"
    says = "Another programme already has this slug. Choose another."


class ChoiceMade(MoveRefused):
    """The person chooses once; the other programmes have been told."""

    code = "choice-made"
    says = "The person has already chosen one of these programmes, and the others were released."


class ChoiceTooSmall(Unacceptable):
    """Between one programme there is nothing to choose."""

    code = "choice-too-small"
    says = "A choice needs at least two different programmes. To refer to one, use POST /referrals."
