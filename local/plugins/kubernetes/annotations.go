package main

import (
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// The annotations by which a program steers the plugin, one object at a time.
const (
	autonamed         = "pulumi.com/autonamed"
	skipAwait         = "pulumi.com/skipAwait"
	timeoutSeconds    = "pulumi.com/timeoutSeconds"
	patchForce        = "pulumi.com/patchForce"
	patchFieldManager = "pulumi.com/patchFieldManager"
	deletionPolicy    = "pulumi.com/deletionPropagationPolicy"
)

// annotation reads one annotation even where others are still unknown.
func annotation(object *unstructured.Unstructured, name string) string {
	annotations, _ := nested(object.Object, "metadata", "annotations").(map[string]any)
	value, _ := annotations[name].(string)
	return value
}

func annotated(object *unstructured.Unstructured, name string) bool {
	return annotation(object, name) == "true"
}

// annotate does nothing where the annotations are unknown as a whole.
func annotate(object *unstructured.Unstructured, name, value string) {
	metadata, known := child(object.Object, "metadata")
	if !known {
		return
	}
	if annotations, known := child(metadata, "annotations"); known {
		annotations[name] = value
	}
}

// child returns the map under a key, made when absent; false when it holds something else.
func child(parent map[string]any, key string) (map[string]any, bool) {
	if parent[key] == nil {
		parent[key] = map[string]any{}
	}
	result, isMap := parent[key].(map[string]any)
	return result, isMap
}

func nested(object map[string]any, path ...string) any {
	var value any = object
	for _, key := range path {
		parent, isMap := value.(map[string]any)
		if !isMap {
			return nil
		}
		value = parent[key]
	}
	return value
}

// deadline is how long to wait for an object: customTimeouts (seconds, 0 when unset) first, then
// the annotation.
func deadline(
	seconds float64, object *unstructured.Unstructured, otherwise time.Duration,
) time.Duration {
	if seconds > 0 {
		return time.Duration(seconds * float64(time.Second))
	}
	if value, err := strconv.Atoi(annotation(object, timeoutSeconds)); err == nil && value > 0 {
		return time.Duration(value) * time.Second
	}
	return otherwise
}

func propagation(object *unstructured.Unstructured) metav1.DeletionPropagation {
	switch strings.ToLower(annotation(object, deletionPolicy)) {
	case "orphan":
		return metav1.DeletePropagationOrphan
	case "background":
		return metav1.DeletePropagationBackground
	default:
		return metav1.DeletePropagationForeground
	}
}
