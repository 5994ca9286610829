package main

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// Invoke serves the one function that needs no chart or kustomization: kubernetes:yaml:decode.
func (p *provider) Invoke(
	_ context.Context, request *pulumirpc.InvokeRequest,
) (*pulumirpc.InvokeResponse, error) {
	if request.GetTok() != "kubernetes:yaml:decode" {
		return nil, notServed(request.GetTok())
	}
	arguments, err := unmarshal(request.GetArgs())
	if err != nil {
		return nil, err
	}
	objects, err := decodeYAML(text(arguments, "text"))
	if err != nil {
		return nil, err
	}
	result, err := marshal(resource.NewPropertyMapFromMap(map[string]any{"result": objects}))
	return &pulumirpc.InvokeResponse{Return: result}, err
}

// StreamInvoke serves nothing.
func (p *provider) StreamInvoke(
	request *pulumirpc.InvokeRequest, _ grpc.ServerStreamingServer[pulumirpc.InvokeResponse],
) error {
	return notServed(request.GetTok())
}

// Call serves nothing: the components with methods are those of charts.
func (p *provider) Call(
	_ context.Context, request *pulumirpc.CallRequest,
) (*pulumirpc.CallResponse, error) {
	return nil, notServed(request.GetTok())
}

// Construct serves nothing: the components of the package are charts, kustomizations and YAML files.
func (p *provider) Construct(
	_ context.Context, request *pulumirpc.ConstructRequest,
) (*pulumirpc.ConstructResponse, error) {
	return nil, notServed(request.GetType())
}

// decodeYAML reads the documents of a manifest, without the empty ones.
func decodeYAML(manifest string) ([]any, error) {
	objects := []any{}
	decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(manifest), 4096)
	for {
		var object map[string]any
		err := decoder.Decode(&object)
		switch {
		case errors.Is(err, io.EOF):
			return objects, nil
		case err != nil:
			return nil, err
		case len(object) > 0:
			objects = append(objects, object)
		}
	}
}
