"""The whole platform on one target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components import database, network
from components.backing import Postgres, PostgresArgs
from components.images import Image, exact_images
from components.microservice import Microservice, MicroserviceArgs
from components.namespaces import service_namespace, shared_namespace, track_namespaces
from components.release import release_document
from components.secrets import database_password
from components.settings import Settings
from components.target import Target
from rollout.resources import (
    Provider,
    ReleasePlan,
    ReleaseRequest,
    plan_releases,
)

Namespaces = Mapping[str, Mapping[str, str]]
"""Service → track → namespace."""


class Platform(pulumi.ComponentResource):
    """All microservices, and what they share.

    `services` is a table for people: service → live track, version, weights, address.
    """

    services: Mapping[str, Any]

    def __init__(self, name: str, settings: Settings, target: Target) -> None:
        rollout = Provider("rollout", gateway=target.gateway, context=target.context)
        cluster = kubernetes.Provider("kubernetes", context=target.context)
        super().__init__(
            "grocery:platform:Platform",
            name,
            None,
            pulumi.ResourceOptions(providers=[cluster, rollout]),
        )
        self._settings, self._target = settings, target
        self._namespaces: Namespaces = {
            name: track_namespaces(name, service) for name, service in settings.services.items()
        }
        images = exact_images(_images(settings, target), rollout)
        plans = plan_releases(self._requests(images), rollout)
        base = self._base(images[database.NAME])
        microservices = {
            service: self._microservice(service, plans[service], base)
            for service in settings.services
        }
        self.services = {
            service: self._row(service, microservice)
            for service, microservice in microservices.items()
        }
        self.register_outputs({"services": self.services})

    def _child(self, depends_on: list[pulumi.Resource] | None = None) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=depends_on)

    def _requests(self, images: Mapping[str, str]) -> list[ReleaseRequest]:
        settings = self._settings
        return [
            ReleaseRequest(
                service=name,
                strategy=settings.strategy(name),
                namespaces=dict(self._namespaces[name]),
                document=release_document(
                    name, service, settings.releases[name].version, images[name]
                ),
            )
            for name, service in settings.services.items()
        ]

    def _base(self, postgres_image: str) -> list[pulumi.Resource]:
        """Declare what microservices need to be there before them, and return it."""
        shared = [
            shared_namespace(name, self._child())
            for name in (database.NAMESPACE, network.ROUTING_NAMESPACE, network.STABLE_NAMESPACE)
        ]
        own = [
            service_namespace(namespace, name, service.component, self._child())
            for name, service in self._settings.services.items()
            for namespace in self._namespaces[name].values()
        ]
        door = network.gateway(self._target, self._child([*shared]))
        password = database_password(self._database_clients(), self._child([*shared, *own]))
        postgres = Postgres(
            database.NAME,
            PostgresArgs(
                image=postgres_image,
                storage=self._settings.database.storage,
                storage_class=self._target.cluster.storage_class,
            ),
            self._child([password]),
        )
        return [*shared, *own, door, password, postgres]

    def _database_clients(self) -> list[str]:
        return [
            namespace
            for name, service in self._settings.services.items()
            if service.database
            for namespace in self._namespaces[name].values()
        ]

    def _microservice(
        self, name: str, plan: ReleasePlan, base: list[pulumi.Resource]
    ) -> Microservice:
        pulumi.log.debug(f"{name}: {plan.summary}")
        args = MicroserviceArgs(
            service=self._settings.services[name],
            strategy=self._settings.strategy(name),
            plan=plan,
            namespaces=self._namespaces[name],
            target=self._target,
        )
        return Microservice(name, args, self._child(base))

    def _row(self, name: str, microservice: Microservice) -> Mapping[str, Any]:
        return {
            "track": microservice.live,
            "version": microservice.version,
            "weights": microservice.weights,
            "address": f"{self._target.gateway}/{name}/",
        }


def _images(settings: Settings, target: Target) -> Mapping[str, Image]:
    services = {
        name: Image(f"{target.registry}/{name}", release.version, release.digest)
        for name, release in settings.releases.items()
    }
    postgres = settings.database
    return {**services, database.NAME: Image(postgres.image, postgres.version, postgres.digest)}
