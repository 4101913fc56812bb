"""Asks each store, in its own protocol, whether it is ready. Nothing but the standard library."""
