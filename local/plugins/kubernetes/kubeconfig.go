package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// clientConfig finds the cluster: the kubeconfig setting (contents or a path), else what kubectl
// would use.
func clientConfig(s settings) (clientcmd.ClientConfig, error) {
	overrides := &clientcmd.ConfigOverrides{
		CurrentContext: s.context,
		Context:        clientcmdapi.Context{Cluster: s.cluster, Namespace: s.namespace},
	}
	if s.kubeconfig == "" {
		rules := clientcmd.NewDefaultClientConfigLoadingRules()
		return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides), nil
	}
	config, err := parseKubeconfig(s.kubeconfig)
	if err != nil {
		return nil, err
	}
	return clientcmd.NewDefaultClientConfig(*config, overrides), nil
}

func parseKubeconfig(pathOrContents string) (*clientcmdapi.Config, error) {
	path := pathOrContents
	if rest, found := strings.CutPrefix(path, "~/"); found {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, err
		}
		path = filepath.Join(home, rest)
	}
	if contents, err := os.ReadFile(path); err == nil {
		return clientcmd.Load(contents)
	}
	config, err := clientcmd.Load([]byte(pathOrContents))
	if err != nil {
		return nil, fmt.Errorf(
			"the provider's kubeconfig is neither a file that can be read nor kubeconfig contents: %w", err)
	}
	return config, nil
}

func restConfig(config clientcmd.ClientConfig, client clientSettings) (*rest.Config, error) {
	result, err := config.ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("no usable kubeconfig (set KUBECONFIG or the provider's kubeconfig): %w", err)
	}
	result.QPS, result.Burst, result.Timeout = client.QPS, client.Burst, client.timeout()
	result.WarningHandler = rest.NoWarnings{}
	result.UserAgent = "pulumi-kubernetes-stand-in/" + version
	return result, nil
}

// activeCluster is the entry of a provider's kubeconfig that it talks to; nil when there is none.
func activeCluster(properties resource.PropertyMap) (*clientcmdapi.Cluster, error) {
	contents, err := kubeconfigText(properties["kubeconfig"])
	if err != nil || contents == "" {
		return nil, err
	}
	config, err := parseKubeconfig(contents)
	if err != nil {
		return nil, err
	}
	name := text(properties, "context")
	if name == "" {
		name = config.CurrentContext
	}
	context, found := config.Contexts[name]
	if !found {
		return nil, nil
	}
	if cluster := text(properties, "cluster"); cluster != "" {
		return config.Clusters[cluster], nil
	}
	return config.Clusters[context.Cluster], nil
}

// kubeconfigText accepts a kubeconfig given as text or as an object.
func kubeconfigText(value resource.PropertyValue) (string, error) {
	if value.IsSecret() {
		value = value.SecretValue().Element
	}
	if value.IsObject() {
		contents, err := json.Marshal(value.ObjectValue().Mappable())
		return string(contents), err
	}
	if value.IsString() {
		return value.StringValue(), nil
	}
	return "", nil
}
