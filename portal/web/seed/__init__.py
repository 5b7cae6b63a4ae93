"""An invented university of any size, written straight into the tables.

The same seed on the same day gives the same school. Names, numbers and texts are made up here;
the region of every ID number exists nowhere, so no living person can be hit (rulebook 6.2).
"""
