"""Why a form is asked for again: each says kindly what to do, for it is shown to the person who filled it in."""

from datetime import timedelta

from kith_referrals.domain.refusals import ReferralRefused


class FormRefused(ReferralRefused):
    """The form was not taken. What was typed is shown again, and nothing is kept."""

    code = "form-refused"
    says = "We could not send your form. Please check it and send it again."


class StampForged(FormRefused):
    """The form does not carry a stamp that we made for this page."""

    code = "form-stamp-forged"
    says = "We could not tell that this form came from our page. Please check your answers and send it again."


class StampTooQuick(FormRefused):
    """Nobody reads the page in that time, but a person may have come back to it."""

    code = "form-too-quick"
    says = "That was very quick. Please check your answers. Then send the form again."


class StampTooOld(FormRefused):
    """The page was opened too long ago."""

    code = "form-too-old"
    says = "This page was open for more than one day. Please check your answers. Then send the form again."


class StampUsed(FormRefused):
    """The same page was sent before, with other answers."""

    code = "form-stamp-used"
    says = "This page was already sent once, with other answers. Do you want to send a new one? Then send it again."


class TrapFilled(FormRefused):
    """The field that nobody sees was filled in: a program does that, or a browser that fills in by itself."""

    code = "form-trap-filled"
    says = "Something filled in a hidden part of this form. We have emptied it. Please send the form again."


class TooMany(FormRefused):
    """More forms came in this hour than the limits allow. ``wait`` is how long until the next hour."""

    code = "too-many-forms"

    def __init__(self, wait: timedelta) -> None:
        super().__init__("Too many forms came to us. Nothing was sent.")
        self.wait = wait


class InvitationOver(FormRefused):
    """The invitation was used, or is too old, or never was one: all look the same on purpose."""

    code = "invitation-over"
    says = "This link does not work any more. Please ask the person who gave it to you for a new one."
