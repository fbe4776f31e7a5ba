"""Builds the referrals service."""

from datetime import timedelta

from fastapi import APIRouter

from kith_chassis.database import Database
from kith_chassis.service import Service
from kith_referrals import api, pages
from kith_referrals.domain.self_referral.floods import Limits
from kith_referrals.incoming import HEARS, on_facts
from kith_referrals.pages.asking import Door
from kith_referrals.settings import Settings
from kith_referrals.timers import timers
from kith_referrals.views.holdings import list_holdings


def build(settings: Settings, _database: Database) -> Service:
    """The service; nothing is opened yet."""
    limits = Limits(settings.self_referrals_per_network, settings.self_referrals_per_programme)
    router = APIRouter()
    router.include_router(api.router)
    router.include_router(pages.router(Door(limits, settings.proxies)))
    return Service(
        name="referrals",
        router=router,
        permissions={**api.PERMISSIONS, **pages.PERMISSIONS},
        refusals=api.REFUSALS,
        hears=HEARS,
        on_facts=on_facts,
        timers=timers(
            notice=settings.notice,
            drafts_kept_for=timedelta(days=settings.draft_days),
            erased_after=settings.erasure_wait,
        ),
        audits=True,
        longer_bodies={api.BULK: settings.bulk_body_limit},
        holds=list_holdings,
    )
