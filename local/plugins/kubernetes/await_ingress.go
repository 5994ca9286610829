package main

import (
	"context"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func lookAtIngress(p *provider, w waiting) func(context.Context) (verdict, error) {
	return func(ctx context.Context) (verdict, error) {
		ingress, err := p.again(ctx, w.live)
		if err != nil {
			return verdict{}, err
		}
		return judgeIngress(ingress), nil
	}
}

// judgeIngress wants an address. The official plugin also wants endpoints behind every path, which
// the Services of the same program are awaited for already.
func judgeIngress(ingress *unstructured.Unstructured) verdict {
	result := verdict{live: ingress, ready: hasAddress(ingress)}
	if !result.ready {
		result.status = "[3/3] Waiting for update of .status.loadBalancer with hostname/IP"
		result.problems = []string{"Ingress .status.loadBalancer field was not updated with a hostname/IP address"}
	}
	return result
}
