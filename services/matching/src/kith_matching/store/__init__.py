"""The SQL that use cases need: rows in, domain values out. Every list a statement is given is one statement's work."""
