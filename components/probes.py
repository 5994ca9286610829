"""The checks that kubelet makes of a container. A new kind of probe goes here."""

from __future__ import annotations

from typing import Any

from components.catalogue import Probe, Probes


def container_probes(probes: Probes) -> dict[str, Any]:
    """Return the probe fields of a container, as Kubernetes JSON."""
    return {
        "startupProbe": _http(probes.startup),
        "livenessProbe": _http(probes.liveness),
        "readinessProbe": _http(probes.readiness),
    }


def _http(probe: Probe) -> dict[str, Any]:
    return {
        "httpGet": {"path": probe.path, "port": "http", "scheme": "HTTP"},
        "periodSeconds": probe.period_seconds,
        "timeoutSeconds": probe.timeout_seconds,
        "failureThreshold": probe.failure_threshold,
        "successThreshold": 1,
    }
