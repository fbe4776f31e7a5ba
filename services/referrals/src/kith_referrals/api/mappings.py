"""Mappings that an organisation keeps under a name, so that its imports need not bring one."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import NowDep, OptionalVersion, etag
from kith_chassis.identity import CallerDep
from kith_referrals import views
from kith_referrals.api.asking import MEMBERS, acting, in_organisation
from kith_referrals.api.imports import MappingBody, MappingName
from kith_referrals.domain.intake.library import KeptMapping
from kith_referrals.domain.refusals import NotYourOrganisation
from kith_referrals.usecases import mappings as usecases

PERMISSIONS: Final = dict.fromkeys(("list_mappings", "check_mapping", "get_mapping", "save_mapping"), MEMBERS)

router = APIRouter(prefix="/import-mappings", tags=["imports"])

Named = Annotated[MappingName, Path()]


class MappingLine(BaseModel):
    """A mapping in a list. ``saved_by`` is a token's subject."""

    name: str
    version: int
    saved_at: datetime
    saved_by: str


class MappingView(MappingLine):
    """A version of a mapping, whole."""

    mapping: MappingBody


class Mappings(BaseModel):
    """The organisation's mappings, in order of name, each as it now is."""

    items: list[MappingLine]


@router.get("")
async def list_mappings(caller: CallerDep, database: DatabaseDep) -> Mappings:
    """The mappings that the caller's organisation keeps."""
    member, organisation_id = in_organisation(caller)
    async with database.transaction(member) as tx:
        rows = await views.list_mappings(tx, organisation_id)
    return Mappings(items=[MappingLine.model_validate(row) for row in rows])


@router.post("/check", status_code=204)
async def check_mapping(body: MappingBody, caller: CallerDep) -> None:
    """Say what is wrong with a mapping, and where; nothing is kept."""
    _, organisation_id = in_organisation(caller)
    body.mapping()
    if body.organisation != organisation_id:
        raise NotYourOrganisation


@router.get("/{name}")
async def get_mapping(
    *,
    name: Named,
    caller: CallerDep,
    database: DatabaseDep,
    response: Response,
    version: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="One of its versions; absent for the newest.")
    ] = None,
) -> MappingView:
    """A mapping of the caller's organisation, as it now is or once was."""
    member, organisation_id = in_organisation(caller)
    async with database.transaction(member) as tx:
        row = await views.get_mapping(tx, organisation_id, name, version)
    response.headers.update(etag(row["version"]))
    return MappingView.model_validate(row)


@router.put("/{name}", responses={201: {"model": MappingView}})
async def save_mapping(
    *,
    name: Named,
    body: MappingBody,
    caller: CallerDep,
    version: OptionalVersion,
    database: DatabaseDep,
    now: NowDep,
    response: Response,
) -> MappingView:
    """Keep a mapping under a name, or a new version of it. The same again changes nothing; earlier versions stay."""
    member, by = acting(caller)
    body.mapping()
    if body.organisation != by.organisation_id:
        raise NotYourOrganisation
    told = KeptMapping(
        id=clock.new_id(),
        organisation_id=by.organisation_id,
        name=name,
        version=1,
        mapping=body.model_dump(mode="json", exclude_defaults=True),
        saved_at=now,
        saved_by=by.subject,
    )
    async with database.transaction(member) as tx:
        kept = await usecases.save_mapping(tx, told, version=version)
    response.status_code = 201 if kept.id == told.id else 200
    response.headers.update(etag(kept.version))
    return MappingView.model_validate(kept, from_attributes=True)
