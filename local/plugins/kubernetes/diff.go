package main

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Diff compares the last known live object, cut to the shape of the old inputs, with the new
// inputs. Comparing inputs with inputs would hide what others changed since (after a refresh).
func (p *provider) Diff(
	_ context.Context, request *pulumirpc.DiffRequest,
) (*pulumirpc.DiffResponse, error) {
	state, err := unmarshal(request.GetOlds())
	if err != nil {
		return nil, err
	}
	inputs, err := unmarshal(request.GetNews())
	if err != nil {
		return nil, err
	}
	before, after := p.comparable(readSaved(state), objectFrom(inputs))
	changes := compare(before.Object, after.Object)
	if err := ignore(changes, request.GetIgnoreChanges()); err != nil {
		return nil, err
	}
	return response(before, after, changes, p.settings.replacingFields(after)), nil
}

// comparable brings both sides to one form: normalized, and the namespace written or left out by
// what the kind is.
func (p *provider) comparable(
	old saved, inputs *unstructured.Unstructured,
) (before, after *unstructured.Unstructured) {
	oldInputs := normalize(old.inputs)
	before = &unstructured.Unstructured{Object: prune(old.live.Object, oldInputs.Object)}
	after = normalize(inputs)
	if before.GroupVersionKind().Empty() {
		before.SetGroupVersionKind(after.GroupVersionKind())
	}
	before.SetName(old.live.GetName())
	namespaced := p.scopeOf(after.GroupVersionKind()).namespaced
	settleNamespace(before, namespaced)
	settleNamespace(after, namespaced)
	return before, after
}

func settleNamespace(object *unstructured.Unstructured, namespaced bool) {
	metadata, known := child(object.Object, "metadata")
	switch {
	case !known:
	case !namespaced:
		delete(metadata, "namespace")
	case metadata["namespace"] == nil || metadata["namespace"] == "":
		metadata["namespace"] = "default"
	}
}

// change is one difference; the value is what the path gets, or had if it is deleted.
type change struct {
	path  fieldPath
	kind  pulumirpc.PropertyDiff_Kind
	value any
}

// compare lists the differences by their paths' spelling.
func compare(before, after map[string]any) map[string]change {
	changes := map[string]change{}
	compareMaps(nil, before, after, changes)
	return changes
}

func compareMaps(path fieldPath, before, after map[string]any, changes map[string]change) {
	for key, value := range before {
		if after[key] == nil {
			record(path.at(key), pulumirpc.PropertyDiff_DELETE, value, changes)
		}
	}
	for key, value := range after {
		old, found := before[key]
		switch {
		case value == nil:
		case !found:
			record(path.at(key), pulumirpc.PropertyDiff_ADD, value, changes)
		default:
			compareValues(path.at(key), old, value, changes)
		}
	}
}

func compareValues(path fieldPath, before, after any, changes map[string]change) {
	switch after := after.(type) {
	case map[string]any:
		if before, same := before.(map[string]any); same {
			compareMaps(path, before, after, changes)
			return
		}
	case []any:
		if before, same := before.([]any); same {
			compareLists(path, before, after, changes)
			return
		}
	}
	if !equal(before, after) {
		record(path, pulumirpc.PropertyDiff_UPDATE, after, changes)
	}
}

func compareLists(path fieldPath, before, after []any, changes map[string]change) {
	for i := range max(len(before), len(after)) {
		switch {
		case i >= len(after):
			record(path.at(i), pulumirpc.PropertyDiff_DELETE, before[i], changes)
		case i >= len(before):
			record(path.at(i), pulumirpc.PropertyDiff_ADD, after[i], changes)
		default:
			compareValues(path.at(i), before[i], after[i], changes)
		}
	}
}

// equal holds 1 and 1.0 for the same number.
func equal(before, after any) bool {
	if reflect.DeepEqual(before, after) {
		return true
	}
	a, isNumber := number(before)
	b, alsoNumber := number(after)
	return isNumber && alsoNumber && a == b
}

func number(value any) (float64, bool) {
	switch value := value.(type) {
	case int64:
		return float64(value), true
	case float64:
		return value, true
	}
	return 0, false
}

func record(
	path fieldPath, kind pulumirpc.PropertyDiff_Kind, value any, changes map[string]change,
) {
	if value != nil {
		changes[path.String()] = change{path: path, kind: kind, value: value}
	}
}

// ignore drops the changes at and under the paths of the resource option ignoreChanges.
func ignore(changes map[string]change, ignored []string) error {
	for _, text := range ignored {
		above, err := resource.ParsePropertyPath(text)
		if err != nil {
			return err
		}
		maps.DeleteFunc(changes, func(_ string, change change) bool {
			return above.Contains(resource.PropertyPath(change.path))
		})
	}
	return nil
}

// response says what the changes mean for the object: an update, or a new one in its place.
func response(
	before, after *unstructured.Unstructured, changes map[string]change, replacing []string,
) *pulumirpc.DiffResponse {
	result := &pulumirpc.DiffResponse{
		Changes:         pulumirpc.DiffResponse_DIFF_NONE,
		HasDetailedDiff: true,
		DetailedDiff:    map[string]*pulumirpc.PropertyDiff{},
	}
	for _, key := range slices.Sorted(maps.Keys(changes)) {
		change := changes[key]
		result.Changes = pulumirpc.DiffResponse_DIFF_SOME
		kind := change.kind
		if replaces(change.path, change.value, replacing) {
			kind = replacement[kind]
			result.Replaces = append(result.Replaces, key)
		}
		result.DetailedDiff[key] = &pulumirpc.PropertyDiff{
			Kind: kind, InputDiff: change.kind == pulumirpc.PropertyDiff_DELETE,
		}
	}
	result.DeleteBeforeReplace = len(result.Replaces) > 0 && sameName(before, after)
	return result
}

var replacement = map[pulumirpc.PropertyDiff_Kind]pulumirpc.PropertyDiff_Kind{
	pulumirpc.PropertyDiff_ADD:    pulumirpc.PropertyDiff_ADD_REPLACE,
	pulumirpc.PropertyDiff_UPDATE: pulumirpc.PropertyDiff_UPDATE_REPLACE,
	pulumirpc.PropertyDiff_DELETE: pulumirpc.PropertyDiff_DELETE_REPLACE,
}

// sameName is true when the new object cannot exist beside the old one. An auto-named object can:
// it gets another name.
func sameName(before, after *unstructured.Unstructured) bool {
	return !annotated(after, autonamed) && after.GetName() != "" &&
		after.GetName() == before.GetName() && after.GetNamespace() == before.GetNamespace()
}
