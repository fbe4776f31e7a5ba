"""Who asks for a page, as far as that may be known, and what their form says."""

from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import Depends, Request

from kith_chassis.identity import Caller
from kith_referrals.domain.self_referral.filling import Form
from kith_referrals.domain.self_referral.floods import Limits, Networks, client_network

ANYBODY: Final = Caller("anybody", None, frozenset(), "pages")
"""In whose sight there is nobody: only organisations and what they offer."""
PAGES: Final = Caller("kith-referrals", None, frozenset({"service", "service:referrals"}), "kith-referrals")
"""Who looks for what a secret link leads to: this service itself, one statement at a time, naming no person."""

LONGEST: Final = 256 * 1024
"""Bytes of a form: twenty thousand letters of notes in any script, encoded for a form, and the rest."""
MOST_FIELDS: Final = 200
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Door:
    """How many are let in, and whose word counts on where they come from."""

    limits: Limits
    proxies: Networks


async def _door(request: Request) -> Door:
    door: Door = request.state.door
    return door


DoorDep = Annotated[Door, Depends(_door)]
"""The pages' door."""


def on_behalf_of(organisation_id: UUID) -> Caller:
    """A person who has a form or a link, in the sight of the organisation whose record theirs is."""
    return Caller("self-referral", organisation_id, frozenset({"referrer"}), "pages")


def network_of(request: Request, door: Door) -> str:
    """The network that the request comes from. It is never kept as it is, nor told."""
    forwarded = ",".join(request.headers.getlist("x-forwarded-for"))
    return client_network(request.client.host if request.client else None, forwarded, door.proxies)


async def form_of(request: Request) -> Form:
    """The form that was sent. What is no form, or far too long, is an empty one: the page then asks for everything."""
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM or len(body) > LONGEST:
        return Form()
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return Form()
    return Form({name: tuple(values) for name, values in fields.items()})
