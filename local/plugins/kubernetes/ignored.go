package main

import (
	"bytes"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// leaveIgnored keeps an update's hands off the paths of ignoreChanges: a field that another manager
// owns is not sent at all, any other one is sent as it is (left out, it would be removed).
func leaveIgnored(
	object, live *unstructured.Unstructured, ignored []string, manager string,
) error {
	if len(ignored) == 0 {
		return nil
	}
	ours, others, err := owners(live, manager)
	if err != nil {
		return err
	}
	for _, text := range ignored {
		keys, err := mapKeys(text)
		if err != nil {
			return err
		}
		path := fieldpath.MakePathOrDie(anyOf(keys)...)
		value, found, _ := unstructured.NestedFieldCopy(live.Object, keys...)
		switch {
		case holdsPath(others, path) && !holdsPath(ours, path):
			unstructured.RemoveNestedField(object.Object, keys...)
		case found:
			if err := unstructured.SetNestedField(object.Object, value, keys...); err != nil {
				return err
			}
		}
	}
	return nil
}

func owners(live *unstructured.Unstructured, manager string) (ours, others *fieldpath.Set, err error) {
	ours, others = fieldpath.NewSet(), fieldpath.NewSet()
	for _, entry := range live.GetManagedFields() {
		fields := fieldpath.NewSet()
		if entry.FieldsV1 != nil {
			if err := fields.FromJSON(bytes.NewReader(entry.FieldsV1.Raw)); err != nil {
				return nil, nil, fmt.Errorf("managed fields of %s: %w", entry.Manager, err)
			}
		}
		if entry.Manager == manager || formerManagers.Has(entry.Manager) {
			ours = ours.Union(fields)
		} else {
			others = others.Union(fields)
		}
	}
	return ours, others, nil
}

// holdsPath is true when the set has the path or something under it.
func holdsPath(set *fieldpath.Set, path fieldpath.Path) bool {
	for _, step := range path[:len(path)-1] {
		child, found := set.Children.Get(step)
		if !found {
			return false
		}
		set = child
	}
	last := path[len(path)-1]
	_, found := set.Children.Get(last)
	return found || set.Members.Has(last)
}

// mapKeys accepts a path through maps; into a list the merge has no stable address.
func mapKeys(text string) ([]string, error) {
	path, err := resource.ParsePropertyPath(text)
	if err != nil {
		return nil, fmt.Errorf("ignoreChanges %q: %w", text, err)
	}
	var keys []string
	for _, step := range path {
		key, isKey := step.(string)
		if !isKey {
			break
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("ignoreChanges %q must begin with a field's name", text)
	}
	return keys, nil
}

func anyOf(keys []string) []any {
	result := make([]any, len(keys))
	for i, key := range keys {
		result[i] = key
	}
	return result
}
