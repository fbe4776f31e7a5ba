"""Programmes' definitions as files: read with every fault at its line, and told as a page."""
