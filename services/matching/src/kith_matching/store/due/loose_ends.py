"""What is due of what stopped: a supporter is told by a human, and somebody else comes instead of who rests."""

from typing import Final

import sqlalchemy as sa

from kith_matching.domain.looking_after import Kind
from kith_matching.domain.supporter import SupporterState
from kith_matching.domain.worklist import Work
from kith_matching.store.due.matches import of_match
from kith_matching.store.due.selects import ONCE, UNSAID, last, one
from kith_matching.tables import loose_ends, matches, supporter_steps, supporters

_UNTOLD: Final = sa.and_(
    loose_ends.c.kind == sa.literal_column(f"'{Work.TELL_SUPPORTER}'"), loose_ends.c.seen_at.is_(None)
)
_REMEMBERED: Final = loose_ends.c.referral_id.is_not(None)
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
    sa.select(
        one(Work.TELL_SUPPORTER),
        loose_ends.c.id,
        sa.case((_REMEMBERED, sa.literal_column(f"'{Kind.MATCH}'")), else_=sa.literal_column(f"'{Kind.SUPPORTER}'")),
        sa.case((_REMEMBERED, loose_ends.c.match_id), else_=loose_ends.c.supporter_id),
        loose_ends.c.organisation_id,
        loose_ends.c.programme_id,
        loose_ends.c.referral_id,
        loose_ends.c.since,
        ONCE,
        UNSAID,
    ).where(_UNTOLD),
    of_match(one(Work.ARRANGE_COVER), _RESTS_FROM, _RESTS),
)
"""Each is of a match: of one that ended elsewhere, or of one that runs while its supporter rests."""
