package main

import (
	"fmt"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
)

const crdGroup = "apiextensions.k8s.io"

// kindOf reads the kind from a Pulumi type such as `kubernetes:apps/v1:Deployment`.
func kindOf(urn resource.URN) (schema.GroupVersionKind, error) {
	token := string(urn.Type())
	parts := strings.Split(token, ":")
	if len(parts) != 3 {
		return schema.GroupVersionKind{}, notServed(token)
	}
	group, version, found := strings.Cut(parts[1], "/")
	if !found || !servedType(group, parts[2]) {
		return schema.GroupVersionKind{}, notServed(token)
	}
	if group == "core" {
		group = ""
	}
	return schema.GroupVersionKind{Group: group, Version: version, Kind: parts[2]}, nil
}

// servedType is false for what is not one object of the API: charts, kustomizations, lists, and
// the `…Patch` variants of the built-in kinds.
func servedType(group, kind string) bool {
	switch group {
	case "helm.sh", "kustomize", "yaml":
		return false
	}
	if kind == "List" || len(kind) > len("Patch") && strings.HasSuffix(kind, "Patch") {
		return false
	}
	return !strings.HasSuffix(kind, "List") || !builtInGroup(group)
}

func builtInGroup(group string) bool {
	return group == "core" || group == crdGroup || scheme.Scheme.IsGroupRegistered(group)
}

func notServed(token string) error {
	return fmt.Errorf("%s is not served by this stand-in for the kubernetes plugin; "+
		"the official one (v%s) serves it: pulumi plugin install resource kubernetes v%s",
		token, version, version)
}

func isCRD(object *unstructured.Unstructured) bool {
	gvk := object.GroupVersionKind()
	return gvk.Group == crdGroup && gvk.Kind == "CustomResourceDefinition"
}

func isSecret(object *unstructured.Unstructured) bool {
	return object.GetAPIVersion() == "v1" && object.GetKind() == "Secret"
}

// builtIn kinds have typed Go definitions, except CRDs themselves.
func builtIn(gvk schema.GroupVersionKind) bool {
	return gvk.Group == crdGroup || scheme.Scheme.Recognizes(gvk)
}

// clusterScoped are the built-in kinds without a namespace, needed where no cluster can be asked.
var clusterScoped = setOf(
	"Namespace", "Node", "PersistentVolume", "ComponentStatus",
	"APIService.apiregistration.k8s.io",
	"CertificateSigningRequest.certificates.k8s.io", "ClusterTrustBundle.certificates.k8s.io",
	"ClusterRole.rbac.authorization.k8s.io", "ClusterRoleBinding.rbac.authorization.k8s.io",
	"CSIDriver.storage.k8s.io", "CSINode.storage.k8s.io", "StorageClass.storage.k8s.io",
	"VolumeAttachment.storage.k8s.io", "VolumeAttributesClass.storage.k8s.io",
	"CustomResourceDefinition.apiextensions.k8s.io",
	"DeviceClass.resource.k8s.io", "ResourceSlice.resource.k8s.io",
	"FlowSchema.flowcontrol.apiserver.k8s.io",
	"PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io",
	"IngressClass.networking.k8s.io", "IPAddress.networking.k8s.io",
	"ServiceCIDR.networking.k8s.io",
	"MutatingAdmissionPolicy.admissionregistration.k8s.io",
	"MutatingAdmissionPolicyBinding.admissionregistration.k8s.io",
	"MutatingWebhookConfiguration.admissionregistration.k8s.io",
	"ValidatingAdmissionPolicy.admissionregistration.k8s.io",
	"ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io",
	"ValidatingWebhookConfiguration.admissionregistration.k8s.io",
	"PriorityClass.scheduling.k8s.io", "RuntimeClass.node.k8s.io",
)

func setOf(names ...string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}

// scope says whether objects of a kind live in a namespace, and whether that is certain.
type scope struct {
	namespaced, known bool
}

// scopeOf asks, in this order, the built-in kinds, the CRDs of the same program, and the cluster.
// A kind that none of them knows is taken for a namespaced one, as most are.
func (p *provider) scopeOf(gvk schema.GroupVersionKind) scope {
	if builtIn(gvk) {
		return scope{namespaced: !clusterScoped[gvk.GroupKind().String()], known: true}
	}
	if namespaced, declared := p.crds.namespaced(gvk.GroupKind()); declared {
		return scope{namespaced: namespaced, known: true}
	}
	mapping, err := p.cluster.mapping(gvk)
	if err != nil {
		return scope{namespaced: true}
	}
	return scope{namespaced: mapping.Scope.Name() == meta.RESTScopeNameNamespace, known: true}
}

// declaredCRDs remembers the CRDs that the program declares: objects of their kinds come later in
// the same run, before the cluster knows them.
type declaredCRDs struct {
	mutex  sync.RWMutex
	scopes map[schema.GroupKind]bool
}

func newDeclaredCRDs() *declaredCRDs {
	return &declaredCRDs{scopes: map[schema.GroupKind]bool{}}
}

func (d *declaredCRDs) add(crd *unstructured.Unstructured) {
	group, _, _ := unstructured.NestedString(crd.Object, "spec", "group")
	kind, _, _ := unstructured.NestedString(crd.Object, "spec", "names", "kind")
	scope, _, _ := unstructured.NestedString(crd.Object, "spec", "scope")
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.scopes[schema.GroupKind{Group: group, Kind: kind}] = scope != "Cluster"
}

func (d *declaredCRDs) namespaced(kind schema.GroupKind) (namespaced, declared bool) {
	d.mutex.RLock()
	defer d.mutex.RUnlock()
	namespaced, declared = d.scopes[kind]
	return namespaced, declared
}
