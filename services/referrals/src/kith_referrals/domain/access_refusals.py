"""Every final no about a request of somebody who asked what is known of them."""

from kith_referrals.domain.person_refusals import PersonRefused
from kith_referrals.domain.refusals import Unacceptable


class AskedAfterToday(Unacceptable):
    """Nobody has asked or answered tomorrow."""

    code = "asked-after-today"
    says = "The day lies after today. Check it."


class BeforeAsked(Unacceptable):
    """One of the two dates is wrong."""

    code = "before-asked"
    says = "The day lies before the one on which the person asked what is known of them. Check both."


class ClosedBeforeAsked(Unacceptable):
    """One of the dates is wrong."""

    code = "closed-before-asked"
    says = "The request cannot be closed before the day on which it was asked, nor before what was logged of it since."


class WaitOverlaps(Unacceptable):
    """A day is waited once: the second wait begins when the first is over."""

    code = "wait-overlaps"
    says = "The day lies before the person's last answer. Give the day on which they were asked again."


class AnsweredBeforeQuestion(Unacceptable):
    """One of the two dates is wrong."""

    code = "answered-before-question"
    says = "The person answered before they were asked. Check both dates."


class RequestClosed(PersonRefused):
    """It ended once."""

    code = "request-closed"
    says = "The request is closed already."


class RequestExtended(PersonRefused):
    """The law extends it once."""

    code = "request-extended"
    says = "The request is extended already, and nothing extends it further. Answer it by the day on which it is due."


class ExtensionToldLate(PersonRefused):
    """Who was not told within the first month is owed the answer since."""

    code = "extension-told-late"
    says = "The first month was over when the person was told, so the request is not extended. Answer it now."


class RequestWaits(PersonRefused):
    """The clock stands, and what it stands for has not come."""

    code = "request-waits"
    says = "The person has not answered yet. Log their answer first, or close the request as withdrawn or refused."


class NothingAwaited(PersonRefused):
    """The clock runs."""

    code = "nothing-awaited"
    says = "The person has been asked nothing that is still open. Log first what they were asked, and on which day."


class WaitTooLate(PersonRefused):
    """A clock that has run out does not stop any more."""

    code = "wait-after-due"
    says = "The request was due by then. Answer it now; or, if the person was told of an extension, log that first."
