"""The tables this service owns: every projection twice, in slots ``a`` and ``b``, and a view that shows the live one.

The inbox writes the live slot. A replay fills the spare one and then turns them round, which is one row's change, so
reads go on and see the one or the other, whole. Tables are named ``<projection>_<slot>``, views ``<projection>``.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from kith_reporting.domain.totals import COUNTS, MISSED


class Slot(StrEnum):
    """One of the two sets of tables."""

    A = "a"
    B = "b"

    @property
    def other(self) -> "Slot":
        """The slot that this is not."""
        return Slot.B if self is Slot.A else Slot.A


class Merge(StrEnum):
    """How what a batch says of a column meets what is stored."""

    WHOLE = "excluded.{0}"
    """The fact carries the whole state: it replaces what is there."""
    LATEST = "coalesce(excluded.{0}, stored.{0})"
    """Said again, it replaces; not said, it stays."""
    FIRST = "least(stored.{0}, excluded.{0})"
    """The earliest ever said."""
    ADD = "stored.{0} + excluded.{0}"
    """A change, to be added."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its type in PostgreSQL, and how a later batch changes it."""

    name: str
    type: str
    merge: Merge = Merge.WHOLE


@dataclass(frozen=True, slots=True)
class Projection:
    """One projection: a row for each story, or for each place that is counted."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]


LATEST, FIRST, ADD = Merge.LATEST, Merge.FIRST, Merge.ADD

REFERRALS: Final = Projection(
    "referrals",
    ("referral_id",),
    (
        Column("referral_id", "uuid"),
        Column("referring_organisation_id", "uuid", LATEST),
        Column("programme_organisation_id", "uuid", LATEST),
        Column("programme_id", "uuid", LATEST),
        Column("received_on", "date", LATEST),
        Column("decision", "text", LATEST),
        Column("closed", "text", LATEST),
        Column("sharing", "text", LATEST),
        Column("proposal", "text", LATEST),
        Column("matched_on", "date", FIRST),
        Column("support", "text", LATEST),
        Column("waits_again", "boolean", LATEST),
        Column("site", "text", LATEST),
        *(Column(name, "boolean", LATEST) for name in MISSED.values()),
        Column("sessions", "integer", ADD),
        Column("messages_delivered", "integer", ADD),
        Column("messages_failed", "integer", ADD),
    ),
)
SESSIONS: Final = Projection(
    "sessions",
    ("session_id",),
    (
        Column("session_id", "uuid"),
        Column("organisation_id", "uuid"),
        Column("programme_id", "uuid"),
        Column("held_on", "date"),
        Column("happened", "boolean"),
        Column("referral_id", "uuid"),
        Column("attended_referral_ids", "uuid[]"),
        Column("meeting_id", "uuid"),
        Column("companions", "integer"),
        Column("topics", "text[]"),
    ),
)
MEETINGS: Final = Projection(
    "meetings",
    ("meeting_id",),
    (
        Column("meeting_id", "uuid"),
        Column("organisation_id", "uuid"),
        Column("programme_id", "uuid"),
        Column("happened", "integer", ADD),
    ),
)
CONTACTS: Final = Projection(
    "contacts",
    ("contact_id",),
    (
        Column("contact_id", "uuid"),
        Column("organisation_id", "uuid"),
        Column("programme_id", "uuid"),
        Column("held_on", "date"),
        Column("people", "integer"),
        Column("topics", "text[]"),
        Column("district", "text"),
        Column("site", "text"),
        Column("happened", "boolean"),
    ),
)
AREAS: Final = Projection(
    "areas",
    ("organisation_id", "programme_id", "district"),
    (
        Column("organisation_id", "uuid"),
        Column("programme_id", "uuid"),
        Column("district", "text"),
        Column("received", "bigint", ADD),
    ),
)
MESSAGES: Final = Projection(
    "messages",
    ("message_id",),
    (
        Column("message_id", "uuid"),
        Column("story_kind", "text"),
        Column("story_id", "uuid"),
        Column("delivered", "boolean"),
    ),
)
SUPPORTERS: Final = Projection(
    "supporters",
    ("supporter_id",),
    (
        Column("supporter_id", "uuid"),
        Column("organisation_id", "uuid"),
        Column("programme_ids", "uuid[]"),
        Column("state", "text"),
    ),
)
ORGANISATIONS: Final = Projection(
    "organisations", ("organisation_id",), (Column("organisation_id", "uuid"), Column("name", "text"))
)
PROGRAMMES: Final = Projection(
    "programmes",
    ("programme_id",),
    (
        Column("programme_id", "uuid"),
        Column("organisation_id", "uuid"),
        Column("name", "text"),
        Column("sites", "text[]"),
        Column("proposed", "integer"),
    ),
)
CLAIMS: Final = Projection(
    "claims",
    ("claim_id",),
    (
        Column("claim_id", "uuid"),
        Column("organisation_id", "uuid"),
        Column("programme_id", "uuid"),
        Column("household_id", "uuid"),
        Column("result", "text"),
        Column("standing", "boolean"),
    ),
)
TOTALS: Final = Projection(
    "totals",
    ("organisation_id", "programme_id", "side"),
    (
        Column("organisation_id", "uuid"),
        Column("programme_id", "uuid"),
        Column("side", "text"),
        *(Column(name, "bigint", ADD) for name in COUNTS),
    ),
)

_IDS: Final = ("organisation_id", "programme_id")
totals = sa.table(
    "totals",
    *(sa.column(name, sa.Uuid) for name in _IDS),
    sa.column("side", sa.Text),
    *(sa.column(name, sa.BigInteger) for name in COUNTS),
)
organisations = sa.table("organisations", sa.column("organisation_id", sa.Uuid), sa.column("name", sa.Text))
programmes = sa.table(
    "programmes",
    *(sa.column(name, sa.Uuid) for name in ("programme_id", "organisation_id")),
    sa.column("name", sa.Text),
    sa.column("sites", ARRAY(sa.Text)),
    sa.column("proposed", sa.Integer),
)
claims = sa.table(
    "claims",
    *(sa.column(name, sa.Uuid) for name in ("programme_id", "household_id")),
    sa.column("result", sa.Text),
    sa.column("standing", sa.Boolean),
)

populations: Final = sa.table(
    "populations",
    *(sa.column(name, sa.Uuid) for name in ("programme_id", "organisation_id")),
    sa.column("people", JSONB),
    sa.column("source", sa.Text),
    sa.column("counted_on", sa.Date),
    sa.column("kept_at", sa.DateTime(timezone=True)),
    sa.column("kept_by", sa.Text),
    sa.column("version", sa.Integer),
)
"""How many there are in a programme's districts. It is told to this service alone, so it has no slot: no replay could
fill one again."""
