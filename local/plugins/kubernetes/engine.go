package main

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// engine is where messages for the user go.
type engine struct {
	client pulumirpc.EngineClient
}

func dialEngine(address string) (engine, error) {
	connection, err := grpc.NewClient(address,
		grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions())
	if err != nil {
		return engine{}, fmt.Errorf("engine at %q cannot be reached: %w", address, err)
	}
	return engine{client: pulumirpc.NewEngineClient(connection)}, nil
}

// status shows a message on the line of one resource; it is gone when the next one comes.
func (e engine) status(urn, message string) {
	e.log(urn, message, pulumirpc.LogSeverity_INFO, true)
}

// problem is a status that may explain why a resource does not become ready.
func (e engine) problem(urn, message string) {
	e.log(urn, message, pulumirpc.LogSeverity_WARNING, true)
}

// warn stays in the output.
func (e engine) warn(urn, message string) {
	e.log(urn, message, pulumirpc.LogSeverity_WARNING, false)
}

// log loses the message when the engine is gone: a message is never worth failing an operation for.
func (e engine) log(urn, message string, severity pulumirpc.LogSeverity, ephemeral bool) {
	if e.client == nil {
		return
	}
	_, _ = e.client.Log(context.Background(), &pulumirpc.LogRequest{
		Severity: severity, Message: message, Urn: urn, Ephemeral: ephemeral,
	})
}
