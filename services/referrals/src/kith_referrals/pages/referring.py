"""The form: asked for, sent, asked for again with everything typed still there, and in the end one referral."""

import hmac
import math
import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from kith_chassis import clock
from kith_chassis.database import Database, DatabaseDep, is_fault
from kith_chassis.http import NowDep
from kith_referrals.domain.network import check_takes_referrals
from kith_referrals.domain.refusals import NotOffered, ReferralRefused, TakesNoReferrals
from kith_referrals.domain.self_referral import filling, links, stamps
from kith_referrals.domain.self_referral.filling import Fault, Filled, Form
from kith_referrals.domain.self_referral.refusals import FormRefused, InvitationOver, StampTooOld, TooMany, TrapFilled
from kith_referrals.domain.self_referral.stamps import Stamp
from kith_referrals.pages import words
from kith_referrals.pages.asking import ANYBODY, PAGES, DoorDep, form_of, network_of, on_behalf_of
from kith_referrals.pages.showing import HEADERS, show, show_nothing
from kith_referrals.usecases import self_referring as usecases
from kith_referrals.usecases.self_referring import Offer, Sending

ENDPOINTS: Final = ("read_form", "send_form", "read_invited_form", "send_invited_form")

STAMP: Final = "stamp"
TRAP: Final = "website"
"""A field that no person sees."""
TOP: Final = "top"
"""Where a fault is mended that belongs to no field: nowhere but by sending again."""

router = APIRouter()


@router.get("/refer/{slug}", response_class=HTMLResponse)
async def read_form(slug: str, database: DatabaseDep, now: NowDep) -> Response:
    """A programme's form, empty."""
    async with database.transaction(ANYBODY) as tx:
        offer = await usecases.find_offer(tx, slug)
    if offer is None:
        return show_nothing()
    return _takes_nobody(offer) or _asked(offer, now)


@router.post("/refer/{slug}", response_class=HTMLResponse)
async def send_form(slug: str, request: Request, door: DoorDep, database: DatabaseDep, now: NowDep) -> Response:
    """A programme's form, filled in: to the status page, or asked for again."""
    async with database.transaction(ANYBODY) as tx:
        offer = await usecases.find_offer(tx, slug)
    return await _sent(request, offer, door, database, now) if offer else show_nothing()


@router.get("/refer/invitation/{token}", response_class=HTMLResponse)
async def read_invited_form(token: str, database: DatabaseDep, now: NowDep) -> Response:
    """The form that an invitation opens, empty, while the invitation may be used."""
    async with database.transaction(PAGES) as tx:
        offer = await usecases.find_invited_offer(tx, token, now)
    if offer is None or offer.invitation is None or not links.may_be_used(offer.invitation, now):
        return _invitation_over()
    return _takes_nobody(offer) or _asked(offer, now)


@router.post("/refer/invitation/{token}", response_class=HTMLResponse)
async def send_invited_form(
    token: str, request: Request, door: DoorDep, database: DatabaseDep, now: NowDep
) -> Response:
    """The form that an invitation opened, filled in."""
    async with database.transaction(PAGES) as tx:
        offer = await usecases.find_invited_offer(tx, token, now)
    return await _sent(request, offer, door, database, now) if offer else _invitation_over()


async def _sent(request: Request, offer: Offer, door: DoorDep, database: Database, now: datetime) -> Response:
    form = await form_of(request)
    stamp, faults = _stamped(offer, form, now)
    filled = filling.read(
        form,
        needs=_needs(offer),
        languages=tuple(words.LANGUAGES),
        asks_feedback=offer.asks_feedback,
        today=clock.today(now),
    )
    if not isinstance(filled, Filled):
        return _asked(offer, now, form, stamp, filled, status=422)
    if stamp is None or faults:
        return _asked(offer, now, form, stamp, faults, status=422)
    sending = Sending(
        offer=offer,
        token=links.status_token(offer.key, stamp.nonce),
        filled=filled,
        form_digest=_digest(offer.key, form),
        wording=_wording(offer),
        network=network_of(request, door),
    )
    try:
        async with database.transaction(on_behalf_of(offer.organisation_id)) as tx:
            await usecases.refer(tx, sending, limits=door.limits, chance=secrets.token_bytes(16), now=now)
    except Exception as error:
        if not (isinstance(error, ReferralRefused) or is_fault(error)):
            raise
        return _not_sent(offer, now, form, stamp, error)
    return RedirectResponse(f"/status/{sending.token}", 303, HEADERS)


def _stamped(offer: Offer, form: Form, now: datetime) -> tuple[Stamp | None, list[Fault]]:
    """The form's stamp, as long as it still counts, and what is wrong with how the form came."""
    stamp: Stamp | None = None
    try:
        stamp = stamps.read(offer.key, _place(offer), form.text(STAMP))
        stamps.check_age(stamp, now)
        if form.text(TRAP):
            raise TrapFilled
    except FormRefused as refused:
        return (None if isinstance(refused, StampTooOld) else stamp), [Fault(TOP, str(refused))]
    return stamp, []


