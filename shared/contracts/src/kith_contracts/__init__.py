"""The facts that Kith's services exchange: the only vocabulary two services share."""
