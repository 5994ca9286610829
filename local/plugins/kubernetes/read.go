package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Read looks at the live object: for a refresh (with inputs), or for an import (without). A missing
// object is an empty answer, which takes the resource out of the state.
func (p *provider) Read(
	_ context.Context, request *pulumirpc.ReadRequest,
) (*pulumirpc.ReadResponse, error) {
	if p.settings.rendering() {
		return &pulumirpc.ReadResponse{
			Id: request.GetId(), Properties: request.GetProperties(), Inputs: request.GetInputs(),
		}, nil
	}
	if !p.cluster.reachable() {
		return &pulumirpc.ReadResponse{}, p.withoutCluster(request.GetUrn())
	}
	state, err := unmarshal(request.GetProperties())
	if err != nil {
		return nil, err
	}
	inputs, err := unmarshal(request.GetInputs())
	if err != nil {
		return nil, err
	}
	return p.read(request, readSaved(state), inputs)
}

func (p *provider) read(
	request *pulumirpc.ReadRequest, old saved, inputs resource.PropertyMap,
) (*pulumirpc.ReadResponse, error) {
	object := normalize(objectFrom(inputs))
	importing := object.GroupVersionKind().Empty()
	if importing {
		if err := p.identify(object, old, request); err != nil {
			return nil, err
		}
	}
	live, err := p.readLive(object, request.GetId())
	if apierrors.IsNotFound(err) || meta.IsNoMatchError(err) {
		return &pulumirpc.ReadResponse{}, nil
	}
	if err != nil {
		return nil, err
	}
	current := saved{live: live, initialAPIVersion: old.initialAPIVersion, fieldManager: old.fieldManager}
	if importing && len(old.live.Object) == 0 {
		current.inputs = importedInputs(live)
	} else {
		current.inputs = &unstructured.Unstructured{Object: prune(live.Object, object.Object)}
	}
	return p.readResponse(request, current, inputs, importing)
}

func (p *provider) readResponse(
	request *pulumirpc.ReadRequest, current saved, inputs resource.PropertyMap, importing bool,
) (*pulumirpc.ReadResponse, error) {
	var err error
	if current.fieldManager == "" {
		if current.fieldManager, err = newFieldManager(); err != nil {
			return nil, err
		}
	}
	if current.initialAPIVersion == "" {
		current.initialAPIVersion = current.live.GetAPIVersion()
	}
	state, err := current.write(inputs)
	if err != nil {
		return nil, err
	}
	known := propertiesFrom(current.inputs)
	markSecrets(known, inputs)
	knownInputs, err := marshal(known)
	if err != nil {
		return nil, err
	}
	if !importing {
		if problem := p.lookOnce(request.GetUrn(), current); problem != nil {
			return nil, partly(request.GetId(), state, knownInputs, problem)
		}
	}
	return &pulumirpc.ReadResponse{Id: request.GetId(), Properties: state, Inputs: knownInputs}, nil
}

// identify makes the least that leads to the object: kind, namespace and name.
func (p *provider) identify(
	object *unstructured.Unstructured, old saved, request *pulumirpc.ReadRequest,
) error {
	gvk := old.live.GroupVersionKind()
	if gvk.Empty() {
		var err error
		if gvk, err = kindOf(resource.URN(request.GetUrn())); err != nil {
			return err
		}
	}
	object.SetGroupVersionKind(gvk)
	namespace, name := splitIdentifier(request.GetId())
	object.SetName(name)
	object.SetNamespace(namespace)
	return nil
}

// readLive looks for the name in the ID: the inputs of an imported object may lack it.
func (p *provider) readLive(
	object *unstructured.Unstructured, id string,
) (*unstructured.Unstructured, error) {
	namespace, name := splitIdentifier(id)
	if name == "" {
		return nil, fmt.Errorf("id %q must be namespace/name, or name for a cluster-scoped kind", id)
	}
	if namespace == "" {
		namespace = object.GetNamespace()
	}
	objects, err := p.cluster.kind(object.GroupVersionKind(), namespace)
	if err != nil {
		return nil, err
	}
	return objects.Get(p.running, name, metav1.GetOptions{})
}

func splitIdentifier(id string) (namespace, name string) {
	if before, after, found := strings.Cut(id, "/"); found {
		return before, after
	}
	return "", id
}

// importedInputs is the live object without what only the cluster writes: what a program would have
// to declare to own it.
func importedInputs(live *unstructured.Unstructured) *unstructured.Unstructured {
	inputs := live.DeepCopy()
	delete(inputs.Object, "status")
	for _, field := range readOnlyMetadata {
		unstructured.RemoveNestedField(inputs.Object, "metadata", field)
	}
	for _, name := range []string{lastApplied, "deployment.kubernetes.io/revision"} {
		unstructured.RemoveNestedField(inputs.Object, "metadata", "annotations", name)
	}
	return inputs
}

// withoutCluster is nil where the user chose to forget what cannot be reached.
func (p *provider) withoutCluster(urn string) error {
	_, reason := p.cluster.connect()
	if p.settings.deleteUnreachable {
		p.engine.warn(urn, fmt.Sprintf("configured Kubernetes cluster is unreachable and "+
			"deleteUnreachable is set: the resource is removed from the state (%v)", reason))
		return nil
	}
	return fmt.Errorf("configured Kubernetes cluster is unreachable: %w\nIf the cluster was deleted, "+
		"set PULUMI_K8S_DELETE_UNREACHABLE=true to remove its resources from the Pulumi state", reason)
}
