package main

import (
	"context"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func lookAtCRD(p *provider, w waiting) func(context.Context) (verdict, error) {
	return func(ctx context.Context) (verdict, error) {
		crd, err := p.again(ctx, w.live)
		if err != nil {
			return verdict{}, err
		}
		result := judgeCRD(crd)
		if result.ready {
			p.cluster.forgetKinds()
		}
		return result, nil
	}
}

// judgeCRD ends at once when the names are taken, which time does not heal.
func judgeCRD(crd *unstructured.Unstructured) verdict {
	result := verdict{live: crd, ready: conditionOf(crd, "Established").isTrue()}
	if result.ready {
		return result
	}
	result.status = "Waiting for CustomResourceDefinition to be established"
	if names := conditionOf(crd, "NamesAccepted"); names.status == "False" {
		result.hopeless = true
		result.problems = []string{"[" + names.reason + "] " + names.message}
	}
	return result
}
