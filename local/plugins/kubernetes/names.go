package main

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// named is true for a name that is given, even if its value is not known yet.
func named(object *unstructured.Unstructured) bool {
	name := nested(object.Object, "metadata", "name")
	return name != nil && name != ""
}

func generatesName(object *unstructured.Unstructured) bool {
	prefix := nested(object.Object, "metadata", "generateName")
	return !named(object) && prefix != nil && prefix != ""
}

// chooseName gives an unnamed object the name it already had, or the logical name with 8 random
// hex digits, so that a replacement can be made before the old object goes.
func chooseName(
	news, olds *unstructured.Unstructured, logical string, request *pulumirpc.CheckRequest,
) error {
	if named(news) || generatesName(news) {
		return nil
	}
	if annotated(olds, autonamed) {
		setName(news, olds.GetName())
		return nil
	}
	name, err := newName(logical, request)
	if err != nil {
		return err
	}
	setName(news, name)
	return nil
}

func newName(logical string, request *pulumirpc.CheckRequest) (string, error) {
	if options := request.GetAutonaming(); options != nil {
		switch options.GetMode() {
		case pulumirpc.CheckRequest_AutonamingOptions_DISABLE:
			return "", errors.New(
				"autonaming is disabled, resource requires the .metadata.name field to be set")
		case pulumirpc.CheckRequest_AutonamingOptions_ENFORCE,
			pulumirpc.CheckRequest_AutonamingOptions_PROPOSE:
			return options.GetProposedName(), nil
		}
	}
	return resource.NewUniqueName(request.GetRandomSeed(), logical+"-", 0, 0, nil)
}

func setName(object *unstructured.Unstructured, name string) {
	if metadata, known := child(object.Object, "metadata"); known {
		metadata["name"] = name
		annotate(object, autonamed, "true")
	}
}

// newFieldManager names the owner of the fields that one resource declares.
func newFieldManager() (string, error) {
	return resource.NewUniqueName(nil, "pulumi-kubernetes-", 0, 0, nil)
}

// identifier is a resource's ID: namespace/name, or the name of a cluster-scoped object.
func identifier(object *unstructured.Unstructured) string {
	if object.GetNamespace() == "" {
		return object.GetName()
	}
	return object.GetNamespace() + "/" + object.GetName()
}
