"""Notifications: tells those who should know, once, and says whether it reached them."""
