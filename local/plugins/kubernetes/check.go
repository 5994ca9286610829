package main

import (
	"context"
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Check completes the inputs: normalized, named, in a namespace. It does not validate against the
// cluster's schema; the dry run of the preview does, better.
func (p *provider) Check(
	_ context.Context, request *pulumirpc.CheckRequest,
) (*pulumirpc.CheckResponse, error) {
	urn := resource.URN(request.GetUrn())
	if _, err := kindOf(urn); err != nil {
		return nil, err
	}
	olds, err := unmarshal(request.GetOlds())
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(request.GetNews())
	if err != nil {
		return nil, err
	}
	object := normalize(objectFrom(news))
	if err := p.complete(object, objectFrom(olds), request); err != nil {
		return nil, err
	}
	if p.settings.rendering() && (news.ContainsSecrets() || isSecret(object)) {
		p.engine.warn(request.GetUrn(), "rendered YAML will contain a secret value in plaintext")
	}
	inputs, err := checkedInputs(object, news)
	return &pulumirpc.CheckResponse{Inputs: inputs}, err
}

func (p *provider) complete(
	object, old *unstructured.Unstructured, request *pulumirpc.CheckRequest,
) error {
	if generatesName(object) {
		return errors.New(
			"the `.metadata.generateName` field is not supported in Server-Side Apply mode")
	}
	logical := resource.URN(request.GetUrn()).Name()
	if err := chooseName(object, old, logical, request); err != nil {
		return err
	}
	if isCRD(object) {
		p.crds.add(object)
	}
	p.setNamespace(object)
	return nil
}

// setNamespace fills in the provider's default. Where nobody knows the kind, it does so on the
// cluster (which is asked again at creation) and not in rendered YAML (which nobody checks).
func (p *provider) setNamespace(object *unstructured.Unstructured) {
	namespace := p.cluster.namespace
	if p.settings.rendering() {
		namespace = p.settings.namespace
	}
	scope := p.scopeOf(object.GroupVersionKind())
	certain := scope.known || !p.settings.rendering()
	metadata, known := child(object.Object, "metadata")
	if known && namespace != "" && metadata["namespace"] == nil && scope.namespaced && certain {
		metadata["namespace"] = namespace
	}
}

func checkedInputs(
	object *unstructured.Unstructured, news resource.PropertyMap,
) (*structpb.Struct, error) {
	checked := propertiesFrom(object)
	markSecrets(checked, news)
	return marshal(checked)
}
