"""Builds the reporting service: the only module that knows every other."""

from typing import Final

from fastapi import APIRouter

from kith_chassis.database import Database
from kith_chassis.replay import Rebuild, Replay
from kith_chassis.service import Service
from kith_reporting import api, incoming, pages, usecases
from kith_reporting.api import reach, results
from kith_reporting.domain.refusals import NotFound, ReportingRefused
from kith_reporting.settings import Settings
from kith_reporting.views import list_holdings

REBUILD: Final = Rebuild(
    prepare=usecases.empty_aside,
    apply=incoming.on_facts_again,
    hold=usecases.hold,
    swap=usecases.turn_round,
)


def build(settings: Settings, database: Database) -> Service:
    """The service as the chassis runs it."""
    router = APIRouter()
    router.include_router(api.router)
    router.include_router(reach.router)
    router.include_router(results.router)
    router.include_router(pages.router)
    replay = Replay(settings, database, incoming.HEARS, REBUILD)
    return Service(
        name="reporting",
        router=router,
        permissions={**api.PERMISSIONS, **reach.PERMISSIONS, **results.PERMISSIONS, **pages.PERMISSIONS},
        refusals={ReportingRefused: 422, NotFound: 404},
        hears=incoming.HEARS,
        on_facts=incoming.on_facts,
        replay=replay,
        holds=list_holdings,
        close=(replay.stop,),
    )
