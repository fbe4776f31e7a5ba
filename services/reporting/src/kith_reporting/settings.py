"""What reporting reads from its environment: what every service needs, and nothing more."""

from kith_chassis.settings import ServiceSettings as Settings

__all__ = ["Settings"]
