"""What a programme's definition switches on: what is not there is kept for none of its people."""

from enum import StrEnum

from kith_matching.domain.referral import Programme
from kith_matching.domain.refusals import MatchingRefused


class Component(StrEnum):
    """A component of practice, as definitions name it."""

    GOALS = "goals"
    HELPS_OR_NOT = "helps-or-not"
    """The person alone is asked whether it helps."""
    SIGNPOSTING = "signposting"
    TASTER = "taster"


class ComponentOff(MatchingRefused):
    """A programme does what its definition says, and asks its people for no more. The message names the component."""

    code = "component-off"
    advice = "The programme's definition does not have this component."


def check_on(programme: Programme, component: Component) -> None:
    """Refuse what the programme's definition does not have. Raises ``ComponentOff``."""
    if component not in programme.terms.components:
        raise ComponentOff(
            f"The programme's definition does not have the component {component}. Add it, or do without."
        )
