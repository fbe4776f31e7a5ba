"""Twenty journeys, one for each programme of the sources, played through the public APIs and checked as they go."""
