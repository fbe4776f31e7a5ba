"""The one way in which the command says that it cannot go on."""


class CannotRun(Exception):  # noqa: N818 - what it says is the sentence's beginning
    """What was asked cannot be done. The message is one sentence that says why, and what to do."""
