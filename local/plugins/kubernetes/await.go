package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const (
	// defaultWait is the official plugin's.
	defaultWait = 10 * time.Minute
	pollEvery   = 300 * time.Millisecond
	// A problem is often gone a moment later (a probe that fails once), so it is shown only then.
	showProblemsEvery = 10 * time.Second
)

// waiting is an object that was written and may not be ready.
type waiting struct {
	urn     string
	inputs  *unstructured.Unstructured
	live    *unstructured.Unstructured
	timeout float64 // seconds, from customTimeouts; 0 when unset
	once    bool    // a refresh: only one look
}

// verdict is what one look at the cluster says about an object.
type verdict struct {
	ready    bool
	hopeless bool     // it will not become ready, waiting on is of no use
	status   string   // progress, for the resource's line
	problems []string // why it is not ready, as far as the cluster says
	live     *unstructured.Unstructured
}

// awaiter knows when objects of one kind are ready.
type awaiter struct {
	look func(p *provider, w waiting) func(context.Context) (verdict, error)
	// refreshed kinds are also looked at, once, when they are read.
	refreshed bool
}

var awaiters = map[string]awaiter{
	"Deployment.apps":           {look: lookAtDeployment, refreshed: true},
	"StatefulSet.apps":          {look: lookAtStatefulSet, refreshed: true},
	"DaemonSet.apps":            {look: lookAtDaemonSet, refreshed: true},
	"Job.batch":                 {look: lookAtJob, refreshed: true},
	"Pod":                       {look: lookAtPod, refreshed: true},
	"Service":                   {look: lookAtService, refreshed: true},
	"Ingress.networking.k8s.io": {look: lookAtIngress, refreshed: true},
	"PersistentVolume":          {look: lookAtVolume},
	"PersistentVolumeClaim":     {look: lookAtClaim},
	"CustomResourceDefinition.apiextensions.k8s.io": {look: lookAtCRD},
}

func awaiterOf(object *unstructured.Unstructured) (awaiter, bool) {
	found, exists := awaiters[object.GroupVersionKind().GroupKind().String()]
	return found, exists
}

// await returns the object as it last was, and an error when it did not become ready.
func (p *provider) await(w waiting) (*unstructured.Unstructured, error) {
	awaiter, exists := awaiterOf(w.live)
	if !exists || annotated(w.inputs, skipAwait) {
		return w.live, nil
	}
	return p.poll(w.urn, w.live, deadline(w.timeout, w.inputs, defaultWait), awaiter.look(p, w))
}

// lookOnce is what a refresh does: an object that is not ready keeps that in its state.
func (p *provider) lookOnce(urn string, current saved) error {
	awaiter, exists := awaiterOf(current.live)
	if !exists || !awaiter.refreshed || annotated(current.inputs, skipAwait) {
		return nil
	}
	look := awaiter.look(p, waiting{urn: urn, inputs: current.inputs, live: current.live, once: true})
	result, err := look(p.running)
	if err != nil || result.ready {
		return err
	}
	return notReady{
		message: fmt.Sprintf("Resource '%s' was created but failed to initialize", current.live.GetName()),
		reasons: result.problems,
	}
}

// poll looks again and again until the verdict is final, the deadline is over or the run is
// cancelled. A look that fails for a reason that may pass (the API server restarts) is repeated.
func (p *provider) poll(
	urn string, live *unstructured.Unstructured, limit time.Duration,
	look func(context.Context) (verdict, error),
) (*unstructured.Unstructured, error) {
	ctx, cancel := context.WithTimeout(p.running, limit)
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	shown := progress{engine: p.engine, urn: urn, problemsFrom: time.Now().Add(showProblemsEvery)}
	defer p.engine.status(urn, "")
	last := verdict{live: live}
	for {
		current, err := look(ctx)
		switch {
		case err == nil:
			last = current
		case apierrors.IsNotFound(err):
			return last.live, fmt.Errorf("object is gone: %w", err)
		case ctx.Err() == nil:
			last.problems = []string{err.Error()}
		}
		if last.ready && err == nil {
			return last.live, nil
		}
		if last.hopeless {
			return last.live, failed(last)
		}
		shown.show(last)
		select {
		case <-ctx.Done():
			return last.live, ended(ctx, last)
		case <-tick.C:
		}
	}
}

func failed(last verdict) error {
	return notReady{
		message: fmt.Sprintf("Resource '%s' was created but failed to initialize", last.live.GetName()),
		reasons: last.problems,
	}
}

func ended(ctx context.Context, last verdict) error {
	message := fmt.Sprintf("Resource operation was cancelled for %q", last.live.GetName())
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		message = fmt.Sprintf("'%s' timed out waiting to be Ready", last.live.GetName())
	}
	return notReady{message: message, reasons: last.problems}
}

// progress shows each message once in a row.
type progress struct {
	engine       engine
	urn          string
	status       string
	problemsFrom time.Time
}

func (s *progress) show(current verdict) {
	if current.status != s.status {
		s.status = current.status
		s.engine.status(s.urn, current.status)
	}
	if time.Now().Before(s.problemsFrom) {
		return
	}
	s.problemsFrom = time.Now().Add(showProblemsEvery)
	for _, problem := range current.problems {
		s.engine.problem(s.urn, problem)
	}
}

// again fetches the object that is waited for.
func (p *provider) again(
	ctx context.Context, live *unstructured.Unstructured,
) (*unstructured.Unstructured, error) {
	objects, err := p.cluster.objects(live)
	if err != nil {
		return nil, err
	}
	return objects.Get(ctx, live.GetName(), metav1.GetOptions{})
}

// stale is true while the controller has not seen the object's current generation.
func stale(live *unstructured.Unstructured) bool {
	observed, found, _ := unstructured.NestedInt64(live.Object, "status", "observedGeneration")
	return !found || observed < live.GetGeneration()
}

func integer(object *unstructured.Unstructured, path ...string) int64 {
	value, _, _ := unstructured.NestedInt64(object.Object, path...)
	return value
}

// condition is an entry of status.conditions; its zero value is an absent one.
type condition struct {
	status, reason, message string
}

func (c condition) isTrue() bool { return c.status == "True" }

func conditionOf(object *unstructured.Unstructured, name string) condition {
	conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	for _, entry := range conditions {
		fields, _ := entry.(map[string]any)
		if fields["type"] == name {
			status, _ := fields["status"].(string)
			reason, _ := fields["reason"].(string)
			message, _ := fields["message"].(string)
			return condition{status: status, reason: reason, message: message}
		}
	}
	return condition{}
}
