"""The rollout: a Pulumi provider plugin that moves traffic to a release in gated steps."""
