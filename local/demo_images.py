"""Images of the demo services: one static program, told by its environment which one it plays."""

from pathlib import Path

from local import oci, settings
from local.errors import LocalError
from local.registry import Registry

NEVER_PUSHED = "-missing"


def push_demo(program: Path, service: str, versions: tuple[str, ...], registry: Registry) -> None:
    """Push `grocery/<service>:<version>` for each version.

    A version that ends in `-missing` stands for an image that doesn't exist, so it is left out.
    Raises LocalError for an unknown service.
    """
    if service not in settings.SERVICES:
        known = ", ".join(settings.SERVICES)
        raise LocalError(f"service {service!r} has no demo image: it is one of {known}")
    packed = oci.layer([oci.Entry("/demo", program)])
    for version in versions:
        if not version.endswith(NEVER_PUSHED):
            _push(packed, service, version, registry)


def push_first_versions(program: Path, registry: Registry) -> None:
    """Push the version that the catalogue starts with, of every service."""
    packed = oci.layer([oci.Entry("/demo", program)])
    for service in settings.SERVICES:
        _push(packed, service, settings.FIRST_VERSION, registry)


def _push(packed: oci.Blob, service: str, version: str, registry: Registry) -> None:
    env = {"GROCERY_SERVICE": service, "GROCERY_VERSION": version}
    made = oci.image(packed, oci.Config(("/demo",), env=env))
    registry.push(f"grocery/{service}", (version,), made)
