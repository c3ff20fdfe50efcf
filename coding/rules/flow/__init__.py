"""How work flows: from counts and times of encounters to what a manager reads and acts on."""
