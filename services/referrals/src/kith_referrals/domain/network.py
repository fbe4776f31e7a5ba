"""The network's organisations and the programmes they offer, as its operator publishes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_referrals.domain.charities import Regulator, charity_number
from kith_referrals.domain.nations import Nation
from kith_referrals.domain.promises import ATTEMPTS, Terms
from kith_referrals.domain.refusals import (
    AssuredAfterToday,
    CharityNumberInvalid,
    NotYourProgramme,
    OrganisationCloses,
    ProgrammeClosed,
    SiteUnknown,
    TakesNoReferrals,
)

INFORMAL: Final = "informal"
"""The formality of which nothing more is asked than an entry in the directory."""


class Standing(StrEnum):
    """Whether a programme runs. The words are those of HSDS 3.0, *service*, ``status``."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DEFUNCT = "defunct"
    TEMPORARILY_CLOSED = "temporarily closed"


class Capacity(StrEnum):
    """Whether a programme takes anybody new, which is to be known before somebody is referred."""

    OPEN = "open"
    WAITING_LIST = "waiting-list"
    CLOSED = "closed"


class OrganisationState(StrEnum):
    """Whether an organisation is at work, is about to close, or has closed."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class OrganisationEntry:
    """What the public directory says of an organisation."""

    description: str | None = None
    url: str | None = None
    charity_number: str | None = None
    charity_regulator: Regulator | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    """A charity, health board, council, housing provider, user group or funder.

    ``contact_email`` is where notices for the organisation go; it is told to nobody but the notifications service.
    ``nation`` says whose bank holidays its working days leave out.
    ``closes_on`` is its last day (Europe/London), where it is to close; ``closed_at`` when all it had was handed over.
    """

    id: UUID
    name: str
    kind: str
    ods_code: str | None = None
    contact_email: str | None = field(default=None, repr=False)
    nation: Nation = Nation.ENGLAND
    entry: OrganisationEntry = OrganisationEntry()
    closes_on: date | None = None
    closed_at: datetime | None = None

    @property
    def state(self) -> OrganisationState:
        """How far its closing has come."""
        if self.closed_at is not None:
            return OrganisationState.CLOSED
        return OrganisationState.OPEN if self.closes_on is None else OrganisationState.CLOSING

    def published_after(self, before: "Organisation | None") -> "Organisation":
        """As it is to be kept: publishing it again takes back no closing."""
        return replace(self, closes_on=before.closes_on, closed_at=before.closed_at) if before else self

    def checked(self) -> "Organisation":
        """The organisation with its charity number in its kept form. Raises ``CharityNumberInvalid``."""
        number, regulator = self.entry.charity_number, self.entry.charity_regulator
        if number is None and regulator is None:
            return self
        if number is None or regulator is None:
            raise CharityNumberInvalid("A charity number and its regulator go together. Give both or neither.")
        return replace(self, entry=replace(self.entry, charity_number=charity_number(number, regulator)))

    def is_known_alike(self, other: "Organisation") -> bool:
        """Whether two states of an organisation differ in nothing that other services are told."""
        return self.is_shown_alike(replace(other, entry=self.entry))

    def is_shown_alike(self, other: "Organisation") -> bool:
        """Whether two states of an organisation differ in nothing that the public directory shows."""
        return replace(other, contact_email=self.contact_email, nation=self.nation) == self


@dataclass(frozen=True, slots=True)
class CrisisLine:
    """Whom to call in a crisis, in the area of a programme."""

    name: str
    telephone: str


SAMARITANS: Final = CrisisLine("Samaritans", "116 123")
"""For everybody in the United Kingdom and Ireland, free, day and night (samaritans.org)."""


@dataclass(frozen=True, slots=True)
class ProgrammeEntry:
    """What the public directory says of a programme.

    ``email``, ``telephone`` and ``url`` are public ones. ``districts`` are the postcode districts it serves, ``opens``
    says in plain words when. ``assured_on`` is the day (Europe/London) on which somebody last confirmed the entry.
    ``expected_wait_days`` belongs to a waiting list alone. Nobody is referred where it is not ``referrable``: people
    come, or are reached, without a name.

    What it promises stands here and is not told to other services either: ``promised_wait_days`` is the longest that
    anybody waits for a match, ``contact_attempts`` on how many days it tries to reach a person before it gives up.
    """

    description: str | None = None
    url: str | None = None
    email: str | None = None
    telephone: str | None = None
    status: Standing = Standing.ACTIVE
    needs: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    opens: str | None = None
    capacity: Capacity = Capacity.OPEN
    expected_wait_days: int | None = None
    assured_on: date | None = None
    assurer_email: str | None = None
    crisis_lines: tuple[CrisisLine, ...] = ()
    referrable: bool = True
    promised_wait_days: int | None = None
    contact_attempts: int = ATTEMPTS


@dataclass(frozen=True, slots=True)
class Programme:
    """One offer of peer support by one organisation, and how it matches.

    ``slug`` names it in files and is unique in the network. ``weights`` says how many points each connection is worth.
    Ages are whole years, both ends included; None sets no limit. ``nation`` is its organisation's, and
    ``organisation_closes_on`` its last day, where that is to close. ``definition_version`` is that of the definition
    in force, 0 where there is none, and ``sites`` are the codes of its sites.
    """

    id: UUID
    organisation_id: UUID
    slug: str
    name: str
    model: str
    formality: str
    minimum_age: int | None = None
    maximum_age: int | None = None
    checks_required: bool = True
    channels: tuple[str, ...] = ()
    weights: Mapping[str, int] = field(default_factory=dict)
    nation: Nation = Nation.ENGLAND
    entry: ProgrammeEntry = ProgrammeEntry()
    organisation_closes_on: date | None = None
    definition_version: int = 0
    sites: tuple[str, ...] = ()

    @property
    def terms(self) -> Terms:
        """What its referrals are held to."""
        return Terms(self.nation, self.entry.promised_wait_days, self.entry.contact_attempts)

    def is_known_alike(self, other: "Programme") -> bool:
        """Whether two states of a programme differ in nothing that other services are told."""
        return replace(other, entry=self.entry, nation=self.nation) == self


def check_takes_referrals(programme: Programme) -> None:
    """Refuse a referral to a programme that takes none: people would wait for what does not come.

    An informal programme is best left alone, and outreach goes to people: nobody is referred there. Raises
    ``TakesNoReferrals``, ``OrganisationCloses`` or ``ProgrammeClosed``.
    """
    entry = programme.entry
    if programme.formality == INFORMAL or not entry.referrable:
        raise TakesNoReferrals.ask(entry.telephone, entry.email, entry.url)
    if programme.organisation_closes_on is not None:
        raise OrganisationCloses
    if entry.status is not Standing.ACTIVE or entry.capacity is Capacity.CLOSED:
        raise ProgrammeClosed


def check_site(programme: Programme, site: str | None) -> None:
    """Refuse a site that the programme's definition does not name. Raises ``SiteUnknown``."""
    if site is not None and site not in programme.sites:
        raise SiteUnknown.among(programme.sites)


