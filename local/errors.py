"""The one error that a user of `python -m local` sees: a message without a traceback."""


class LocalError(Exception):
    """Something the user has to know: what failed, where, and what to do.

    Its text is printed as it is, so it names the tool, the command and the log.
    """
