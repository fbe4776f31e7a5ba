"""What is due of measures: what a programme's plan asks of somebody now, once for each match and moment."""

from typing import Final

import sqlalchemy as sa

from kith_matching.domain.looking_after import Kind
from kith_matching.domain.worklist import Work
from kith_matching.store.due.matches import PLANNED_UNTIL, TERMS_OF
from kith_matching.store.due.selects import ONCE, one
from kith_matching.store.measures_due import select_measures_due

MEASURES_DUE: Final = select_measures_due(TERMS_OF, PLANNED_UNTIL)
"""What programmes' plans ask now."""
OF_MEASURES: Final = (
    sa.select(
        one(Work.ASK_MEASURES).label("kind"),
        MEASURES_DUE.c.match_id.label("thing_id"),
        sa.literal_column(f"'{Kind.MATCH}'").label("about"),
        MEASURES_DUE.c.match_id.label("about_id"),
        MEASURES_DUE.c.organisation_id,
        MEASURES_DUE.c.programme_id,
        MEASURES_DUE.c.referral_id,
        MEASURES_DUE.c.due_on,
        ONCE.label("every"),
        MEASURES_DUE.c.moment.label("missing"),
    ),
)
"""Each is of a match that runs, or ended well."""
