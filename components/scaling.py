"""How many pods a track has, and how many may be taken from it at once."""

from __future__ import annotations

from pulumi_kubernetes.autoscaling import v2
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs
from pulumi_kubernetes.policy import v1 as policy

from components.catalogue import Scaling


def autoscaler_spec(deployment: str, scaling: Scaling) -> v2.HorizontalPodAutoscalerSpecArgs:
    """Return the autoscaler of a Deployment, without `minReplicas`.

    The rollout owns that field: it differs between the live and the idle track, and both tracks
    have to declare the same here, or every release would show changes in previews.
    """
    return v2.HorizontalPodAutoscalerSpecArgs(
        scale_target_ref=v2.CrossVersionObjectReferenceArgs(
            api_version="apps/v1", kind="Deployment", name=deployment
        ),
        max_replicas=scaling.maximum,
        metrics=[_cpu(scaling.cpu_percent)],
        behavior=_behavior(),
    )


def _cpu(percent: int) -> v2.MetricSpecArgs:
    target = v2.MetricTargetArgs(type="Utilization", average_utilization=percent)
    return v2.MetricSpecArgs(
        type="Resource", resource=v2.ResourceMetricSourceArgs(name="cpu", target=target)
    )


def _behavior() -> v2.HorizontalPodAutoscalerBehaviorArgs:
    """Up at once, as a rush of shoppers comes; down slowly, as the next one may follow."""
    return v2.HorizontalPodAutoscalerBehaviorArgs(
        scale_up=v2.HPAScalingRulesArgs(
            stabilization_window_seconds=0,
            select_policy="Max",
            policies=[
                v2.HPAScalingPolicyArgs(type="Percent", value=100, period_seconds=15),
                v2.HPAScalingPolicyArgs(type="Pods", value=4, period_seconds=15),
            ],
        ),
        scale_down=v2.HPAScalingRulesArgs(
            stabilization_window_seconds=300,
            select_policy="Max",
            policies=[v2.HPAScalingPolicyArgs(type="Percent", value=10, period_seconds=60)],
        ),
    )


def disruptions_allowed(minimum: int) -> int:
    """Return how many of at least `minimum` pods a drain may take at once.

    A quarter, but never none (a drain would wait for ever) and never all. Raises ValueError when
    both can't be had.
    """
    if minimum < 2:
        raise ValueError(f"minimum is {minimum}: of fewer than 2 pods none can be spared")
    return max(1, minimum // 4)


def disruption_budget_spec(
    selector: dict[str, str], scaling: Scaling
) -> policy.PodDisruptionBudgetSpecArgs:
    """Return the PDB of a track. A pod that isn't ready may always be evicted: it serves nobody."""
    return policy.PodDisruptionBudgetSpecArgs(
        max_unavailable=disruptions_allowed(scaling.minimum),
        selector=LabelSelectorArgs(match_labels=selector),
        unhealthy_pod_eviction_policy="AlwaysAllow",
    )
