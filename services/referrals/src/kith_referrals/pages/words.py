"""What the pages say, in short sentences: needs, languages, where a referral stands, and what a person agreed to."""

from dataclasses import dataclass
from typing import Final

from kith_referrals.domain.consent import Feedback, Purpose
from kith_referrals.domain.lifecycle import OPEN
from kith_referrals.domain.referral import Status

NEEDS: Final = {
    "isolation": "I feel alone",
    "low-mood": "I feel low or sad",
    "anxiety": "I worry a lot",
    "stress": "I have a lot of stress",
    "newly-diagnosed": "I have just heard that I have a health condition",
    "managing-a-condition": "I need help to live with a health condition",
    "bereavement": "Somebody close to me died",
    "carer-strain": "I care for somebody, and it is hard",
    "money-worries": "I worry about money",
    "kinship-care": "I bring up a child of my family or of a friend",
    "grandparent-carer": "I bring up my grandchild",
}
"""What needs are called. A code that is not here is shown as its own words."""
USUAL_NEEDS: Final = ("isolation", "low-mood", "anxiety", "stress", "newly-diagnosed", "managing-a-condition")
"""What a form asks about where its programme does not say: the first of those whom peer support helps."""

LANGUAGES: Final = {
    "en": "English", "cy": "Cymraeg", "gd": "Gàidhlig", "ga": "Gaeilge", "sco": "Scots",
    "bfi": "British Sign Language", "ar": "العربية", "bn": "বাংলা", "zh": "中文", "fa": "فارسی", "fr": "Français",
    "gu": "ગુજરાતી", "it": "Italiano", "ku": "Kurdî", "lt": "Lietuvių", "pl": "Polski", "pt": "Português",
    "pa": "ਪੰਜਾਬੀ", "ro": "Română", "ru": "Русский", "so": "Soomaali", "es": "Español", "ta": "தமிழ்",
    "tr": "Türkçe", "uk": "Українська", "ur": "اردو", "vi": "Tiếng Việt", "mis": "Another language",
}  # fmt: skip
"""Codes of ISO 639, each language by its own name; ``mis`` is the code for one that has none here."""
NOT_WRITTEN_IN_ITSELF: Final = frozenset({"bfi", "mis"})
"""Whose name is written in English."""

WORDING: Final = "self-referral-1"
"""The version of the words that a person agrees to. Change it with them."""
INVITED_WORDING: Final = "self-referral-invited-2"

HEARS: Final = {
    Feedback.RECEIPT: "They hear nothing more.",
    Feedback.DECISION: "They also hear what {organisation} decides, and why.",
    Feedback.PROGRESS: "They also hear the decision and why, if somebody is found, and when you meet.",
    Feedback.OUTCOME: "They hear every step, and how it ends.",
}
"""How much the people who gave an invitation hear: to choose from, and as it was chosen."""
TO_CHOOSE: Final = "And they hear what you choose above."

AGREED: Final = {
    Purpose.SHARE_REFERRAL: "{organisation} may read your form.",
    Purpose.CONTACT_PERSON: "{organisation} may contact you. But only in the ways you ticked.",
    Purpose.TELL_REFERRER: "We may keep a record of what happens next.",
}
INVITED_AGREED: Final = AGREED | {
    Purpose.TELL_REFERRER: (
        "The people who gave you this link may see your form. They may see questions about it. "
        "They hear when this is finished. {hears}"
    )
}
"""What each purpose is in plain words, in the order of the page."""
WORDINGS: Final = {
    WORDING: AGREED,
    INVITED_WORDING: INVITED_AGREED,
    "self-referral-invited-1": AGREED
    | {Purpose.TELL_REFERRER: "The people who gave you this link may see your form. They may see what happens next."},
}
"""What people agreed to, also those who agreed before the words were changed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a referral stands and what comes next, in plain words."""

    now: str
    next: str


STANDING: Final = {
    Status.SUBMITTED: Standing(
        "We have your form.",
        "Somebody at {organisation} will read it. Then they decide if this support is right for you.",
    ),
    Status.RECEIVED: Standing("{organisation} has your form.", "They decide if this support is right for you."),
    Status.NEEDS_INFORMATION: Standing(
        "{organisation} has a question.", "They ask before they decide. Call them if you do not hear from them."
    ),
    Status.NOT_YET: Standing(
        "It is too early for this support.", "{organisation} will ask you again. Call them if you are ready sooner."
    ),
    Status.WAITING: Standing("You are on the waiting list.", "{organisation} will tell you when there is a place."),
    Status.HELD: Standing("{organisation} holds a place for you.", "You can choose. Tell who helped you with this."),
    Status.ACCEPTED: Standing(
        "{organisation} said yes.", "Now they look for somebody who can support you. This can take some time."
    ),
    Status.MATCHED: Standing("There is somebody to support you.", "{organisation} will help you to meet."),
    Status.IN_SUPPORT: Standing("You have met somebody who supports you.", "Talk to {organisation} at any time."),
    Status.ENDED: Standing(
        "Your support has come to an end.", "Do you want more support? Tell {organisation}. They can help you."
    ),
    Status.DECLINED: Standing(
        "{organisation} cannot give you this support.", "You can ask them why. You can ask them what else there is."
    ),
    Status.REDIRECTED: Standing(
        "{organisation} thinks that others can help you better.", "Ask them who. They can tell you."
    ),
    Status.WITHDRAWN: Standing(
        "You changed your mind. Your form is withdrawn.",
        "Nothing more will happen. You can send a new form at any time.",
    ),
    Status.CLOSED: Standing("This is finished.", "Nothing more will happen. You can send a new form at any time."),
    Status.ENTERED_IN_ERROR: Standing("This form was a mistake.", "Nothing more will happen. You can send a new form."),
}
DECLINED_BECAUSE: Final = {
    "not-suitable": "They think that this support is not right for you now.",
    "out-of-area": "They do not work where you live.",
    "no-capacity": "They have no place free now.",
    "needs-another-service": "They think that another service can help you better.",
    "could-not-contact": "They tried to contact you. They could not reach you.",
    "organisation-closed": "Their organisation is closing.",
}
CLOSED: Final = "This programme has no place for new people now."
INVITER_CLOSES: Final = "The people who gave you this link are closing. This link does not work any more."
COME: Final = "You need no form. Anybody may come."
MAY_CHANGE_MIND: Final = OPEN - {Status.ENDED}


def need(code: str) -> str:
    """What a need is called on a page."""
    return NEEDS.get(code) or code.replace("-", " ").capitalize()


def hears(level: Feedback, organisation: str) -> str:
    """How much whoever gave an invitation hears, at a level."""
    return HEARS[level].format(organisation=organisation)


def spoken(reference: str) -> str:
    """A reference in two halves, as people say it."""
    half = len(reference) // 2
    return f"{reference[:half]} {reference[half:]}"
