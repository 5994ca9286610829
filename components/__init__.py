"""What the platform consists of, declared. Components never wait and never call."""
