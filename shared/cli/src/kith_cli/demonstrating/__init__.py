"""The sample network at work: what its coordinators would do, done over HTTP, and all counts held side by side."""
