"""Referrals: organisations, programmes, people, what they agreed to, and their referrals."""
