package main

import (
	"context"
	"encoding/json"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

// provider serves the engine. Its methods are spread over the files that are named after them.
type provider struct {
	pulumirpc.UnimplementedResourceProviderServer

	engine   engine
	settings settings
	cluster  *cluster
	crds     *declaredCRDs

	// running ends when the engine cancels or dies; every wait and every API call hangs on it.
	running context.Context
	stop    context.CancelFunc
}

func newProvider(engine engine) *provider {
	running, stop := context.WithCancel(context.Background())
	return &provider{engine: engine, crds: newDeclaredCRDs(), running: running, stop: stop}
}

// Attach lets a plugin that was started by hand be used in a debugger.
func (p *provider) Attach(
	_ context.Context, request *pulumirpc.PluginAttach,
) (*emptypb.Empty, error) {
	engine, err := dialEngine(request.GetAddress())
	if err != nil {
		return nil, err
	}
	p.engine = engine
	return &emptypb.Empty{}, nil
}

// Cancel ends all waits: what was being made is kept in the state as not yet ready.
func (p *provider) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	p.stop()
	return &emptypb.Empty{}, nil
}

// GetPluginInfo reports the version that the plugin stands in for.
func (p *provider) GetPluginInfo(
	context.Context, *emptypb.Empty,
) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version}, nil
}

// GetSchema returns the least that is a schema: the language SDKs carry the types.
func (p *provider) GetSchema(
	context.Context, *pulumirpc.GetSchemaRequest,
) (*pulumirpc.GetSchemaResponse, error) {
	schema, err := json.Marshal(map[string]any{
		"name":        "kubernetes",
		"version":     version,
		"description": "A stand-in for the official kubernetes provider plugin",
	})
	return &pulumirpc.GetSchemaResponse{Schema: string(schema)}, err
}
