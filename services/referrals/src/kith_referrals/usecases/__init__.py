"""Load, decide, save, tell: one function for each request or batch of facts."""
