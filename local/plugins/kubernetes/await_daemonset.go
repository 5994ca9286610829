package main

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func lookAtDaemonSet(p *provider, w waiting) func(context.Context) (verdict, error) {
	return p.lookWithPods(w, judgeDaemonSet)
}

// judgeDaemonSet wants the pod of every chosen node to be of the new template and available.
func judgeDaemonSet(set *unstructured.Unstructured) verdict {
	result := verdict{live: set, status: "Waiting for the DaemonSet's controller"}
	if stale(set) {
		return result
	}
	wanted := integer(set, "status", "desiredNumberScheduled")
	updated := integer(set, "status", "updatedNumberScheduled")
	available := integer(set, "status", "numberAvailable")
	result.ready = updated >= wanted && available >= wanted
	result.status = fmt.Sprintf("Available: %d/%d", min(updated, available), wanted)
	if !result.ready {
		result.problems = []string{fmt.Sprintf(
			"%d of %d Pods are of the new template, %d are available", updated, wanted, available)}
	}
	return result
}
