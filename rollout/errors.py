"""The errors of a rollout. Each message is one or two lines that a person can act on.

RolloutError
├── Conflict      somebody else wrote the route since it was read
├── EngineGone    the Pulumi engine that asked for the rollout no longer answers
├── Unreachable   a cluster, registry or gateway doesn't answer
└── ReleaseFailed the release was undone, or never reached a user
"""


class RolloutError(Exception):
    """Anything that ends a rollout; its text is shown to the user as it is."""


class Conflict(RolloutError):
    """The route was written by somebody else since it was read: this run no longer owns it."""


class EngineGone(RolloutError):
    """The Pulumi engine no longer answers: it was killed, and this plugin is an orphan."""


class Unreachable(RolloutError):
    """A cluster, a registry or the gateway doesn't answer."""


class ReleaseFailed(RolloutError):
    """The release didn't pass; the text says where traffic is now."""
