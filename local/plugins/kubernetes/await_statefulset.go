package main

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func lookAtStatefulSet(p *provider, w waiting) func(context.Context) (verdict, error) {
	return p.lookWithPods(w, judgeStatefulSet)
}

// judgeStatefulSet wants every pod ready and, unless pods change only when they are deleted
// (OnDelete), all of them at the new revision.
func judgeStatefulSet(set *unstructured.Unstructured) verdict {
	result := verdict{live: set}
	if stale(set) {
		result.status = "Waiting for the StatefulSet's controller"
		return result
	}
	wanted, ready := integer(set, "spec", "replicas"), integer(set, "status", "readyReplicas")
	complete := wanted == integer(set, "status", "replicas") && wanted == ready
	current, target := nested(set.Object, "status", "currentRevision"), nested(set.Object, "status", "updateRevision")
	updated := current != nil && current == target
	if nested(set.Object, "spec", "updateStrategy", "type") == "OnDelete" && set.GetGeneration() > 1 {
		updated = true
	} else {
		complete = complete && wanted == integer(set, "status", "currentReplicas")
	}
	result.ready = complete && updated
	if result.ready {
		return result
	}
	if !complete {
		result.problems = append(result.problems,
			fmt.Sprintf("%d out of %d replicas succeeded readiness checks", ready, wanted))
	}
	if !updated {
		result.problems = append(result.problems, fmt.Sprintf(
			"StatefulSet controller failed to advance from revision %q to revision %q", current, target))
	}
	result.status = statefulSetStatus(set, complete, ready, wanted)
	return result
}

func statefulSetStatus(
	set *unstructured.Unstructured, complete bool, ready, wanted int64,
) string {
	switch {
	case set.GetGeneration() <= 1:
		return fmt.Sprintf("[1/2] Waiting for StatefulSet to create Pods (%d/%d Pods ready)", ready, wanted)
	case !complete:
		return fmt.Sprintf("[1/3] Waiting for StatefulSet update to roll out (%d/%d Pods ready)", ready, wanted)
	default:
		return "[2/3] Waiting for StatefulSet to update .status.currentRevision"
	}
}
