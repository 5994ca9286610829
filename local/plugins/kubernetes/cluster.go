package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
)

// reachDeadline bounds the first contact, so that a preview without a cluster stays fast.
const reachDeadline = 5 * time.Second

// cluster is the API server, contacted at first use; its kinds are discovered once and again when
// one is not found.
type cluster struct {
	running   context.Context
	namespace string // for objects that name none

	connect func() (*connection, error)
}

type connection struct {
	dynamic dynamic.Interface
	mapper  *restmapper.DeferredDiscoveryRESTMapper
}

// newCluster never fails: a cluster that cannot be reached matters only to what needs one.
func newCluster(running context.Context, s settings) *cluster {
	config, err := clientConfig(s)
	if err != nil {
		return unreachable(running, s.namespace, err)
	}
	namespace, _, err := config.Namespace()
	if err != nil {
		namespace = s.namespace
	}
	return &cluster{
		running: running, namespace: namespace,
		connect: sync.OnceValues(func() (*connection, error) {
			result, err := restConfig(config, s.client)
			if err != nil {
				return nil, err
			}
			return connect(result)
		}),
	}
}

func unreachable(running context.Context, namespace string, reason error) *cluster {
	return &cluster{
		running: running, namespace: namespace,
		connect: func() (*connection, error) { return nil, reason },
	}
}

// noCluster is the cluster of a provider that must not contact one.
func noCluster(reason string) *cluster {
	return unreachable(context.Background(), "", fmt.Errorf("%s", reason))
}

func connect(config *rest.Config) (*connection, error) {
	probe := rest.CopyConfig(config)
	probe.Timeout = reachDeadline
	first, err := discovery.NewDiscoveryClientForConfig(probe)
	if err != nil {
		return nil, err
	}
	if _, err := first.ServerVersion(); err != nil {
		return nil, fmt.Errorf("Kubernetes cluster at %s is unreachable: %w", config.Host, err)
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	objects, err := dynamic.NewForConfigAndClient(config, client)
	if err != nil {
		return nil, err
	}
	kinds, err := discovery.NewDiscoveryClientForConfigAndClient(config, client)
	if err != nil {
		return nil, err
	}
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(kinds))
	return &connection{dynamic: objects, mapper: mapper}, nil
}

func (c *cluster) reachable() bool {
	_, err := c.connect()
	return err == nil
}

// serves says whether the kind is known to the API server; its CRD may not be installed yet.
func (c *cluster) serves(gvk schema.GroupVersionKind) bool {
	_, err := c.mapping(gvk)
	return err == nil
}

func (c *cluster) mapping(gvk schema.GroupVersionKind) (*meta.RESTMapping, error) {
	connection, err := c.connect()
	if err != nil {
		return nil, err
	}
	return connection.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
}

// forgetKinds makes the next look-up ask the server again.
func (c *cluster) forgetKinds() {
	if connection, err := c.connect(); err == nil {
		connection.mapper.Reset()
	}
}

// objects gives the API of an object's kind in its namespace.
func (c *cluster) objects(object *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	return c.kind(object.GroupVersionKind(), object.GetNamespace())
}

func (c *cluster) kind(
	gvk schema.GroupVersionKind, namespace string,
) (dynamic.ResourceInterface, error) {
	connection, err := c.connect()
	if err != nil {
		return nil, err
	}
	mapping, err := c.mapping(gvk)
	if err != nil {
		return nil, err
	}
	resources := connection.dynamic.Resource(mapping.Resource)
	if mapping.Scope.Name() != meta.RESTScopeNameNamespace {
		return resources, nil
	}
	if namespace == "" {
		namespace = "default"
	}
	return resources.Namespace(namespace), nil
}
