"""What is counted, and how: pure, so that a rule can be read and tried without a database."""
