package main

import (
	"encoding/base64"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
)

// readOnlyMetadata is written by the server alone.
var readOnlyMetadata = []string{
	"creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation",
	"managedFields", "resourceVersion", "uid",
}

// normalize writes values the way the API server does ("1000m" of CPU is "1"), so that inputs
// compare equal to what came back. Custom resources and inputs with unknown values stay as they
// are. The argument may be changed.
func normalize(object *unstructured.Unstructured) *unstructured.Unstructured {
	if !hasUnknowns(object.Object) && builtIn(object.GroupVersionKind()) {
		object = normalizeKind(object)
	}
	for _, field := range readOnlyMetadata {
		unstructured.RemoveNestedField(object.Object, "metadata", field)
	}
	return object
}

func normalizeKind(object *unstructured.Unstructured) *unstructured.Unstructured {
	switch {
	case isCRD(object):
		return normalizeCRD(object)
	case isSecret(object):
		return normalizeSecret(object)
	default:
		return throughTypes(object)
	}
}

// throughTypes returns the object unchanged when it does not fit its type: the server's message
// about that is better than one from here.
func throughTypes(object *unstructured.Unstructured) *unstructured.Unstructured {
	typed, err := scheme.Scheme.New(object.GroupVersionKind())
	if err != nil {
		return object
	}
	converter := runtime.DefaultUnstructuredConverter
	if err := converter.FromUnstructured(object.Object, typed); err != nil {
		return object
	}
	result, err := converter.ToUnstructured(typed)
	if err != nil {
		return object
	}
	return &unstructured.Unstructured{Object: prune(result, object.Object)}
}

func normalizeCRD(crd *unstructured.Unstructured) *unstructured.Unstructured {
	if keep, set, _ := unstructured.NestedBool(crd.Object, "spec", "preserveUnknownFields"); set && !keep {
		unstructured.RemoveNestedField(crd.Object, "spec", "preserveUnknownFields")
	}
	unstructured.RemoveNestedField(crd.Object, "status")
	return crd
}

// normalizeSecret spells base64 the one way the server does, and turns stringData into data, as the
// server does without ever returning it.
func normalizeSecret(secret *unstructured.Unstructured) *unstructured.Unstructured {
	data, _ := secret.Object["data"].(map[string]any)
	for key, value := range data {
		encoded, _ := value.(string)
		if decoded, err := base64.StdEncoding.DecodeString(encoded); err == nil {
			data[key] = base64.StdEncoding.EncodeToString(decoded)
		}
	}
	plain, _ := secret.Object["stringData"].(map[string]any)
	if len(plain) == 0 {
		return secret
	}
	if data == nil {
		data = map[string]any{}
	}
	for key, value := range plain {
		written, _ := value.(string)
		data[key] = base64.StdEncoding.EncodeToString([]byte(written))
	}
	secret.Object["data"] = data
	delete(secret.Object, "stringData")
	return secret
}
