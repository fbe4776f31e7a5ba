"""What is due of what stopped: a supporter is told by a human, and somebody else comes instead of who rests."""

from typing import Final

import sqlalchemy as sa

from kith_matching.domain.supporter import SupporterState
from kith_matching.domain.worklist import Work
from kith_matching.store.due.matches import of_match
from kith_matching.store.due.selects import last, one
from kith_matching.store.loose_ends import TO_TELL
from kith_matching.tables import matches, supporter_steps, supporters

_RESTS: Final = sa.exists().where(
    supporters.c.id == matches.c.supporter_id, supporters.c.state != sa.literal_column(f"'{SupporterState.ACTIVE}'")
)
_RESTS_FROM: Final = sa.func.greatest(
    matches.c.made_on,
    last(
        supporter_steps.c.begun_on,
        supporter_steps.c.supporter_id == matches.c.supporter_id,
        supporter_steps.c.kind == sa.literal_column("'state'"),
        supporter_steps.c.finished_on.is_(None),
    ),
)
"""Since when the supporter of a match is where they are. Nobody learns from it why they rest."""
OF_LOOSE_ENDS: Final = (
    TO_TELL,
    of_match(one(Work.ARRANGE_COVER), _RESTS_FROM, _RESTS),
)
"""Each is of a match: of one that ended elsewhere, or of one that runs while its supporter rests."""
