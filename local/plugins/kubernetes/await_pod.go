package main

import (
	"context"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func lookAtPod(p *provider, w waiting) func(context.Context) (verdict, error) {
	return func(ctx context.Context) (verdict, error) {
		pod, err := p.again(ctx, w.live)
		if err != nil {
			return verdict{}, err
		}
		return judgePod(pod), nil
	}
}

// judgePod takes a pod that ran to its end for ready, as the official plugin does.
func judgePod(pod *unstructured.Unstructured) verdict {
	result := verdict{
		live:   pod,
		status: "Waiting for Pod \"" + displayName(pod) + "\" to be ready",
		ready: conditionOf(pod, "Ready").isTrue() ||
			nested(pod.Object, "status", "phase") == "Succeeded",
	}
	if !result.ready {
		result.problems = problemsOf(pod)
	}
	return result
}
