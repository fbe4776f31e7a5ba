"""Who somebody is to the issuer of their tokens, which is all that is known of them here."""

from dataclasses import dataclass

from kith_matching.domain.refusals import MatchingRefused, SupporterNotFound
from kith_matching.domain.supporter import Supporter


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whoever speaks of a supporter: by the opaque subject of their tokens, and whether they organise a programme."""

    subject: str
    organises: bool


def is_theirs(supporter: Supporter, speaker: Speaker) -> bool:
    """Whether something of a supporter's is for this speaker: one who organises, or the supporter."""
    return speaker.organises or supporter.subject == speaker.subject


def check_is_theirs(supporter: Supporter, speaker: Speaker) -> None:
    """Let those in who organise, and the supporter. To whoever else is a supporter there is no such supporter.

    Raises ``SupporterNotFound``.
    """
    if not is_theirs(supporter, speaker):
        raise SupporterNotFound


def check_speaks_for(supporter: Supporter, speaker: Speaker) -> None:
    """What a supporter shares and avoids only they say (LTC, *Confidentiality*).

    Where they have no access of their own, somebody who organises records what they said. Raises ``SupporterNotFound``
    and ``OnlyTheSupporter``.
    """
    check_is_theirs(supporter, speaker)
    if supporter.subject not in {None, speaker.subject}:
        raise OnlyTheSupporter


def check_opaque(subject: str) -> None:
    """Refuse what looks like a name or an address where an issuer's id belongs. Raises ``SubjectNamesSomebody``."""
    if not (subject.isascii() and subject.isprintable()) or not set(" /@").isdisjoint(subject):
        raise SubjectNamesSomebody


class OnlyTheSupporter(MatchingRefused):
    """Somebody else would say it for a supporter who can say it."""

    code = "only-the-supporter"
    advice = "The supporter has access of their own, and only they say this. Ask them to."


class SubjectNamesSomebody(MatchingRefused):
    """A subject is the issuer's own id of somebody, and opaque: lists and addresses are no place for names."""

    code = "subject-names-somebody"
    advice = (
        "A subject is the opaque one that the issuer puts into tokens: letters, digits and signs, without spaces, / or "
        "@. Set the issuer to give opaque ids."
    )
