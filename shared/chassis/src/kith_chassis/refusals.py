"""What a refusal is: a final no with a stable code, unlike a fault, which is worth trying again."""

from typing import ClassVar


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A rule said no. Trying the same again will not help.

    ``code`` is kebab-case and never changes once published. The message tells what to do and holds ids at most, never
    anything about a person: it is shown in problems, dead letters and logs. A service's domain cannot import the
    chassis; its families look the same (an exception with ``code``) and are registered in ``Service.refusals``.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
