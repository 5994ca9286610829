package main

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Configure only reads the settings: the cluster is contacted when something needs it.
func (p *provider) Configure(
	_ context.Context, request *pulumirpc.ConfigureRequest,
) (*pulumirpc.ConfigureResponse, error) {
	settings, err := readSettings(request.GetVariables(), os.LookupEnv)
	if err != nil {
		return nil, err
	}
	if !settings.serverSideApply {
		return nil, fmt.Errorf("enableServerSideApply is false: this stand-in for the kubernetes " +
			"plugin serves server-side apply alone; leave it unset or install the official plugin")
	}
	p.settings = settings
	p.cluster = newCluster(p.running, settings)
	if settings.rendering() {
		p.cluster = noCluster("renderYamlToDirectory is set")
	}
	return &pulumirpc.ConfigureResponse{
		AcceptSecrets:                   true,
		SupportsPreview:                 true,
		SupportsAutonamingConfiguration: true,
	}, nil
}

// CheckConfig refuses settings that contradict each other.
func (p *provider) CheckConfig(
	_ context.Context, request *pulumirpc.CheckRequest,
) (*pulumirpc.CheckResponse, error) {
	news, err := unmarshal(request.GetNews())
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CheckResponse{
		Inputs: request.GetNews(), Failures: renderingConflicts(news),
	}, nil
}

// renderingConflicts lists what cannot be given together with renderYamlToDirectory. The language
// SDKs fill in kubeconfig from $KUBECONFIG by themselves, which is no contradiction.
func renderingConflicts(news resource.PropertyMap) []*pulumirpc.CheckFailure {
	if text(news, "renderYamlToDirectory") == "" {
		return nil
	}
	var failures []*pulumirpc.CheckFailure
	for _, key := range []string{"cluster", "context", "kubeconfig"} {
		value := text(news, key)
		if value == "" || key == "kubeconfig" && value == os.Getenv("KUBECONFIG") {
			continue
		}
		failures = append(failures, &pulumirpc.CheckFailure{
			Property: key,
			Reason:   fmt.Sprintf("%q arg is not compatible with \"renderYamlToDirectory\" arg", key),
		})
	}
	return failures
}

// DiffConfig replaces the provider, and so everything made by it, only when it points to another
// cluster. A kubeconfig may change in other ways (a new token) without that.
func (p *provider) DiffConfig(
	_ context.Context, request *pulumirpc.DiffRequest,
) (*pulumirpc.DiffResponse, error) {
	olds, err := unmarshal(request.GetOlds())
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(request.GetNews())
	if err != nil {
		return nil, err
	}
	return diffConfig(olds, news)
}

func diffConfig(olds, news resource.PropertyMap) (*pulumirpc.DiffResponse, error) {
	changed := changedKeys(olds, news)
	if len(changed) == 0 {
		return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
	}
	replaces, err := configReplaces(olds, news, changed)
	return &pulumirpc.DiffResponse{
		Changes: pulumirpc.DiffResponse_DIFF_SOME, Diffs: changed, Replaces: replaces,
	}, err
}

func changedKeys(olds, news resource.PropertyMap) []string {
	var changed []string
	if diff := olds.Diff(news); diff != nil {
		for _, key := range diff.ChangedKeys() {
			changed = append(changed, string(key))
		}
	}
	slices.Sort(changed)
	return changed
}

func configReplaces(olds, news resource.PropertyMap, changed []string) ([]string, error) {
	before, after := text(olds, "clusterIdentifier"), text(news, "clusterIdentifier")
	if before != "" && after != "" {
		if before != after {
			return []string{"clusterIdentifier"}, nil
		}
		return nil, nil
	}
	another, err := pointsElsewhere(olds, news)
	if err != nil {
		return nil, err
	}
	var replaces []string
	for _, key := range changed {
		if key == "renderYamlToDirectory" || another && slices.Contains(clusterKeys, key) {
			replaces = append(replaces, key)
		}
	}
	return replaces, nil
}

var clusterKeys = []string{"cluster", "context", "kubeconfig"}

func pointsElsewhere(olds, news resource.PropertyMap) (bool, error) {
	for _, key := range clusterKeys {
		if news[resource.PropertyKey(key)].IsComputed() {
			return true, nil
		}
	}
	before, err := activeCluster(olds)
	if err != nil {
		return false, err
	}
	after, err := activeCluster(news)
	if err != nil {
		return false, err
	}
	return before != nil && after != nil && !reflect.DeepEqual(before, after), nil
}
