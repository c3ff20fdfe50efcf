"""The practices' API: who calls, what they may, what they get when something is wrong."""
