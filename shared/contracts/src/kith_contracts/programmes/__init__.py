"""What a programme may say of itself: the definition that its file holds, as every service and command reads it."""

from kith_contracts.programmes.definition import Definition

__all__ = ["Definition"]