def published(programme: Programme, before: Programme | None, today: date) -> Programme:
    """The programme as it is to be kept: publishing it again never takes back that somebody confirmed its entry.

    The later day of confirmation counts. Of an organisation that closes it takes nobody, whatever is published. Raises
    ``AssuredAfterToday``.
    """
    days = [day for day in (programme.entry.assured_on, before.entry.assured_on if before else None) if day]
    if programme.entry.assured_on is not None and programme.entry.assured_on > today:
        raise AssuredAfterToday
    entry = replace(programme.entry, assured_on=max(days, default=None))
    if programme.organisation_closes_on is not None:
        entry = replace(entry, capacity=Capacity.CLOSED, expected_wait_days=None)
    return replace(programme, entry=entry)


def check_open(organisation: Organisation) -> None:
    """Refuse what an organisation that closes may begin no more. Raises ``OrganisationCloses``."""
    if organisation.closes_on is not None:
        raise OrganisationCloses


def confirmed(programme: Programme, by: UUID, today: date) -> Programme:
    """The programme, its entry confirmed today by the organisation that owns it. Raises ``NotYourProgramme``."""
    if by != programme.organisation_id:
        raise NotYourProgramme("Only the organisation that owns the programme may confirm its entry.")
    return replace(programme, entry=replace(programme.entry, assured_on=today))
