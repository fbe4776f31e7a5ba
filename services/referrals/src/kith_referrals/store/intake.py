"""Imported rows and who is already here, so that a row is imported once and a person is not made twice unseen."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_referrals.domain.intake.rows import Reader, Row
from kith_referrals.domain.intake.sifting import First, Known, Outcome, Sifted
from kith_referrals.store.records import Record, hexadecimal, insert_records
from kith_referrals.tables import imported_rows, people, referrals

