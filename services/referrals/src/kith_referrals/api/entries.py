"""From what is kept of a programme and its organisation to what the directory answers with."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final
from uuid import UUID, uuid5

from kith_chassis import clock
from kith_referrals.api.hsds import (
    Attribute,
    Identifier,
    Location,
    MinimalService,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    TaxonomyView,
    TermView,
)
from kith_referrals.domain import directory
from kith_referrals.domain.charities import Regulator
from kith_referrals.domain.directory import (
    CONDITIONS,
    COUNTED,
    FORMALITY,
    IN_PERSON,
    MODELS,
    NEEDS,
    Place,
    Taxonomy,
    Term,
)
from kith_referrals.domain.network import Capacity, Standing
from kith_referrals.views.finding import Found

_REGISTERS: Final = {
    Regulator.ENGLAND_AND_WALES: ("GB-CHC", "Charity Commission for England and Wales"),
    Regulator.SCOTLAND: ("GB-SC", "Office of the Scottish Charity Regulator"),
    Regulator.NORTHERN_IRELAND: ("GB-NIC", "Charity Commission for Northern Ireland"),
}
"""The registers of charities as org-id.guide lists them."""
_ODS: Final = ("GB-NHS", "NHS Organisation Data Service")
_BY: Final = {"telephone": "By telephone", "video": "By video", "text": "By text message"}
_DISTRICT: Final = "Postcode district"
_AS_THEY_ARE: Final = ("id", "name", "description", "email", "status", "minimum_age", "maximum_age", "assurer_email")


def taxonomy(of: Taxonomy) -> TaxonomyView:
    """A taxonomy."""
    return TaxonomyView(id=of.id, name=of.name, description=of.description)


@lru_cache(maxsize=4096)
def term(of: Term) -> TermView:
    """A term with its taxonomy. It is always the same, and stands in many answers many times."""
    return TermView(
        id=of.id,
        code=of.code,
        name=of.name,
        description=f"{of.taxonomy.name}: {of.name}.",
        taxonomy=of.taxonomy.name,
        taxonomy_id=of.taxonomy.id,
        taxonomy_detail=taxonomy(of.taxonomy),
    )


def minimal_service(row: Found) -> MinimalService:
    """That a service is there, and when its entry last changed."""
    return MinimalService(id=row["id"], modified_date=row["modified_at"])


def service(row: Found, *, today: date, full: bool = False, alone: bool = False) -> Service:
    """A programme as a service, today (Europe/London); with all that hangs on it if ``full``.

    ``alone`` leaves out its organisation, where it stands inside it. Without a page of its own it has its
    organisation's: the profile of Open Referral UK asks for one.
    """
    status = Standing(row["status"])
    published_on = clock.today(row["published_at"])
    return Service(
        **{name: row[name] for name in _AS_THEY_ARE},
        url=row["url"] or row["organisation_url"],
        organization_id=row["organisation_id"],
        wait_time=directory.wait_time(row["formality"], status, Capacity(row["capacity"]), row["expected_wait_days"]),
        assured_date=row["assured_on"],
        alert=directory.alert(status, row["assured_on"], published_on, today),
        last_modified=row["modified_at"],
        organization=None if alone else organization({**row, "id": row["organisation_id"]}, full=full),
        **(_hanging_on(row) if full else {}),
    )


def service_at_location(row: Found, *, today: date, full: bool = False) -> ServiceAtLocation:
    """One place of a programme, with the service."""
    place = Place(row["place_id"], row["place_channel"], row["place_district"])
    found = service(row, today=today, full=full).model_copy(update={"service_at_locations": None})
    return _at(row["id"], place).model_copy(update={"service": found})


def organization(row: Found, *, full: bool = False) -> Organization:
    """An organisation; if ``full`` with its numbers in registers. HSDS wants a description of each."""
    kind = row["organisation_kind"].replace("-", " ")
    return Organization(
        id=row["id"],
        name=row["organisation_name"],
        description=row["organisation_description"] or f"{row['organisation_name']}, {kind}.",
        website=row["organisation_url"],
        organization_identifiers=list(_identifiers(row)) if full else None,
    )


def organization_with_services(row: Found, offered: Sequence[Found], *, today: date, full: bool) -> Organization:
    """An organisation with those of the programmes ``offered`` that are its own; they are ``full`` or only named."""
    own = [service(one, today=today, full=full, alone=True) for one in offered if one["organisation_id"] == row["id"]]
    return organization(row, full=True).model_copy(update={"services": own})


def _identifiers(row: Found) -> Iterable[Identifier]:
    numbers = [(_ODS, row["organisation_ods_code"])]
    if row["organisation_charity_regulator"]:
        register = _REGISTERS[Regulator(row["organisation_charity_regulator"])]
        numbers.append((register, row["organisation_charity_number"]))
    for (scheme, called), number in numbers:
        if number is not None:
            yield Identifier(
                id=uuid5(row["id"], scheme),
                organization_id=row["id"],
                identifier_scheme=scheme,
                identifier_type=called,
                identifier=number,
            )


def _hanging_on(row: Found) -> dict[str, Any]:
    id_: UUID = row["id"]
    telephone, opens = row["telephone"], row["opens"]
    return {
        "phones": [Phone(id=uuid5(id_, "phone"), number=telephone)] if telephone else [],
        "schedules": [Schedule(id=uuid5(id_, "schedule"), description=opens)] if opens else [],
        "service_areas": [
            ServiceArea(id=uuid5(id_, f"area/{one}"), name=f"{_DISTRICT} {one}", extent=one) for one in row["districts"]
        ],
        "service_at_locations": [_at(id_, place) for place in directory.places(id_, row["channels"], row["districts"])],
        "attributes": [*(_attribute(id_, found) for found in _terms(row)), *_quality(row)],
    }


def _quality(row: Found) -> Iterable[Attribute]:
    """What is counted of a programme, where enough is known to say it."""
    for of, column in COUNTED.items():
        if row[column] is not None:
            yield _attribute(row["id"], of).model_copy(update={"value": str(row[column])})


def _terms(row: Found) -> list[Term]:
    return [
        *(Term(NEEDS, code) for code in row["needs"]),
        *(Term(CONDITIONS, code) for code in row["conditions"]),
        Term(MODELS, row["model"]),
        Term(FORMALITY, row["formality"]),
    ]


def _attribute(service_id: UUID, of: Term) -> Attribute:
    return Attribute(
        id=uuid5(service_id, f"term/{of.id}"), link_id=service_id, taxonomy_term_id=of.id, taxonomy_term=term(of)
    )


def _at(service_id: UUID, place: Place) -> ServiceAtLocation:
    where = _location(place)
    return ServiceAtLocation(id=place.id, service_id=service_id, location_id=where.id, location=where)


def _location(place: Place) -> Location:
    id_ = uuid5(place.id, "location")
    if place.channel != IN_PERSON:
        return Location(id=id_, location_type="virtual", name=_BY.get(place.channel, place.channel))
    if place.district is None:
        return Location(id=id_, location_type="physical", name="In person")
    return Location(
        id=id_,
        location_type="physical",
        name=f"In person, {place.district}",
        external_identifier=place.district,
        external_identifier_type=_DISTRICT,
    )
