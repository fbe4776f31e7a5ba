"""Who may be matched with whom and why, and the only ways a proposal, a match and a session may come to be."""
