"""The journeys in the order of the table of programmes."""

from typing import Final

from kith_cli.journeys import (
    j01_relative_experience,
    j02_parent_champions,
    j03_dementia_cafe,
    j04_home_start,
    j05_troubled_families,
    j06_sure_start,
    j07_peer2peer,
    j08_capital,
    j09_user_forum,
    j10_rochdale_wrap,
    j11_reading_resource,
    j12_peer_listening,
    j13_peer_education,
    j14_peer_tutoring,
    j15_peer_mentoring,
    j16_peer_mediation,
    j17_right_here,
    j18_long_term_conditions,
    j19_self_management_wales,
    j20_dementia_self_help,
    one_human,
)
from kith_cli.journeys.cast import Journey

JOURNEYS: Final[tuple[Journey, ...]] = tuple(
    module.JOURNEY
    for module in (
        j01_relative_experience,
        j02_parent_champions,
        j03_dementia_cafe,
        j04_home_start,
        j05_troubled_families,
        j06_sure_start,
        j07_peer2peer,
        j08_capital,
        j09_user_forum,
        j10_rochdale_wrap,
        j11_reading_resource,
        j12_peer_listening,
        j13_peer_education,
        j14_peer_tutoring,
        j15_peer_mentoring,
        j16_peer_mediation,
        j17_right_here,
        j18_long_term_conditions,
        j19_self_management_wales,
        j20_dementia_self_help,
    )
)
"""Each is a module of its own; a new one is one more line here."""

EVERY: Final = {str(one.number): one for one in JOURNEYS} | {"human": one_human.JOURNEY}
"""Every journey by the word that calls it: the programmes', and that of one human through several of them."""
