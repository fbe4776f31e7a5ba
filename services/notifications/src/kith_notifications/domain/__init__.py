"""Who is told what, when a message must not be sent, and when to try again: values and rules, no IO."""
