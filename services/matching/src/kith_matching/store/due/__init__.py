"""What is due now, of the whole network, and what of it was told.

Each of the modules says what may fall due of one sort of thing; ``telling`` puts them together in one statement.
"""

from kith_matching.store.due.answers import IS_HARDER
from kith_matching.store.due.matches import PLANNED_UNTIL, SECOND_ON, TERMS_OF, TO_ASK_SINCE
from kith_matching.store.due.measures import MEASURES_DUE
from kith_matching.store.due.places import ASK_ON, ASKED_OF_MEETINGS, PROGRAMME_OF
from kith_matching.store.due.selects import day_of
from kith_matching.store.due.supporters import IS_OVERDUE, OVERDUE_SINCE
from kith_matching.store.due.telling import DUE, keep, list_new, list_new_for_update

__all__ = [
    "ASKED_OF_MEETINGS",
    "ASK_ON",
    "DUE",
    "IS_HARDER",
    "IS_OVERDUE",
    "MEASURES_DUE",
    "OVERDUE_SINCE",
    "PLANNED_UNTIL",
    "PROGRAMME_OF",
    "SECOND_ON",
    "TERMS_OF",
    "TO_ASK_SINCE",
    "day_of",
    "keep",
    "list_new",
    "list_new_for_update",
]
