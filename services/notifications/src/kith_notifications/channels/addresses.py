"""Where a recipient can be reached: asked of whoever owns the address, at the moment of sending, and never kept."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from uuid import UUID

from kith_notifications.domain.concern import Level
from kith_notifications.domain.referral import PERSON, PROGRAMME, REFERRER, SUPPORTER

log = logging.getLogger(__name__)

PATHS: Final = {
    REFERRER: "/internal/organisations/{id}/contact",
    PROGRAMME: "/internal/organisations/{id}/contact",
    PERSON: "/internal/people/{id}/contact",
    SUPPORTER: "/internal/supporters/{id}/contact",
    **{f"duty-{level}": f"/internal/duty-desks/{{id}}/{level}/contact" for level in Level},
}
"""Referrals owns organisations and people, matching supporters and duty desks. The owner records the read."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A recipient as their owner knows them at this moment. ``may_email`` says whether mail may be used at all."""

    name: str = field(repr=False)
    email: str = field(repr=False)
    may_email: bool


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The owner of the address could not be asked, or gave no answer that can be read."""


Found = Contact | Unreachable | None
"""A contact, or why not; None where the owner knows of none."""

Asked = tuple[str, UUID]
"""Kind and id of a recipient."""


class Owners(Protocol):
    """Authenticated reads of other services' internal routes."""

    async def get(self, url_path: str) -> dict[str, Any] | None:
        """The answer as JSON; None where there is no such thing."""
        ...


async def ask(owners: Owners, recipients: Iterable[Asked]) -> dict[Asked, Found]:
    """Ask for each recipient, side by side; for one that is told in two capacities once."""
    paths = {(kind, id_): PATHS[kind].format(id=id_) for kind, id_ in recipients}
    kinds = {path: kind for (kind, _), path in paths.items()}
    answers = await asyncio.gather(*(_ask(owners, kind, path) for path, kind in kinds.items()))
    found = dict(zip(kinds, answers, strict=True))
    return {asked: found[path] for asked, path in paths.items()}


async def _ask(owners: Owners, kind: str, path: str) -> Found:
    try:
        answer = await owners.get(path)
        if answer is None or not answer["email"]:
            return None
        return Contact(name=answer["name"] or "", email=answer["email"], may_email=answer["may_email"])
    except Exception as error:  # noqa: BLE001 - whatever the owner does, the message waits and others are still sent
        log.warning("no answer about an address", extra={"recipient": kind, "fault": type(error).__name__})
        return Unreachable()
