"""What every service gets and none rewrites: it knows Kafka, PostgreSQL and telemetry, and nothing of referrals."""