def _not_sent(offer: Offer, now: datetime, form: Form, stamp: Stamp, error: Exception) -> HTMLResponse:
    """The form again, because a rule said no or the database is away. What was typed is not lost by it."""
    match error:
        case InvitationOver():
            return _invitation_over()
        case TooMany():
            minutes = math.ceil(error.wait / timedelta(minutes=1))
            says = f"{error} Please wait {minutes} {'minute' if minutes == 1 else 'minutes'}. Then send the form again."
            if offer.programme.entry.telephone:
                says = f"{says} Or call {offer.programme.entry.telephone}."
            status, wait = 429, math.ceil(error.wait.total_seconds())
            return _asked(offer, now, form, stamp, [Fault(TOP, says)], status=status, headers=_after(wait))
        case NotOffered():
            return _takes_nobody(offer) or show_nothing()
        case ReferralRefused():
            says = str(error if isinstance(error, FormRefused) else FormRefused())
            return _asked(offer, now, form, None, [Fault(TOP, says)], status=422)
    says = "Something does not work here. It is not your fault. Please wait a minute. Then send the form again."
    return _asked(offer, now, form, stamp, [Fault(TOP, says)], status=503, headers=_after(60))


def _after(seconds: int) -> dict[str, str]:
    return {"Retry-After": str(seconds)}


def _asked(
    offer: Offer,
    now: datetime,
    form: Form | None = None,
    stamp: Stamp | None = None,
    faults: list[Fault] | None = None,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> HTMLResponse:
    """The form with what was typed. A stamp that still counts is kept, so that sending twice stays one referral."""
    moment, nonce = (stamp.issued_at, bytes.fromhex(stamp.nonce)) if stamp else (now, secrets.token_bytes(16))
    programme, name = offer.programme, offer.organisation_name
    agreed = words.WORDINGS[_wording(offer)]
    return show(
        "form",
        title=f"{'Error: ' if faults else ''}Ask for support: {programme.name}",
        crisis_lines=programme.entry.crisis_lines,
        status=status,
        private=offer.invitation is not None,
        headers=headers,
        programme=programme,
        organisation=name,
        form=form or Form(),
        faults=faults or [],
        wrong={fault.field: fault.says for fault in faults or []},
        stamp=stamps.issue(offer.key, _place(offer), nonce, moment),
        needs=[(code, words.need(code)) for code in _needs(offer)],
        languages=words.LANGUAGES,
        not_written_in_itself=words.NOT_WRITTEN_IN_ITSELF,
        hears=[(level.value, words.hears(level, name)) for level in words.HEARS if offer.asks_feedback],
        agreed=[text.format(organisation=name, hears=words.TO_CHOOSE) for text in agreed.values()],
    )


def _invitation_over() -> HTMLResponse:
    return show("nothing", title="This link does not work any more", status=404, private=True, says=InvitationOver.says)


def _takes_nobody(offer: Offer) -> HTMLResponse | None:
    """What a programme says that is closed, or that is informal and simply met; None from one that takes people.

    Whoever is invited by an organisation that closes is shown the programme's own form.
    """
    own_form = None
    try:
        check_takes_referrals(offer.programme)
    except NotOffered as refused:
        says = words.COME if isinstance(refused, TakesNoReferrals) else words.CLOSED
    else:
        if not offer.inviter_closes:
            return None
        says, own_form = words.INVITER_CLOSES, f"/refer/{offer.programme.slug}"
    entry = offer.programme.entry
    if entry.telephone:
        says = f"{says} You can call them: {entry.telephone}."
    return show(
        "nothing",
        title=offer.programme.name,
        status=409,
        crisis_lines=entry.crisis_lines,
        private=offer.invitation is not None,
        says=says,
        link=False,
        own_form=own_form,
    )


def _wording(offer: Offer) -> str:
    return words.INVITED_WORDING if offer.asks_feedback else words.WORDING


def _place(offer: Offer) -> str:
    """Where a stamp counts: with a choice, for those words alone, so that no older code takes the form without it."""
    return f"{offer.place}, {words.INVITED_WORDING}" if offer.asks_feedback else offer.place


def _needs(offer: Offer) -> tuple[str, ...]:
    return offer.programme.entry.needs or words.USUAL_NEEDS


def _digest(key: bytes, form: Form) -> bytes:
    """What the form says, as a keyed digest: to know the same form again, and to tell nobody what it said."""
    said = urlencode([(name, value) for name, values in sorted(form.fields.items()) for value in values])
    return hmac.digest(key, f"form\n{sha256(said.encode()).hexdigest()}".encode(), "sha256")
