"""A working day at the benches by keyboard alone: charts of every kind, people, their hands, the truth at the end."""
