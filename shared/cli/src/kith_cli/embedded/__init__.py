"""A whole Kith on one machine with nothing but Python: its database, its broker, its mail and its issuer."""
