package main

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
)

// Update applies the new inputs and waits until the object is ready again.
func (p *provider) Update(
	_ context.Context, request *pulumirpc.UpdateRequest,
) (*pulumirpc.UpdateResponse, error) {
	state, err := unmarshal(request.GetOlds())
	if err != nil {
		return nil, err
	}
	inputs, err := unmarshal(request.GetNews())
	if err != nil {
		return nil, err
	}
	old, object := readSaved(state), normalize(objectFrom(inputs))
	if request.GetPreview() && !p.settings.rendering() &&
		(hasUnknowns(object.Object) || !p.cluster.serves(object.GroupVersionKind())) {
		return &pulumirpc.UpdateResponse{Properties: request.GetNews()}, nil
	}
	manager, err := chooseFieldManager(object, old.fieldManager)
	if err != nil {
		return nil, err
	}
	made := saved{
		inputs: object, live: object, initialAPIVersion: old.initialAPIVersion, fieldManager: manager,
	}
	if p.settings.rendering() {
		return p.renderUpdate(request, inputs, made)
	}
	return p.update(request, inputs, old, made)
}

func (p *provider) update(
	request *pulumirpc.UpdateRequest, inputs resource.PropertyMap, old, made saved,
) (*pulumirpc.UpdateResponse, error) {
	urn := request.GetUrn()
	live, err := p.writeChanged(request, old, made)
	switch {
	case request.GetPreview() && apierrors.IsForbidden(err):
		return &pulumirpc.UpdateResponse{Properties: request.GetNews()}, nil
	case err != nil:
		return nil, fmt.Errorf("update of resource %q failed: %w", urn, err)
	}
	made.live = live
	var problem error
	if !request.GetPreview() {
		made.live, problem = p.await(waiting{
			urn: urn, inputs: made.inputs, live: live, timeout: request.GetTimeout(),
		})
	}
	state, err := made.write(inputs)
	if err != nil {
		return nil, err
	}
	if problem != nil {
		return nil, partly(identifier(live), state, nil, fmt.Errorf("the Kubernetes API server "+
			"reported that %q failed to fully initialize or become live: %w", identifier(live), problem))
	}
	return &pulumirpc.UpdateResponse{Properties: state}, nil
}

// writeChanged brings the live object to the inputs.
func (p *provider) writeChanged(
	request *pulumirpc.UpdateRequest, old, made saved,
) (*unstructured.Unstructured, error) {
	object := made.inputs.DeepCopy()
	objects, err := p.cluster.objects(object)
	if err != nil {
		return nil, err
	}
	live, err := objects.Get(p.running, old.live.GetName(), metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	preview := request.GetPreview()
	if isCRD(object) {
		return p.replaceCRD(objects, live, object, made.fieldManager, preview)
	}
	if err := leaveIgnored(object, live, request.GetIgnoreChanges(), made.fieldManager); err != nil {
		return nil, err
	}
	former := ownedByFormer(live)
	if former && !preview {
		if err := p.takeOver(objects, live, made.fieldManager); err != nil {
			return nil, err
		}
	}
	unowned := len(live.GetManagedFields()) == 0
	result, err := p.apply(objects, object, made.fieldManager, unowned || former && preview, preview)
	if err == nil && !preview && old.fieldManager != "" && old.fieldManager != made.fieldManager {
		err = p.relinquish(objects, result, old.fieldManager)
	}
	return result, err
}

// replaceCRD puts the whole definition: a merge would keep removed versions and columns.
func (p *provider) replaceCRD(
	objects dynamic.ResourceInterface, live, object *unstructured.Unstructured,
	manager string, preview bool,
) (*unstructured.Unstructured, error) {
	object.SetResourceVersion(live.GetResourceVersion())
	defer p.cluster.forgetKinds()
	return objects.Update(p.running, object, metav1.UpdateOptions{
		FieldManager: manager, DryRun: dryRun(preview),
	})
}
