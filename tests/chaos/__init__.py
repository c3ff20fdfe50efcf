"""Random work at the three benches with everything going wrong at once, and what must hold all the same.

`typed` is the script's own reckoning of what was done, `line` the connection that fails and is listened to, `visits`
what there is to work on, `benches` what hands do at a bench, `desk` a person with windows, `run` the whole of it.
"""
