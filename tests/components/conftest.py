from __future__ import annotations

import pytest

from tests.components.rendering import Mocks, catalogue, render, stack_config


@pytest.fixture(scope="session")
def local() -> Mocks:
    """What the local stack declares at its first release."""
    return render(stack_config("local"), catalogue())


@pytest.fixture(scope="session")
def prod() -> Mocks:
    """What the production stack declares at its first release."""
    return render(stack_config("prod"), catalogue())
