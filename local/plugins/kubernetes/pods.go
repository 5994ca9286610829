package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var pods = schema.GroupVersionKind{Version: "v1", Kind: "Pod"}

// lookWithPods judges the object alone and asks its pods why it is not ready.
func (p *provider) lookWithPods(
	w waiting, judge func(*unstructured.Unstructured) verdict,
) func(context.Context) (verdict, error) {
	return func(ctx context.Context) (verdict, error) {
		object, err := p.again(ctx, w.live)
		if err != nil {
			return verdict{}, err
		}
		result := judge(object)
		if result.ready {
			return result, nil
		}
		problems, err := p.podProblems(ctx, object)
		result.problems = append(result.problems, problems...)
		return result, err
	}
}

// ownedBy lists the objects of a kind that belong to the owner, by its selector where it has one.
func (p *provider) ownedBy(
	ctx context.Context, owner *unstructured.Unstructured, gvk schema.GroupVersionKind,
) ([]unstructured.Unstructured, error) {
	objects, err := p.cluster.kind(gvk, owner.GetNamespace())
	if err != nil {
		return nil, err
	}
	list, err := objects.List(ctx, metav1.ListOptions{LabelSelector: selectorOf(owner)})
	if err != nil {
		return nil, err
	}
	var owned []unstructured.Unstructured
	for _, object := range list.Items {
		for _, reference := range object.GetOwnerReferences() {
			if reference.UID == owner.GetUID() {
				owned = append(owned, object)
			}
		}
	}
	return owned, nil
}

func selectorOf(owner *unstructured.Unstructured) string {
	fields, _, _ := unstructured.NestedMap(owner.Object, "spec", "selector")
	var selector metav1.LabelSelector
	converter := runtime.DefaultUnstructuredConverter
	if err := converter.FromUnstructured(fields, &selector); err != nil {
		return ""
	}
	parsed, err := metav1.LabelSelectorAsSelector(&selector)
	if err != nil {
		return ""
	}
	return parsed.String()
}

func (p *provider) podProblems(
	ctx context.Context, owner *unstructured.Unstructured,
) ([]string, error) {
	owned, err := p.ownedBy(ctx, owner, pods)
	var problems []string
	for i := range owned {
		problems = append(problems, problemsOf(&owned[i])...)
	}
	return problems, err
}

// problemsOf says why a pod is not ready, in the words of the official plugin: the first condition
// that is not met, and what its containers wait for or died of.
func problemsOf(object *unstructured.Unstructured) []string {
	var pod corev1.Pod
	converter := runtime.DefaultUnstructuredConverter
	if err := converter.FromUnstructured(object.Object, &pod); err != nil {
		return nil
	}
	if pod.Status.Phase == corev1.PodSucceeded {
		return nil
	}
	for _, name := range []string{"PodScheduled", "Initialized", "Ready"} {
		condition := conditionOf(object, name)
		if condition.isTrue() || condition.status == "" {
			continue
		}
		statuses := append(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses...)
		what := condition.message + strings.Join(containerProblems(statuses), "\n")
		if what == "" {
			return nil
		}
		return []string{fmt.Sprintf("[Pod %s]: %s", displayName(object), what)}
	}
	return nil
}

func containerProblems(statuses []corev1.ContainerStatus) []string {
	var problems []string
	for _, status := range statuses {
		if status.Ready {
			continue
		}
		if waiting := status.State.Waiting; waiting != nil && !starting[waiting.Reason] {
			problems = append(problems,
				fmt.Sprintf("[%s][%s] %s", status.Name, waiting.Reason, waiting.Message))
		}
		for _, end := range []*corev1.ContainerStateTerminated{
			status.State.Terminated, status.LastTerminationState.Terminated,
		} {
			if end != nil && end.ExitCode != 0 {
				problems = append(problems, terminated(status.Name, end))
			}
		}
	}
	return problems
}

// starting are the reasons of a container that is on its way.
var starting = setOf("ContainerCreating", "PodInitializing")

func terminated(container string, end *corev1.ContainerStateTerminated) string {
	text := fmt.Sprintf("container %q terminated at %s (%s: exit code %d)", container,
		end.FinishedAt.UTC().Format(time.RFC3339), end.Reason, end.ExitCode)
	if end.Message != "" {
		text += "\n" + end.Message
	}
	return text
}

// displayName leaves out the default namespace.
func displayName(object *unstructured.Unstructured) string {
	if object.GetNamespace() == "default" {
		return object.GetName()
	}
	return identifier(object)
}
