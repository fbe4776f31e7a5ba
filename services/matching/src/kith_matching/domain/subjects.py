"""Who somebody is to the issuer of their tokens, which is all that is known of them here."""

from kith_matching.domain.refusals import MatchingRefused


def check_opaque(subject: str) -> None:
    """Refuse what looks like a name or an address where an issuer's id belongs. Raises ``SubjectNamesSomebody``."""
    if not (subject.isascii() and subject.isprintable()) or not set(" /@").isdisjoint(subject):
        raise SubjectNamesSomebody


class SubjectNamesSomebody(MatchingRefused):
    """A subject is the issuer's own id of somebody, and opaque: lists and addresses are no place for names."""

    code = "subject-names-somebody"
    advice = (
        "A subject is the opaque one that the issuer puts into tokens: letters, digits and signs, without spaces, / or "
        "@. Set the issuer to give opaque ids."
    )
