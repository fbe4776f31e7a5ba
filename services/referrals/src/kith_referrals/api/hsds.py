"""What the directory answers with, in the words of HSDS 3.0 (docs.openreferral.org), with the fields that we can fill.

A field without a value is left out: the published schemas know no null.
"""

from datetime import date, datetime
from typing import Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

T = TypeVar("T")


class Contents(BaseModel, Generic[T]):
    """One page of a list. ``size`` is how many it holds; ``total_items`` and ``total_pages`` are of the whole list."""

    total_items: int
    total_pages: int
    page_number: int
    size: int
    first_page: bool
    last_page: bool
    empty: bool
    contents: list[T]


class About(BaseModel):
    """Which version and profile of HSDS this is, and where its OpenAPI document stands."""

    version: str
    profile: str
    openapi_url: str


class TaxonomyView(BaseModel):
    """One way of sorting services."""

    id: UUID
    name: str
    description: str


class TermView(BaseModel):
    """One code of a taxonomy."""

    id: UUID
    code: str
    name: str
    description: str
    taxonomy: str
    taxonomy_id: UUID
    taxonomy_detail: TaxonomyView


class Attribute(BaseModel):
    """That a service is of a term, or what it has of it (``value``)."""

    id: UUID
    link_id: UUID
    link_entity: str = "service"
    taxonomy_term_id: UUID
    taxonomy_term: TermView
    value: str | None = None


class Phone(BaseModel):
    """A public number."""

    id: UUID
    number: str


class Schedule(BaseModel):
    """When a service is open, in plain words."""

    id: UUID
    description: str


class ServiceArea(BaseModel):
    """A postcode district that a service is for."""

    id: UUID
    name: str
    extent: str
    extent_type: str = "text"


class Location(BaseModel):
    """A place: physical, no closer than its postcode district; or virtual."""

    id: UUID
    location_type: str
    name: str
    external_identifier: str | None = None
    external_identifier_type: str | None = None


class Identifier(BaseModel):
    """An organisation's number in a register."""

    id: UUID
    organization_id: UUID
    identifier_scheme: str
    identifier_type: str
    identifier: str


class Organization(BaseModel):
    """An organisation; its identifiers and services where all of it is asked for."""

    id: UUID
    name: str
    description: str
    website: str | None = None
    organization_identifiers: list[Identifier] | None = None
    services: "list[Service] | None" = None


class ServiceAtLocation(BaseModel):
    """That a service takes place somewhere. Within a service, it does not repeat the service."""

    id: UUID
    service_id: UUID
    location_id: UUID
    location: Location
    service: "Service | None" = None


class Service(BaseModel):
    """A programme; what hangs on it where all of it is asked for."""

    id: UUID
    organization_id: UUID
    name: str
    description: str | None = None
    url: str | None = None
    email: str | None = None
    status: str
    wait_time: str | None = None
    minimum_age: int | None = None
    maximum_age: int | None = None
    assured_date: date | None = None
    assurer_email: str | None = None
    alert: str | None = None
    last_modified: datetime
    organization: Organization | None = None
    phones: list[Phone] | None = None
    schedules: list[Schedule] | None = None
    service_areas: list[ServiceArea] | None = None
    service_at_locations: list[ServiceAtLocation] | None = None
    attributes: list[Attribute] | None = None


class MinimalService(BaseModel):
    """Which services there are and when each last changed."""

    id: UUID
    modified_date: datetime
