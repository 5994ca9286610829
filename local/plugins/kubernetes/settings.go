package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// settings is the provider's configuration, read once from the engine and the environment.
type settings struct {
	kubeconfig, context, cluster, namespace string
	renderTo                                string

	serverSideApply, patchForce, upsert bool
	configMapMutable, secretMutable     bool
	deleteUnreachable                   bool

	client clientSettings
}

// clientSettings are the limits of the API client; zero timeout means none.
type clientSettings struct {
	QPS     float32 `json:"qps"`
	Burst   int     `json:"burst"`
	Timeout int     `json:"timeout"` // seconds
}

// The official plugin's limits are 50 requests/s with bursts of 120. A preview of a hundred
// resources goes over that burst, so these are the floor only for what a user did not choose.
var defaultClient = clientSettings{QPS: 200, Burst: 400}

// configPrefix is how the engine spells a provider's configuration keys.
const configPrefix = "kubernetes:config:"

// readSettings takes the engine's variables first, then the environment, as the official one does.
func readSettings(
	variables map[string]string, environment func(string) (string, bool),
) (settings, error) {
	flag := func(key, variable string, otherwise bool) bool {
		if value, set := variables[configPrefix+key]; set {
			return value == "true"
		}
		if value, set := environment(variable); set {
			return value == "true"
		}
		return otherwise
	}
	client, err := readClientSettings(variables[configPrefix+"kubeClientSettings"], environment)
	return settings{
		kubeconfig:        variables[configPrefix+"kubeconfig"],
		context:           variables[configPrefix+"context"],
		cluster:           variables[configPrefix+"cluster"],
		namespace:         variables[configPrefix+"namespace"],
		renderTo:          variables[configPrefix+"renderYamlToDirectory"],
		serverSideApply:   flag("enableServerSideApply", "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY", true),
		patchForce:        flag("enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE", false),
		upsert:            flag("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS", false),
		configMapMutable:  flag("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE", false),
		secretMutable:     flag("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE", false),
		deleteUnreachable: flag("deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE", false),
		client:            client,
	}, err
}

func readClientSettings(
	document string, environment func(string) (string, bool),
) (clientSettings, error) {
	client := defaultClient
	for variable, field := range map[string]func(float64){
		"PULUMI_K8S_CLIENT_QPS":     func(value float64) { client.QPS = float32(value) },
		"PULUMI_K8S_CLIENT_BURST":   func(value float64) { client.Burst = int(value) },
		"PULUMI_K8S_CLIENT_TIMEOUT": func(value float64) { client.Timeout = int(value) },
	} {
		text, set := environment(variable)
		if !set || text == "" {
			continue
		}
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return client, fmt.Errorf("%s is %q, which is not a number", variable, text)
		}
		field(value)
	}
	if document == "" {
		return client, nil
	}
	if err := json.Unmarshal([]byte(document), &client); err != nil {
		return client, fmt.Errorf(
			"kubeClientSettings is %q; it must be JSON with qps, burst and timeout: %w", document, err)
	}
	return client, nil
}

func (c clientSettings) timeout() time.Duration {
	return time.Duration(c.Timeout) * time.Second
}

func (s settings) rendering() bool {
	return s.renderTo != ""
}
