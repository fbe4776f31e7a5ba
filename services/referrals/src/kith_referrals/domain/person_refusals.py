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


class PersonDied(PersonRefused):
    """Nothing is made any more for somebody who died."""

    code = "person-died"
    says = "The person died. Nothing more can be made for them."
