"""Supporters' paths: the steps of one, with what their programmes ask for."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.path import Destination, Kind, Path, Step
from kith_matching.domain.supporter import Supporter
from kith_matching.store.rows import values_of
from kith_matching.tables import programmes, supporter_steps

_STEPS: Final = (
    sa.select(supporter_steps)
    .where(supporter_steps.c.supporter_id == sa.bindparam("supporter_id"))
    .order_by(supporter_steps.c.id)
)
_ASKED: Final = (
    sa.select(programmes.c.terms["steps"])
    .where(
        programmes.c.id == sa.any_(sa.bindparam("programme_ids")),
        programmes.c.organisation_id == sa.bindparam("organisation_id"),
    )
    .order_by(programmes.c.id)
)
_SAVE: Final = sa.text(
    "insert into supporter_steps"
    " select * from jsonb_populate_recordset(null::supporter_steps, cast(:rows as jsonb))"
    " order by finished_on"
    " on conflict (id) do update set"
    " begun_on = excluded.begun_on, finished_on = excluded.finished_on, given_up = excluded.given_up"
)
"""What ends is kept before what begins: only one state lasts. (Nulls, which last, come last.)"""


async def get_path(tx: AsyncConnection, supporter: Supporter) -> Path:
    """The path of a supporter, who is read or locked before."""
    rows = await tx.execute(_STEPS, {"supporter_id": supporter.id})
    asked = {"programme_ids": list(supporter.programme_ids), "organisation_id": supporter.organisation_id}
    told = (await tx.execute(_ASKED, asked)).scalars()
    return Path(
        supporter.id,
        supporter.organisation_id,
        supporter.state,
        tuple(_step(row) for row in rows),
        tuple(step for steps in told for step in steps or ()),
    )


async def save_steps(tx: AsyncConnection, changes: Sequence[Step]) -> None:
    """Keep steps that began or ended, of supporters who are locked."""
    await tx.execute(_SAVE, {"rows": json.dumps([asdict(one) for one in changes], default=str)})


def _step(row: sa.Row[Any]) -> Step:
    values = values_of(row)
    went = values.pop("destination")
    return Step(**{**values, "kind": Kind(values["kind"])}, destination=Destination(went) if went else None)
