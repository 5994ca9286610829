package main

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/structpb"
)

// notReady is an object that exists and is not what it should be, with what is known of why.
type notReady struct {
	message string
	reasons []string
}

func (n notReady) Error() string { return n.message }

// partly tells the engine that the object was made or changed but the operation did not succeed:
// its state is kept, and the next run tries again.
func partly(id string, state, inputs *structpb.Struct, problem error) error {
	reasons := []string{problem.Error()}
	var known notReady
	if errors.As(problem, &known) {
		reasons = append(reasons, known.reasons...)
	}
	return rpcerror.WithDetails(rpcerror.New(codes.Unknown, problem.Error()),
		&pulumirpc.ErrorResourceInitFailed{
			Id: id, Properties: state, Inputs: inputs, Reasons: reasons,
		})
}
