package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

// Delete removes the object and waits until it is gone. One that is gone already, or whose kind is,
// counts as deleted.
func (p *provider) Delete(
	_ context.Context, request *pulumirpc.DeleteRequest,
) (*emptypb.Empty, error) {
	state, err := unmarshal(request.GetProperties())
	if err != nil {
		return nil, err
	}
	old := readSaved(state)
	if p.settings.rendering() {
		return &emptypb.Empty{}, p.removeRendered(request.GetUrn(), old.live)
	}
	if !p.cluster.reachable() {
		return &emptypb.Empty{}, p.withoutCluster(request.GetUrn())
	}
	objects, err := p.cluster.objects(old.live)
	if meta.IsNoMatchError(err) {
		return &emptypb.Empty{}, nil
	}
	if err != nil {
		return nil, err
	}
	_, name := splitIdentifier(request.GetId())
	return &emptypb.Empty{}, p.delete(request, objects, name, old, state)
}

func (p *provider) delete(
	request *pulumirpc.DeleteRequest, objects dynamic.ResourceInterface, name string,
	old saved, state resource.PropertyMap,
) error {
	policy, uid := propagation(old.inputs), old.live.GetUID()
	options := metav1.DeleteOptions{PropagationPolicy: &policy}
	if uid != "" {
		// An object of the same name that somebody made since is not the one to delete.
		options.Preconditions = &metav1.Preconditions{UID: &uid}
	}
	err := objects.Delete(p.running, name, options)
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil
	}
	if err != nil || annotated(old.inputs, skipAwait) && mayGoLater[old.live.GetKind()] {
		return err
	}
	left, problem := p.awaitGone(objects, name, request, old)
	if problem == nil {
		return nil
	}
	old.live = left
	remaining, err := old.write(state)
	if err != nil {
		return err
	}
	return partly(request.GetId(), remaining, nil, problem)
}

// mayGoLater are the kinds whose deletion is not waited for with skipAwait, as the official plugin
// has it.
var mayGoLater = setOf("Namespace", "Pod", "ReplicationController", "DaemonSet", "Deployment",
	"StatefulSet", "Job")

func (p *provider) awaitGone(
	objects dynamic.ResourceInterface, name string, request *pulumirpc.DeleteRequest, old saved,
) (*unstructured.Unstructured, error) {
	limit := deadline(request.GetTimeout(), old.inputs, 10*time.Minute)
	live, uid := old.live, old.live.GetUID()
	return p.poll(request.GetUrn(), live, limit, func(ctx context.Context) (verdict, error) {
		current, err := objects.Get(ctx, name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) || err == nil && another(current, uid) {
			return verdict{ready: true, live: live}, nil
		}
		if err != nil {
			return verdict{}, err
		}
		live = current
		return remains(current), nil
	})
}

func another(current *unstructured.Unstructured, uid types.UID) bool {
	return uid != "" && current.GetUID() != uid
}

func remains(current *unstructured.Unstructured) verdict {
	result := verdict{live: current, status: "Waiting for deletion"}
	if finalizers := current.GetFinalizers(); len(finalizers) > 0 {
		result.problems = []string{fmt.Sprintf(
			"finalizers might be preventing deletion (%s)", strings.Join(finalizers, ", "))}
	}
	return result
}
