"""How a message leaves: whose address it is, what the letter says, and the mail server that takes it."""
