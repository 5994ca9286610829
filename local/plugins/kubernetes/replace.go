package main

import (
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// immutableFields lists, for each kind, the fields whose change needs a new object: the same ones
// as the official plugin's, which are those that the API server refuses to change in place (and
// some more that it used to refuse).
var immutableFields = map[string][]string{
	"Deployment.apps":  {"spec.selector"},
	"DaemonSet.apps":   {"spec.selector"},
	"StatefulSet.apps": {"spec.podManagementPolicy", "spec.revisionHistoryLimit", "spec.selector", "spec.serviceName", "spec.volumeClaimTemplates"},
	"Job.batch":        {"spec.completions", "spec.parallelism", "spec.selector", "spec.template"},

	"RoleBinding.rbac.authorization.k8s.io":        {"roleRef"},
	"ClusterRoleBinding.rbac.authorization.k8s.io": {"roleRef"},
	"StorageClass.storage.k8s.io":                  {"parameters", "provisioner"},

	"PersistentVolumeClaim": {"spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"},
	"PersistentVolume":      volumeSources,
	"Pod":                   podFields,
	"ResourceQuota":         {"spec.scopes"},
	"Secret":                {"type"},
	"Service":               {"spec.clusterIP"},
}

var volumeSources = under("spec", "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs",
	"cinder", "csi", "fc", "flexVolume", "flocker", "gcePersistentDisk", "glusterfs", "hostPath",
	"iscsi", "local", "nfs", "photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO",
	"storageos", "vsphereVolume")

// podFields is all of a pod's spec but what can be changed in place: tolerations may be added to,
// activeDeadlineSeconds may be lowered.
var podFields = append(under("spec", "affinity", "automountServiceAccountToken", "dnsConfig",
	"dnsPolicy", "enableServiceLinks", "hostAliases", "hostIPC", "hostNetwork", "hostPID", "hostname",
	"imagePullSecrets", "nodeName", "nodeSelector", "overhead", "preemptionPolicy", "priority",
	"priorityClassName", "readinessGates", "restartPolicy", "runtimeClassName", "schedulerName",
	"securityContext", "serviceAccount", "serviceAccountName", "shareProcessNamespace", "subdomain",
	"terminationGracePeriodSeconds", "volumes"),
	append(under("spec.containers[*]", containerFields...),
		under("spec.initContainers[*]", containerFields...)...)...)

var containerFields = []string{"args", "command", "env", "image", "imagePullPolicy", "lifecycle",
	"livenessProbe", "ports", "readinessProbe", "resources", "securityContext", "stdin", "stdinOnce",
	"terminationMessagePath", "terminationMessagePolicy", "tty", "volumeDevices", "volumeMounts",
	"workingDir"}

func under(parent string, fields ...string) []string {
	paths := make([]string, 0, len(fields))
	for _, field := range fields {
		paths = append(paths, parent+"."+field)
	}
	return paths
}

// replacingFields lists what replaces this object when it changes. The content of a ConfigMap or a
// Secret does, unless the provider is told that they are mutable and the object is not marked
// immutable.
func (s settings) replacingFields(object *unstructured.Unstructured) []string {
	fields := []string{"metadata.name", "metadata.namespace", "kind"}
	immutable, _ := object.Object["immutable"].(bool)
	kind := object.GroupVersionKind().GroupKind().String()
	switch {
	case kind == "Secret" && (!s.secretMutable || immutable):
		return append(fields, "type", "stringData", "data")
	case kind == "ConfigMap" && (!s.configMapMutable || immutable):
		return append(fields, "binaryData", "data")
	default:
		return append(fields, immutableFields[kind]...)
	}
}

// replaces is true when a changed path is one of the fields, inside one, or holds one.
func replaces(path fieldPath, value any, fields []string) bool {
	for _, field := range fields {
		if path.reaches(strings.Split(field, "."), value) {
			return true
		}
	}
	return false
}
