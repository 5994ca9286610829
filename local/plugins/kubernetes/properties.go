package main

import (
	"math"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// State keys beside the live object's own fields, as the official plugin names them: a state
// written by one is read by the other.
const (
	inputsKey            = "__inputs"
	initialAPIVersionKey = "__initialApiVersion"
	fieldManagerKey      = "__fieldManager"
)

var marshalOptions = plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true}

func unmarshal(properties *structpb.Struct) (resource.PropertyMap, error) {
	return plugin.UnmarshalProperties(properties, marshalOptions)
}

func marshal(properties resource.PropertyMap) (*structpb.Struct, error) {
	return plugin.MarshalProperties(properties, marshalOptions)
}

func text(properties resource.PropertyMap, key string) string {
	value := properties[resource.PropertyKey(key)]
	if value.IsSecret() {
		value = value.SecretValue().Element
	}
	if value.IsString() {
		return value.StringValue()
	}
	return ""
}

// objectFrom drops secretness, keeps unknown values as resource.Computed, and makes whole numbers
// int64, which is what comes back from the API server.
func objectFrom(properties resource.PropertyMap) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: properties.MapRepl(dashed, plain)}
}

func propertiesFrom(object *unstructured.Unstructured) resource.PropertyMap {
	return resource.NewPropertyMapFromMapRepl(object.Object, underscored, nil)
}

func plain(value resource.PropertyValue) (any, bool) {
	switch {
	case value.IsSecret():
		return value.SecretValue().Element.MapRepl(dashed, plain), true
	case value.IsNumber() && value.NumberValue() == math.Trunc(value.NumberValue()):
		return int64(value.NumberValue()), true
	}
	return nil, false
}

// The SDKs spell the extension keys of an OpenAPI schema in a CRD with underscores.
const extensionPrefix = "x_kubernetes_"

func dashed(key string) (string, bool) {
	if strings.HasPrefix(key, extensionPrefix) {
		return strings.ReplaceAll(key, "_", "-"), true
	}
	return "", false
}

func underscored(key string) (resource.PropertyKey, bool) {
	result := strings.ReplaceAll(key, "-", "_")
	return resource.PropertyKey(result), strings.HasPrefix(result, extensionPrefix)
}

// hasUnknowns is true for inputs that depend on something not made yet.
func hasUnknowns(value any) bool {
	switch value := value.(type) {
	case resource.Computed, resource.Output:
		return true
	case map[string]any:
		for _, element := range value {
			if hasUnknowns(element) {
				return true
			}
		}
	case []any:
		for _, element := range value {
			if hasUnknowns(element) {
				return true
			}
		}
	}
	return false
}

// saved is what the state holds about one object.
type saved struct {
	inputs, live      *unstructured.Unstructured
	initialAPIVersion string
	fieldManager      string
}

func readSaved(state resource.PropertyMap) saved {
	live := objectFrom(state).Object
	inputs, _ := live[inputsKey].(map[string]any)
	if inputs == nil {
		inputs = map[string]any{}
	}
	for _, key := range []string{inputsKey, initialAPIVersionKey, fieldManagerKey} {
		delete(live, key)
	}
	return saved{
		inputs:            &unstructured.Unstructured{Object: inputs},
		live:              &unstructured.Unstructured{Object: live},
		initialAPIVersion: text(state, initialAPIVersionKey),
		fieldManager:      text(state, fieldManagerKey),
	}
}

// write gives the state to keep: the live object's fields are the resource's outputs. What was
// secret in `marked` (the inputs as the engine sent them) is secret in the state.
func (s saved) write(marked resource.PropertyMap) (*structpb.Struct, error) {
	inputs, state := propertiesFrom(s.inputs), propertiesFrom(s.live)
	markSecrets(inputs, marked)
	markSecrets(state, marked)
	state[inputsKey] = resource.NewObjectProperty(inputs)
	state[initialAPIVersionKey] = resource.NewStringProperty(s.initialAPIVersion)
	state[fieldManagerKey] = resource.NewStringProperty(s.fieldManager)
	return marshal(state)
}
