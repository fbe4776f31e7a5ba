"""What referrals knows and decides: values and rules, without any input or output."""
