"""The sample network at work: what its coordinators would do, done over HTTP, and every count held against the others."""
