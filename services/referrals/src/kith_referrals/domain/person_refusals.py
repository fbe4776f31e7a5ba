"""Every final no about a person and their record."""

from kith_referrals.domain.refusals import NotAllowed, ReferralRefused, Unacceptable


class NotYourPerson(NotAllowed):
    """Only the organisation that holds a record joins it with another, or makes a further referral for it."""

    code = "not-your-person"
    says = "Only the organisation that first referred the person may do this to their record."


class RecordRestricted(NotAllowed):
    """Somebody's colleague or relative: whoever reads the record says why, and that is kept."""

    code = "record-restricted"
    says = "This record is restricted. Say why you read it in the header Kith-Reason; your reason is kept."


class ContactContradicts(Unacceptable):
    """Whoever must not be contacted has no channel by which they may be."""

    code = "do-not-contact-has-channels"
    says = "With do_not_contact nobody may contact the person: leave contact_by empty, or take do_not_contact away."


class SaidNothingAndSomething(Unacceptable):
    """Whoever prefers not to say has said nothing else."""

    code = "prefer-not-to-say-stands-alone"
    says = "With prefer-not-to-say no other code can stand. Ask the person which of the two they mean."


class AgeOutsideProgramme(Unacceptable):
    """The programme says whom it is for."""

    code = "age-outside-programme"
    says = "The person's age lies outside the ages that the programme is for. See GET /programmes for others."


class TooYoungToAgree(Unacceptable):
    """Below 16 somebody agrees for themself only where the programme is for them and they understand."""

    code = "agreement-too-young"
    says = (
        "The person is too young to agree alone. Let somebody with parental responsibility agree, or record that the "
        "person understands, if the programme's ages include them."
    )


class ParentOfAdult(Unacceptable):
    """From 16 the person agrees for themself."""

    code = "agreement-parent-of-adult"
    says = "The person is 16 or older, so a parent cannot agree for them. Ask the person."


class ParentOfUnknownAge(Unacceptable):
    """Whether a parent may agree depends on the age."""

    code = "agreement-birth-date-missing"
    says = "A parent agrees for somebody under 16 only, so the birth date is needed."


class PowerActMissing(Unacceptable):
    """A power comes from a law."""

    code = "power-act-missing"
    says = "Say under which law the power was given, such as AWISA-2000, MCA-2005 or MCANI-2016."


class PowerNotSeen(Unacceptable):
    """Nobody's word is enough for a power over somebody else."""

    code = "power-not-seen"
    says = "Look at the document that gives the power, and record the day on which it was seen; not one after today."


class PowerExpired(Unacceptable):
    """A power that has ended allows nothing."""

    code = "power-expired"
    says = "The power has expired. Ask for the one that is in force now."


class DeathAfterToday(Unacceptable):
    """A death is recorded when it happened."""

    code = "death-after-today"
    says = "The day of the death lies after today. Check it."


class DeathBeforeBirth(Unacceptable):
    """One of the two dates is wrong."""

    code = "death-before-birth"
    says = "The day of the death lies before the birth date of the record. Check which one is wrong."


class MergeWithItself(Unacceptable):
    """Two records are joined, not one."""

    code = "person-same"
    says = "Both ids are of one record. Name the other one."


class PersonRefused(ReferralRefused):
    """The person's record does not stand where this step begins."""

    code = "person-refused"


class PersonMerged(PersonRefused):
    """Reads show another record in its place, and so that one is the one to change."""

    code = "person-merged"
    says = "The record is merged into another. Do this with that one, or take the two apart first."


class OthersMergedInto(PersonRefused):
    """Merges do not chain, so that each can be undone by itself."""

    code = "person-has-merged"
    says = "Other records are merged into this one. Merge the other way round, or take those apart first."


class NotMerged(PersonRefused):
    """There is nothing to take apart."""

    code = "person-not-merged"
    says = "The record is not merged into another."


class InHousehold(PersonRefused):
    """One person is counted in one household."""

    code = "person-in-household"
    says = "The person is in another household. Take them out of that one first."


class NotInHousehold(PersonRefused):
    """There is nobody to take out."""

    code = "person-not-in-household"
    says = "The person is not in this household."


class PersonDied(PersonRefused):
    """Nothing is made any more for somebody who died."""

    code = "person-died"
    says = "The person died. Nothing more can be made for them."


class PersonErasing(PersonRefused):
    """Whoever is about to be erased is left as they are: nothing is added that nobody would look for."""

    code = "person-erasing"
    says = "The record is to be erased. Take that back first: DELETE /people/{id}/erasure."


class NotErasing(PersonRefused):
    """There is no erasure to take back."""

    code = "person-not-erasing"
    says = "Nobody has asked for the record to be erased: POST /people/{id}/erasure does."


class PersonErased(PersonRefused):
    """There is nobody behind this id any more. Nothing brings them back."""

    code = "person-erased"
    says = "The record was erased. Nothing is known of the person any more, and nothing can be done to it."


class LegalHoldStands(PersonRefused):
    """A court, an inquiry or a claim needs the record; Article 17(3) of the UK GDPR."""

    code = "legal-hold-stands"
    says = "The record is under a legal hold. Lift the hold first: DELETE /people/{id}/legal-hold."


class ReferralsOpen(PersonRefused):
    """Somebody still works with the record."""

    code = "referrals-open"
    says = "Close the person's referrals first."


class RecordRequired(PersonRefused):
    """The law requires that the record is kept for now; Article 17(3)(b) of the UK GDPR."""

    code = "record-required"
    says = "The law requires that the record is kept for now. To erase it all the same, name a basis."


class ReviewDecided(PersonRefused):
    """A review is decided once."""

    code = "review-decided"
    says = "Somebody decided about this record already. See GET /retention-reviews for those that wait."


class KeptInThePast(Unacceptable):
    """To keep a record is to keep it until a day that is still to come."""

    code = "keep-until-missing"
    says = "To keep the record, say until which day after today, and why."


class RuleWithoutTime(Unacceptable):
    """A line of a schedule says how long."""

    code = "retention-rule-without-time"
    says = "Each line says years or until_age."
