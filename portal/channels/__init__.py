"""The doors to practices' own systems through which results leave: one module a kind, one interface."""
