package main

import (
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/util/csaupgrade"
)

// creator owns the fields of an object that was created and never updated. The official plugin
// creates with POST, to learn of an object that exists already, and moves the ownership to the
// resource's own field manager at the first update.
const creator = "pulumi-kubernetes"

// chooseFieldManager keeps a resource's field manager for its life: what it stops declaring must be
// known as its own to be removed.
func chooseFieldManager(inputs *unstructured.Unstructured, old string) (string, error) {
	if chosen := annotation(inputs, patchFieldManager); chosen != "" {
		return chosen, nil
	}
	if old != "" {
		return old, nil
	}
	return newFieldManager()
}

// writeNew creates the object; with upsertExistingObjects it takes over one that exists.
func (p *provider) writeNew(
	inputs *unstructured.Unstructured, manager string, preview bool,
) (*unstructured.Unstructured, error) {
	object := inputs.DeepCopy()
	if !p.scopeOf(object.GroupVersionKind()).namespaced {
		object.SetNamespace("")
	}
	objects, err := p.cluster.objects(object)
	if err != nil {
		return nil, err
	}
	if p.settings.upsert {
		return p.apply(objects, object, manager, preview, preview)
	}
	return objects.Create(p.running, object, metav1.CreateOptions{
		FieldManager: creator, DryRun: dryRun(preview),
	})
}

// apply sends the inputs as the whole of what the manager declares (server-side apply).
func (p *provider) apply(
	objects dynamic.ResourceInterface, object *unstructured.Unstructured, manager string,
	force, preview bool,
) (*unstructured.Unstructured, error) {
	document, err := object.MarshalJSON()
	if err != nil {
		return nil, err
	}
	force = force || p.settings.patchForce || annotated(object, patchForce)
	live, err := objects.Patch(p.running, object.GetName(), types.ApplyPatchType, document,
		metav1.PatchOptions{FieldManager: manager, Force: &force, DryRun: dryRun(preview)})
	if apierrors.IsConflict(err) {
		return nil, fmt.Errorf("server-side apply field conflict: %w\nLeave the field to its other "+
			"manager (drop it from the program), or set the annotation %s: \"true\" on the resource to "+
			"take it over (this resource's field manager is %q)", err, patchForce, manager)
	}
	return live, err
}

func dryRun(preview bool) []string {
	if preview {
		return []string{metav1.DryRunAll}
	}
	return nil
}

func cannotDryRun(err error) bool {
	return apierrors.IsBadRequest(err) && strings.Contains(err.Error(), "dry run")
}

// formerManagers wrote the object before this resource's own manager did.
var formerManagers = sets.New(creator, "pulumi-resource-kubernetes", "kubectl",
	"kubectl-client-side-apply", "before-first-apply")

// ownedByFormer is true for an object whose fields are yet to be taken over.
func ownedByFormer(live *unstructured.Unstructured) bool {
	for _, entry := range live.GetManagedFields() {
		if entry.Operation == metav1.ManagedFieldsOperationUpdate && entry.Subresource == "" &&
			formerManagers.Has(entry.Manager) {
			return true
		}
	}
	return false
}

// takeOver moves the fields of former managers to the resource's own, without changing a value, so
// that the next apply can change and remove them.
func (p *provider) takeOver(
	objects dynamic.ResourceInterface, live *unstructured.Unstructured, manager string,
) error {
	patch, err := csaupgrade.UpgradeManagedFieldsPatch(live, formerManagers, manager)
	if err != nil || patch == nil {
		return err
	}
	_, err = objects.Patch(p.running, live.GetName(), types.JSONPatchType, patch,
		metav1.PatchOptions{})
	return err
}

// relinquish ends a manager's ownership after the resource chose another one.
func (p *provider) relinquish(
	objects dynamic.ResourceInterface, live *unstructured.Unstructured, manager string,
) error {
	nothing := &unstructured.Unstructured{}
	nothing.SetGroupVersionKind(live.GroupVersionKind())
	nothing.SetNamespace(live.GetNamespace())
	nothing.SetName(live.GetName())
	_, err := p.apply(objects, nothing, manager, false, false)
	return err
}
