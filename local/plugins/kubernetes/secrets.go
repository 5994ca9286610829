package main

import "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

// lastApplied holds the whole object in plain text where kubectl made it.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// markSecrets makes secret in `outputs` what is secret in `inputs`, field by field, so that one
// secret does not hide a whole Deployment. A list with a secret in it is secret as a whole: the
// server may reorder lists. A Secret's data is always secret.
func markSecrets(outputs, inputs resource.PropertyMap) {
	if kind := outputs["kind"]; kind.IsString() && kind.StringValue() == "Secret" {
		markSecretKind(outputs)
		return
	}
	for key, input := range inputs {
		output, found := outputs[key]
		switch {
		case !found || output.IsSecret():
		case output.IsObject() && input.IsObject():
			markSecrets(output.ObjectValue(), input.ObjectValue())
		case input.ContainsSecrets():
			outputs[key] = resource.MakeSecret(output)
		}
	}
}

func markSecretKind(secret resource.PropertyMap) {
	for _, key := range []resource.PropertyKey{"data", "stringData"} {
		if value, found := secret[key]; found && !value.IsSecret() {
			secret[key] = resource.MakeSecret(value)
		}
	}
	metadata := secret["metadata"]
	if !metadata.IsObject() || !metadata.ObjectValue()["annotations"].IsObject() {
		return
	}
	annotations := metadata.ObjectValue()["annotations"].ObjectValue()
	if value, found := annotations[lastApplied]; found && !value.IsSecret() {
		annotations[lastApplied] = resource.MakeSecret(value)
	}
}
