"""SQL that locks or writes: rows in, domain values out."""
