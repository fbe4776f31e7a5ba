"""Ways out to people: what a supporter takes away on paper."""
