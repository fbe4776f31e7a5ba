"""Builds the matching service: the only module that knows every other."""

from kith_chassis.database import Database
from kith_chassis.service import Service
from kith_matching.api import PERMISSIONS, REFUSALS, router
from kith_matching.incoming import HEARS, on_facts
from kith_matching.settings import Settings
from kith_matching.timers import TIMERS
from kith_matching.views.holdings import list_holdings


def build(settings: Settings, database: Database) -> Service:  # noqa: ARG001 - every service is built so
    """The service as the chassis runs it."""
    return Service(
        name="matching",
        router=router,
        permissions=PERMISSIONS,
        refusals=REFUSALS,
        hears=HEARS,
        on_facts=on_facts,
        timers=TIMERS,
        audits=True,
        holds=list_holdings,
    )
