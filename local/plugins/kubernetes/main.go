// Command pulumi-resource-kubernetes stands in for Pulumi's official `kubernetes` provider plugin
// on machines that cannot download it. README.md says what it serves and what it does not.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// version is the release of the official plugin whose behaviour and state format this one follows.
const version = "4.34.2"

// engineCheck is how often the plugin looks whether the engine that started it still lives: after a
// kill -9 of the CLI nothing else would end the process.
const engineCheck = 5 * time.Second

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-kubernetes:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) == 0 {
		return fmt.Errorf("needs the engine's address as its argument; the Pulumi CLI starts this plugin")
	}
	engine, err := dialEngine(arguments[0])
	if err != nil {
		return err
	}
	provider := newProvider(engine)
	stop := make(chan bool)
	if err := stopWithEngine(arguments[0], provider, stop); err != nil {
		return err
	}
	return serve(provider, stop)
}

func stopWithEngine(address string, provider *provider, stop chan bool) error {
	return rpcutil.Healthcheck(context.Background(), address, engineCheck, func() {
		provider.stop()
		close(stop)
	})
}

// serve prints the port it listens on, as the engine expects of a plugin, and returns at the end.
func serve(provider *provider, stop chan bool) error {
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stop,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterResourceProviderServer(server, provider)
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(handle.Port)
	return <-handle.Done
}
