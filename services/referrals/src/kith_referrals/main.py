"""Builds the referrals service."""

from kith_chassis.database import Database
from kith_chassis.service import Service
from kith_chassis.settings import ServiceSettings
from kith_referrals import api
from kith_referrals.incoming import HEARS, on_facts
from kith_referrals.timers import TIMERS


def build(_settings: ServiceSettings, _database: Database) -> Service:
    """The service; nothing is opened yet. It has no settings of its own."""
    return Service(
        name="referrals",
        router=api.router,
        permissions=api.PERMISSIONS,
        refusals=api.REFUSALS,
        hears=HEARS,
        on_facts=on_facts,
        timers=TIMERS,
        audits=True,
    )
