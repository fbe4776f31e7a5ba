"""Matching: supporters, proposals with their reasons, matches, sessions and endings."""
