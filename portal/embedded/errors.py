"""What can go wrong in a way the person at the keyboard can act upon."""


class StackError(Exception):
    """A message for people: what is wrong and what to do. Printed without a traceback."""


class Stopped(Exception):
    """A stop signal arrived while something was being waited for."""
