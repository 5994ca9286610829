"""The HTTPRoute that is written, and what is read back from it."""

from __future__ import annotations

from rollout.gateway import RouteSpec, http_route, spec_of, weights_of
from rollout.journal import Journal

SPEC = RouteSpec(
    service="inventory",
    namespace="routing",
    gateway="shop",
    hostnames=("shop.grocery.localhost", "inventory.grocery"),
    path_prefix="/inventory",
    pin_header="X-Grocery-Track",
    service_port=80,
    namespaces={"blue": "inventory-blue", "green": "inventory-green"},
)


def test_what_is_written_is_read_back() -> None:
    route = http_route(SPEC, {"blue": 95, "green": 5}, Journal(live="blue"))
    assert spec_of(route) == SPEC
    assert weights_of(route) == {"blue": 95, "green": 5}


def test_a_pin_leads_to_its_track_alone() -> None:
    rules = http_route(SPEC, {"blue": 100, "green": 0}, Journal())["spec"]["rules"]
    pinned = {
        rule["matches"][0]["headers"][0]["value"]: [ref["namespace"] for ref in rule["backendRefs"]]
        for rule in rules
        if "headers" in rule["matches"][0]
    }
    assert pinned == {"blue": ["inventory-blue"], "green": ["inventory-green"]}
