"""What the program declares for whole stacks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.components.rendering import (
    DIGEST,
    Documents,
    Mocks,
    catalogue,
    fingerprint,
    of_kind,
    pods,
    render,
    stack_config,
)

TWO_TRACKS = {"inventory", "delivery", "payment", "order", "search"}
ONE_TRACK = {"recommendation", "promotions", "notification"}
NAMESPACES = ONE_TRACK | {f"{name}-{track}" for name in TWO_TRACKS for track in ("blue", "green")}
RECOMMENDED = {"name", "instance", "version", "component", "part-of", "managed-by"}


@pytest.fixture(params=["local", "prod"])
def stack(request: pytest.FixtureRequest) -> Mocks:
    found: Mocks = request.getfixturevalue(request.param)
    return found


def namespaces(mocks: Mocks, kind: str) -> list[str]:
    return sorted(found.metadata["namespace"] for found in of_kind(mocks, kind))


@pytest.mark.parametrize(
    "kind",
    [
        "Deployment",
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
        "ReferenceGrant",
        "ServiceAccount",
        "ConfigMap",
    ],
)
def test_every_track_has_one_of_each(stack: Mocks, kind: str) -> None:
    assert namespaces(stack, kind) == sorted(NAMESPACES)


def test_every_object_has_a_name_of_its_own(stack: Mocks) -> None:
    kubernetes = [found for found in stack.declared if found.type.startswith("kubernetes:")]
    assert len(kubernetes) > 100
    assert all(found.metadata.get("name") for found in kubernetes)


def test_every_namespace_enforces_restricted_pods(stack: Mocks) -> None:
    found = {
        space.metadata["name"]: space.metadata["labels"] for space in of_kind(stack, "Namespace")
    }
    assert set(found) == NAMESPACES | {"grocery", "grocery-data", "routing"}
    for labels in found.values():
        assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_every_pod_is_restricted(stack: Mocks) -> None:
    assert len(pods(stack)) == len(NAMESPACES) + 1
    for name, template in pods(stack).items():
        spec = template["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["enableServiceLinks"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["runAsUser"] > 0, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & set(spec), name
        assert all("hostPath" not in volume for volume in spec["volumes"]), name
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, name
            assert all("hostPort" not in port for port in container["ports"]), name


def test_every_pod_names_its_images_by_digest(stack: Mocks) -> None:
    for name, template in pods(stack).items():
        for container in template["spec"]["containers"]:
            assert "@sha256:" in container["image"], name


def test_every_pod_has_three_probes_requests_and_limits(stack: Mocks) -> None:
    for name, template in pods(stack).items():
        for container in template["spec"]["containers"]:
            assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container), name
            assert set(container["resources"]) == {"requests", "limits"}, name
            assert all(set(each) == {"cpu", "memory"} for each in container["resources"].values())


def test_probes_ask_the_right_questions_often_enough(stack: Mocks) -> None:
    for deployment in of_kind(stack, "Deployment"):
        [container] = deployment.spec["template"]["spec"]["containers"]
        paths = [container[f"{probe}Probe"]["httpGet"]["path"]
                 for probe in ("startup", "liveness", "readiness")]  # fmt: skip
        assert paths == ["/health", "/health", "/ready"]
        assert container["startupProbe"]["periodSeconds"] == 1
        assert container["readinessProbe"]["periodSeconds"] <= 2


def test_deployments_are_replaced_without_losing_a_pod(stack: Mocks) -> None:
    for deployment in of_kind(stack, "Deployment"):
        name = deployment.metadata["name"]
        rolling = deployment.spec["strategy"]["rollingUpdate"]
        assert rolling["maxUnavailable"] == 0
        assert rolling["maxSurge"] == ("100%" if name in TWO_TRACKS else "25%")
        pod = deployment.spec["template"]["spec"]
        drain = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert 0 < drain < pod["terminationGracePeriodSeconds"]


def test_how_many_pods_there_are_is_left_to_the_rollout(stack: Mocks) -> None:
    assert all("replicas" not in found.spec for found in of_kind(stack, "Deployment"))
    autoscalers = of_kind(stack, "HorizontalPodAutoscaler")
    assert all("minReplicas" not in found.spec for found in autoscalers)
    assert all(found.spec["behavior"]["scaleUp"] for found in autoscalers)


def test_a_disruption_budget_leaves_pods_and_never_blocks(stack: Mocks) -> None:
    shifts = {shift.name: shift.inputs for shift in of_kind(stack, "TrafficShift")}
    for budget in of_kind(stack, "PodDisruptionBudget"):
        minimum = shifts[budget.metadata["name"]]["minimum"]
        assert 1 <= budget.spec["maxUnavailable"] < minimum
        assert "minAvailable" not in budget.spec


def test_pods_are_spread_over_nodes_and_zones_but_never_wait(stack: Mocks) -> None:
    for deployment in of_kind(stack, "Deployment"):
        spread = deployment.spec["template"]["spec"]["topologySpreadConstraints"]
        assert [each["topologyKey"] for each in spread] == [
            "kubernetes.io/hostname",
            "topology.kubernetes.io/zone",
        ]
        assert {each["whenUnsatisfiable"] for each in spread} == {"ScheduleAnyway"}


def test_pods_carry_the_recommended_labels_and_their_release(stack: Mocks) -> None:
    for deployment in of_kind(stack, "Deployment"):
        labels = deployment.spec["template"]["metadata"]["labels"]
        assert {f"app.kubernetes.io/{label}" for label in RECOMMENDED} <= set(labels)
        release = deployment.metadata["annotations"]["rollout.grocery/fingerprint"]
        assert labels["rollout.grocery/release"] == release
        selector = deployment.spec["selector"]["matchLabels"]
        assert selector.items() <= labels.items()


def test_the_provider_does_not_wait_where_the_rollout_does(stack: Mocks) -> None:
    for found in [*of_kind(stack, "Deployment"), *of_kind(stack, "Service")]:
        assert found.metadata["annotations"]["pulumi.com/skipAwait"] == "true", found.name


def test_pods_run_under_an_account_of_their_own_without_a_token(stack: Mocks) -> None:
    for account in of_kind(stack, "ServiceAccount"):
        assert account.inputs["automountServiceAccountToken"] is False
    for deployment in of_kind(stack, "Deployment"):
        account_name = deployment.spec["template"]["spec"]["serviceAccountName"]
        assert account_name == deployment.metadata["name"]


def test_release_documents_are_immutable_and_named_by_their_fingerprint(stack: Mocks) -> None:
    for document in of_kind(stack, "ConfigMap"):
        assert document.inputs["immutable"] is True
        content = json.loads(document.inputs["data"]["document"])
        assert document.metadata["name"] == f"release-{fingerprint(content)}"
        assert document.metadata["labels"]["rollout.grocery/document"] == "true"
        assert document.metadata["labels"]["app.kubernetes.io/name"] == content["service"]


def test_both_tracks_of_a_service_run_the_same_document_at_first(stack: Mocks) -> None:
    by_namespace = {
        found.metadata["namespace"]: found.inputs["data"]["document"]
        for found in of_kind(stack, "ConfigMap")
    }
    for name in TWO_TRACKS:
        assert by_namespace[f"{name}-blue"] == by_namespace[f"{name}-green"]


def test_a_pod_template_reaches_the_cluster_as_it_is_in_its_document(stack: Mocks) -> None:
    templates = {found.metadata["namespace"]: found.spec["template"]
                 for found in of_kind(stack, "Deployment")}  # fmt: skip
    for document in of_kind(stack, "ConfigMap"):
        namespace = document.metadata["namespace"]
        expected = json.loads(document.inputs["data"]["document"])["template"]
        release = document.metadata["name"].removeprefix("release-")
        expected["metadata"]["labels"]["rollout.grocery/release"] = release
        assert templates[namespace] == expected


def test_only_routes_of_the_routing_namespace_reach_a_track(stack: Mocks) -> None:
    for grant in of_kind(stack, "ReferenceGrant"):
        [origin], [to] = grant.spec["from"], grant.spec["to"]
        assert (origin["kind"], origin["namespace"]) == ("HTTPRoute", "routing")
        assert (to["kind"], to["name"]) == ("Service", grant.metadata["name"])


def test_stable_names_lead_to_the_gateway_and_are_matched_by_the_route(stack: Mocks) -> None:
    names = [
        found for found in of_kind(stack, "Service") if found.metadata["namespace"] == "grocery"
    ]
    assert {found.metadata["name"] for found in names} == TWO_TRACKS | ONE_TRACK
    for found in names:
        assert found.spec["type"] == "ExternalName"
        assert found.spec["externalName"] == "envoy.projectcontour.svc.cluster.local"
    for shift in of_kind(stack, "TrafficShift"):
        assert f"{shift.name}.grocery" in shift.inputs["route"]["hostnames"]
        assert shift.inputs["route"]["pathPrefix"] == f"/{shift.name}"


def test_the_password_goes_to_the_database_and_its_clients_only(stack: Mocks) -> None:
    [secret] = of_kind(stack, "GeneratedSecret")
    mounting = {
        name.split("/")[0]
        for name, template in pods(stack).items()
        if any("secret" in volume for volume in template["spec"]["volumes"])
    }
    assert set(secret.inputs["namespaces"]) == mounting
    assert not {"search-blue", "promotions"} & mounting


def test_only_images_without_a_digest_are_looked_up() -> None:
    config, services = stack_config("prod"), catalogue()
    del config["releases"]["search"]["digest"]
    for part in (config["releases"], services["services"]):
        for name in part.keys() - {"search", "inventory"}:
            del part[name]
    mocks = render(config, services)
    [(_, asked)] = [call for call in mocks.invoked if call[0] == "rollout:index:resolveImages"]
    assert asked["images"] == [
        {"service": "search", "repository": "harbor.local/grocery/search", "version": "1.0.0"}
    ]
    [container] = pods(mocks)["search-blue/search"]["spec"]["containers"]
    assert container["image"] == f"harbor.local/grocery/search@{DIGEST}"


def test_no_registry_is_asked_when_every_digest_is_known(prod: Mocks) -> None:
    assert [token for token, _ in prod.invoked] == ["rollout:index:planReleases"]


def declared_in(mocks: Mocks, namespace: str) -> Mapping[str, Any]:
    return {
        f"{found.kind} {found.metadata['name']}": found.inputs
        for found in mocks.declared
        if found.type.startswith("kubernetes:") and found.metadata.get("namespace") == namespace
    }


def test_a_changed_catalogue_changes_nothing_on_a_live_track(local: Mocks) -> None:
    before = {
        json.loads(found.inputs["data"]["document"])["service"]: json.loads(
            found.inputs["data"]["document"]
        )
        for found in of_kind(local, "ConfigMap")
    }

    def green_is_next(service: str, wanted: Documents) -> tuple[str, Documents]:
        if set(wanted) != {"blue", "green"}:
            return "stable", wanted
        return "green", {"blue": before[service], "green": wanted["green"]}

    changed = catalogue()
    changed["defaults"]["env"] = {"GREETING": "hello"}
    changed["defaults"]["probes"]["readiness"]["periodSeconds"] = 1
    changed["services"]["inventory"]["component"] = "goods"
    config = stack_config("local")
    config["defaults"]["resources"]["limits"]["memory"] = "65Mi"
    after = render(config, changed, green_is_next)
    for name in TWO_TRACKS:
        deployment = f"Deployment {name}"
        live, idle = f"{name}-blue", f"{name}-green"
        assert declared_in(after, live)[deployment] == declared_in(local, live)[deployment]
        assert declared_in(after, idle)[deployment] != declared_in(local, idle)[deployment]


def test_a_larger_maximum_changes_autoscalers_only(local: Mocks) -> None:
    config = stack_config("local")
    config["defaults"]["scaling"]["maximum"] = 4
    after = render(config, catalogue())
    for namespace in sorted(NAMESPACES):
        old, new = declared_in(local, namespace), declared_in(after, namespace)
        assert old.keys() == new.keys()
        changed = {key.split()[0] for key in old if old[key] != new[key]}
        assert changed == {"HorizontalPodAutoscaler"}
