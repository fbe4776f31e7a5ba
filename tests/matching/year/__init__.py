"""A year of two programmes with a clock that is passed in: what is planned, what falls due of it, how it is done."""
