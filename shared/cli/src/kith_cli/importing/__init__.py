"""An organisation's own export: read in its dialect, sent in batches, and answered row by row."""
