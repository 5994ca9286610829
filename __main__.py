"""The program that `pulumi up` runs: the platform of the stack's target."""

from __future__ import annotations

import sys
from pathlib import Path

import pulumi

PROJECT = Path(__file__).parent
sys.path.insert(0, str(PROJECT))

from components import settings  # noqa: E402
from components.platform import Platform  # noqa: E402
from components.target import Target  # noqa: E402

stack = settings.load(PROJECT)
platform = Platform("grocery", stack, Target.of(stack.target))

pulumi.export("services", platform.services)
pulumi.export("hostname", stack.target.hostname)
