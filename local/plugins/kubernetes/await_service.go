package main

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var endpoints = schema.GroupVersionKind{Version: "v1", Kind: "Endpoints"}

// settleTime is how long the endpoints must have stayed the same: the official plugin waits that
// long for every Service that leads to pods.
const settleTime = 10 * time.Second

// lookAtService waits until the endpoints have settled. A refresh takes them as settled, and a
// Service without any pods as it is.
func lookAtService(p *provider, w waiting) func(context.Context) (verdict, error) {
	settling := settling{}
	return func(ctx context.Context) (verdict, error) {
		service, err := p.again(ctx, w.live)
		if err != nil {
			return verdict{}, err
		}
		targets, err := p.endpointsOf(ctx, service)
		if err != nil {
			return verdict{}, err
		}
		if w.once {
			targets.ready = true
		}
		settled := w.once || settling.since(time.Now(), targets.version) >= settleTime
		return judgeService(service, targets, settled), nil
	}
}

// settling remembers when something was last seen to change.
type settling struct {
	version string
	changed time.Time
}

func (s *settling) since(now time.Time, version string) time.Duration {
	if s.changed.IsZero() || version != s.version {
		s.version, s.changed = version, now
	}
	return now.Sub(s.changed)
}

// targets are the pods behind a Service.
type targets struct {
	version     string
	ready, soon bool // some are ready; some are not yet
}

// endpointsOf reads the Endpoints object, which is a Service's without being owned by it.
func (p *provider) endpointsOf(
	ctx context.Context, service *unstructured.Unstructured,
) (targets, error) {
	objects, err := p.cluster.kind(endpoints, service.GetNamespace())
	if err != nil {
		return targets{}, err
	}
	found, err := objects.Get(ctx, service.GetName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return targets{}, nil
	}
	if err != nil {
		return targets{}, err
	}
	result := targets{version: found.GetResourceVersion()}
	subsets, _, _ := unstructured.NestedSlice(found.Object, "subsets")
	for _, subset := range subsets {
		fields, _ := subset.(map[string]any)
		result.ready = result.ready || fields["addresses"] != nil
		result.soon = result.soon || fields["notReadyAddresses"] != nil
	}
	return result, nil
}

func judgeService(service *unstructured.Unstructured, pods targets, settled bool) verdict {
	result := verdict{live: service, status: "[1/3] Finding Pods to direct traffic to"}
	addressed := !needsAddress(service) || hasAddress(service)
	leadsToPods := !selectsNothing(service)
	result.ready = addressed && (!leadsToPods || settled && pods.ready && !pods.soon)
	if result.ready {
		return result
	}
	if leadsToPods && !pods.ready {
		result.problems = append(result.problems, "Service does not target any Pods. Selected Pods may "+
			"not be ready, or field '.spec.selector' may not match labels on any Pods")
	}
	if !addressed {
		result.status = "[2/3] Attempting to allocate IP address to Service"
		result.problems = append(result.problems,
			"Service was not allocated an IP address; does your cloud provider support this?")
	}
	return result
}

// selectsNothing is true for a Service whose pods nobody has to wait for.
func selectsNothing(service *unstructured.Unstructured) bool {
	selector, _ := nested(service.Object, "spec", "selector").(map[string]any)
	return len(selector) == 0 ||
		nested(service.Object, "spec", "clusterIP") == corev1.ClusterIPNone ||
		nested(service.Object, "spec", "type") == string(corev1.ServiceTypeExternalName)
}

func needsAddress(service *unstructured.Unstructured) bool {
	return nested(service.Object, "spec", "type") == string(corev1.ServiceTypeLoadBalancer)
}

// hasAddress serves Services and Ingresses alike.
func hasAddress(object *unstructured.Unstructured) bool {
	addresses, _ := nested(object.Object, "status", "loadBalancer", "ingress").([]any)
	return len(addresses) > 0
}
