"""Self-referral without an account: what the form may say, its stamp, its limits, and the private link it leads to."""
