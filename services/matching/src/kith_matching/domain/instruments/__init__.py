"""The instruments there are. A new one is one file of data, and its line here."""

from collections.abc import Mapping
from typing import Final

from kith_matching.domain.instrument import Instrument
from kith_matching.domain.instruments.core_10 import CORE_10
from kith_matching.domain.instruments.de_jong_gierveld_6 import DE_JONG_GIERVELD_6
from kith_matching.domain.instruments.gad_7 import GAD_7
from kith_matching.domain.instruments.goal_based_outcomes import GOAL_BASED_OUTCOMES
from kith_matching.domain.instruments.imported import EQ_5D_5L, PAM_13, RECOVERY_STAR
from kith_matching.domain.instruments.ons4 import ONS4
from kith_matching.domain.instruments.ons_loneliness import ONS_LONELINESS
from kith_matching.domain.instruments.phq_9 import PHQ_9
from kith_matching.domain.instruments.rosenberg import ROSENBERG
from kith_matching.domain.instruments.ucla_3 import UCLA_3
from kith_matching.domain.instruments.wemwbs import SWEMWBS, WEMWBS

INSTRUMENTS: Final[Mapping[str, Instrument]] = {
    one.code: one
    for one in (
        *(ONS4, ONS_LONELINESS, UCLA_3, PHQ_9, GAD_7, CORE_10, ROSENBERG, GOAL_BASED_OUTCOMES),
        *(SWEMWBS, WEMWBS, DE_JONG_GIERVELD_6),
        *(EQ_5D_5L, RECOVERY_STAR, PAM_13),
    )
}
