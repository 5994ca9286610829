package main

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// revision is the Deployment's count of its pod templates; its current ReplicaSet has the same one.
const revision = "deployment.kubernetes.io/revision"

var replicaSets = schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "ReplicaSet"}

func lookAtDeployment(p *provider, w waiting) func(context.Context) (verdict, error) {
	return func(ctx context.Context) (verdict, error) {
		deployment, err := p.again(ctx, w.live)
		if err != nil {
			return verdict{}, err
		}
		owned, err := p.ownedBy(ctx, deployment, replicaSets)
		if err != nil {
			return verdict{}, err
		}
		current := currentReplicaSet(deployment, owned)
		result := judgeDeployment(deployment, current)
		if !result.ready && current != nil {
			problems, err := p.podProblems(ctx, current)
			if err != nil {
				return verdict{}, err
			}
			result.problems = append(result.problems, problems...)
		}
		return result, nil
	}
}

func currentReplicaSet(
	deployment *unstructured.Unstructured, owned []unstructured.Unstructured,
) *unstructured.Unstructured {
	wanted := annotation(deployment, revision)
	for i := range owned {
		if wanted != "" && annotation(&owned[i], revision) == wanted {
			return &owned[i]
		}
	}
	return nil
}

// judgeDeployment wants the current ReplicaSet (nil while there is none) to have all its pods, and
// the controller to say that the rollout is done. The first revision has no rollout to be done.
func judgeDeployment(deployment, current *unstructured.Unstructured) verdict {
	result := verdict{live: deployment}
	if stale(deployment) || current == nil {
		result.status = "Waiting for the Deployment's controller"
		return result
	}
	available, progressing := conditionOf(deployment, "Available"), conditionOf(deployment, "Progressing")
	rolledOut := annotation(deployment, revision) == "1" ||
		progressing.isTrue() && progressing.reason == "NewReplicaSetAvailable"
	ready, wanted := integer(current, "status", "readyReplicas"), integer(current, "spec", "replicas")
	result.ready = available.isTrue() && rolledOut && ready >= wanted
	result.status = fmt.Sprintf(
		"Waiting for app ReplicaSet to be available (%d/%d Pods available)", ready, wanted)
	for _, unmet := range []condition{progressing, available} {
		if unmet.status == "False" && unmet.reason != "" && unmet.message != "" {
			result.problems = append(result.problems, fmt.Sprintf("[%s] %s", unmet.reason, unmet.message))
		}
	}
	result.problems = append(result.problems, shortfall(available.isTrue(), rolledOut)...)
	if result.ready {
		result.problems = nil
	}
	return result
}

func shortfall(available, rolledOut bool) []string {
	switch {
	case !available:
		return []string{"Minimum number of live Pods was not attained"}
	case !rolledOut:
		return []string{"Minimum number of Pods to consider the application live was not attained"}
	default:
		return []string{"Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live"}
	}
}
