"""Every final no of the reporting service, each with a stable code and a sentence that says what to do."""

from typing import ClassVar


class ReportingRefused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A rule said no. Trying the same again will not help. No sentence holds anything about a person."""

    code: ClassVar[str] = "reporting-refused"
    says: ClassVar[str] = "The request breaks a rule of the reporting service."

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.says)


class NotFound(ReportingRefused):
    """There is no such thing, or none that the asking organisation may see: both look the same on purpose."""

    code = "not-found"
    says = "There is nothing here that your organisation may see. Check the id."


class ProgrammeNotFound(NotFound):
    """No programme of the caller's organisation has this id, as far as has been heard."""

    code = "programme-not-found"
    says = (
        "Your organisation runs no programme with this id. Check the id; what was published a moment ago is known here "
        "a little later."
    )


class NoPopulations(NotFound):
    """Nobody has said yet how many there are."""

    code = "no-populations"
    says = "Nobody has said how many there are in the districts of this programme. PUT it here first."


class DistrictTwice(ReportingRefused):
    """Two figures for one district: only one of them can be right."""

    code = "district-twice"


class CountedAfterToday(ReportingRefused):
    """Nobody has counted tomorrow's people."""

    code = "counted-after-today"
    says = "The day on which they were counted is after today. Check the date."
