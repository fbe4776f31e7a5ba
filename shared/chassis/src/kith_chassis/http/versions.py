"""Versions as HTTP has them: what is read carries an ETag, what is changed names the version that was seen."""

import re
from typing import Annotated, Final

from fastapi import Depends, Header

from kith_chassis.refusals import Refusal

MUST_MATCH: Final = 'The ETag that was last read, such as `"3"`.'
MAY_MATCH: Final = 'The ETag that was last read, such as `"3"`; needed to change what is there already.'
_STRONG: Final = re.compile(r'"([0-9]{1,9})"', re.ASCII)


class StaleVersion(Refusal):
    """It was changed since the caller saw it. Nothing was done: read again, then decide again."""

    code = "stale-version"


class VersionMissing(Refusal):
    """A change must say which version it is about (RFC 6585 section 3)."""

    code = "if-match-missing"


class VersionMalformed(Refusal):
    """``If-Match`` must hold one strong entity tag that this service gave out (RFC 9110 section 13.1.1)."""

    code = "if-match-malformed"


def etag(version: int) -> dict[str, str]:
    """The header that tells a reader the version: ``{"ETag": '"3"'}``."""
    return {"ETag": f'"{version}"'}


async def expected_version(
    if_match: Annotated[str | None, Header(alias="If-Match", description=MUST_MATCH)] = None,
) -> int:
    """The version that the caller saw. Raises ``VersionMissing`` and ``VersionMalformed``."""
    if if_match is None:
        raise VersionMissing("Send If-Match with the ETag that you last read, so that nothing is overwritten unseen.")
    return _version(if_match)


async def optional_version(
    if_match: Annotated[str | None, Header(alias="If-Match", description=MAY_MATCH)] = None,
) -> int | None:
    """The version that the caller saw, if any. Raises ``VersionMalformed``."""
    return None if if_match is None else _version(if_match)


def check_version(found: int, seen: int, what: str) -> None:
    """Refuse to change ``what`` when it no longer stands at the version that was seen. Raises ``StaleVersion``."""
    if found != seen:
        raise StaleVersion(f"The {what} has changed since you read it. Read it again and look at what is new.")


def _version(if_match: str) -> int:
    match = _STRONG.fullmatch(if_match.strip())
    if match is None:
        raise VersionMalformed('If-Match must be one ETag as it was sent to you, such as "3".')
    return int(match[1])


ExpectedVersion = Annotated[int, Depends(expected_version)]
"""``If-Match: "3"`` as 3; the request must have it."""
OptionalVersion = Annotated[int | None, Depends(optional_version)]
"""``If-Match: "3"`` as 3, for a PUT that may also make the thing."""
