"""What makes an import impossible before a row is sent, or makes every row of it wrong."""

from kith_cli.cannot import CannotRun


class Unusable(CannotRun):
    """The file, its mapping or the request as a whole is wrong: running the same again will not help."""
