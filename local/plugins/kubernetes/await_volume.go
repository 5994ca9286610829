package main

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var storageClasses = schema.GroupVersionKind{
	Group: "storage.k8s.io", Version: "v1", Kind: "StorageClass",
}

func lookAtVolume(p *provider, w waiting) func(context.Context) (verdict, error) {
	return func(ctx context.Context) (verdict, error) {
		volume, err := p.again(ctx, w.live)
		if err != nil {
			return verdict{}, err
		}
		return judgePhase(volume, "Available", "Bound"), nil
	}
}

// lookAtClaim takes a pending claim for ready where the storage class waits for the first pod: it
// would wait for a pod that comes after it.
func lookAtClaim(p *provider, w waiting) func(context.Context) (verdict, error) {
	return func(ctx context.Context) (verdict, error) {
		claim, err := p.again(ctx, w.live)
		if err != nil {
			return verdict{}, err
		}
		late, err := p.bindsLate(ctx, claim)
		if err != nil {
			return verdict{}, err
		}
		if late {
			return judgePhase(claim, "Pending", "Bound"), nil
		}
		return judgePhase(claim, "Bound"), nil
	}
}

func judgePhase(object *unstructured.Unstructured, accepted ...string) verdict {
	result := verdict{live: object}
	phase, _ := nested(object.Object, "status", "phase").(string)
	for _, wanted := range accepted {
		result.ready = result.ready || phase == wanted
	}
	if !result.ready {
		result.status = fmt.Sprintf("Waiting for %s to be %s", object.GetKind(), accepted[0])
		result.problems = []string{fmt.Sprintf("%s: [%s] is not ready. status.phase currently at: %s",
			object.GetKind(), object.GetName(), phase)}
	}
	return result
}

func (p *provider) bindsLate(
	ctx context.Context, claim *unstructured.Unstructured,
) (bool, error) {
	name, _ := nested(claim.Object, "spec", "storageClassName").(string)
	if name == "" {
		return false, nil
	}
	classes, err := p.cluster.kind(storageClasses, "")
	if err != nil {
		return false, err
	}
	class, err := classes.Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return class.Object["volumeBindingMode"] == "WaitForFirstConsumer", nil
}
