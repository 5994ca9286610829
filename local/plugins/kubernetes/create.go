package main

import (
	"context"
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
)

// Create makes the object and waits until it is ready. A preview asks the server for a dry run, and
// answers with the inputs where that cannot be (no cluster, no such kind or namespace yet).
func (p *provider) Create(
	_ context.Context, request *pulumirpc.CreateRequest,
) (*pulumirpc.CreateResponse, error) {
	inputs, err := unmarshal(request.GetProperties())
	if err != nil {
		return nil, err
	}
	object := objectFrom(inputs)
	if request.GetPreview() {
		return p.previewCreate(request, inputs, object)
	}
	manager, err := chooseFieldManager(object, "")
	if err != nil {
		return nil, err
	}
	made := saved{
		inputs: object, live: object, initialAPIVersion: object.GetAPIVersion(), fieldManager: manager,
	}
	if p.settings.rendering() {
		return p.renderCreate(request.GetUrn(), inputs, made)
	}
	return p.create(request, inputs, made)
}

func (p *provider) create(
	request *pulumirpc.CreateRequest, inputs resource.PropertyMap, made saved,
) (*pulumirpc.CreateResponse, error) {
	urn := request.GetUrn()
	live, err := p.createSoon(urn, made)
	if err != nil {
		return nil, createError(urn, made.inputs, err)
	}
	if isCRD(live) {
		p.cluster.forgetKinds()
	}
	made.live = live
	ready, problem := p.await(waiting{
		urn: urn, inputs: made.inputs, live: live, timeout: request.GetTimeout(),
	})
	made.live = ready
	state, err := made.write(inputs)
	if err != nil {
		return nil, err
	}
	if problem != nil {
		return nil, partly(identifier(live), state, nil, fmt.Errorf("resource %q was successfully "+
			"created, but the Kubernetes API server reported that it failed to fully initialize or "+
			"become live: %w", urn, problem))
	}
	return &pulumirpc.CreateResponse{Id: identifier(live), Properties: state}, nil
}

// previewCreate has no ID to give, and no status: a program that reads it must see it as unknown.
func (p *provider) previewCreate(
	request *pulumirpc.CreateRequest, inputs resource.PropertyMap, object *unstructured.Unstructured,
) (*pulumirpc.CreateResponse, error) {
	asInputs := &pulumirpc.CreateResponse{Properties: request.GetProperties()}
	if hasUnknowns(object.Object) || !p.cluster.serves(object.GroupVersionKind()) {
		return asInputs, nil
	}
	manager, err := chooseFieldManager(object, "")
	if err != nil {
		return nil, err
	}
	live, err := p.writeNew(object, manager, true)
	switch {
	case apierrors.IsNotFound(err), apierrors.IsForbidden(err), apierrors.IsAlreadyExists(err),
		cannotDryRun(err):
		return asInputs, nil
	case err != nil:
		return nil, createError(request.GetUrn(), object, err)
	}
	delete(live.Object, "status")
	state, err := saved{
		inputs: object, live: live, initialAPIVersion: object.GetAPIVersion(), fieldManager: manager,
	}.write(inputs)
	return &pulumirpc.CreateResponse{Properties: state}, err
}

// createSoon tries again for half a minute while the namespace or the CRD is not there: another
// resource of the same run may be making it.
func (p *provider) createSoon(urn string, made saved) (*unstructured.Unstructured, error) {
	var live *unstructured.Unstructured
	var problem error
	retries := wait.Backoff{Duration: time.Second, Factor: 2, Steps: 6}
	_ = wait.ExponentialBackoffWithContext(p.running, retries, func(context.Context) (bool, error) {
		live, problem = p.writeNew(made.inputs, made.fieldManager, false)
		if !apierrors.IsNotFound(problem) && !meta.IsNoMatchError(problem) {
			return true, nil
		}
		p.cluster.forgetKinds()
		p.engine.status(urn, fmt.Sprintf("Retrying; creation failed: %v", problem))
		return false, nil
	})
	if problem == nil && live == nil {
		return nil, p.running.Err()
	}
	return live, problem
}

func createError(urn string, object *unstructured.Unstructured, err error) error {
	kind := object.GetAPIVersion() + "/" + object.GetKind()
	switch {
	case meta.IsNoMatchError(err):
		return fmt.Errorf("creation of resource %q with kind %s failed because the Kubernetes API "+
			"server reported that the apiVersion for this resource does not exist. Verify that any "+
			"required CRDs have been created: %w", urn, kind, err)
	case apierrors.IsAlreadyExists(err):
		return fmt.Errorf("resource %q was not successfully created by the Kubernetes API server: "+
			"%w\nThe resource already exists in the cluster: adopt it with `pulumi import`, or set "+
			"upsertExistingObjects on the provider to let creations update existing objects", urn, err)
	default:
		return fmt.Errorf(
			"resource %q was not successfully created by the Kubernetes API server: %w", urn, err)
	}
}
