package main

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func lookAtJob(p *provider, w waiting) func(context.Context) (verdict, error) {
	return p.lookWithPods(w, judgeJob)
}

// judgeJob takes a failed Job for final: its controller has done all the retries there are.
func judgeJob(job *unstructured.Unstructured) verdict {
	complete, failed := conditionOf(job, "Complete"), conditionOf(job, "Failed")
	result := verdict{
		live: job, ready: complete.isTrue(), hopeless: failed.isTrue(),
		status: fmt.Sprintf("Waiting for Job %q to succeed (Active: %d | Succeeded: %d | Failed: %d)",
			displayName(job), integer(job, "status", "active"),
			integer(job, "status", "succeeded"), integer(job, "status", "failed")),
	}
	if result.hopeless {
		result.problems = []string{fmt.Sprintf("[%s] %s", failed.reason, failed.message)}
	}
	return result
}
