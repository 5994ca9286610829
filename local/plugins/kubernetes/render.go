package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

func (p *provider) renderCreate(
	urn string, inputs resource.PropertyMap, made saved,
) (*pulumirpc.CreateResponse, error) {
	if err := p.render(urn, made.inputs); err != nil {
		return nil, err
	}
	state, err := made.write(inputs)
	return &pulumirpc.CreateResponse{Id: identifier(made.inputs), Properties: state}, err
}

func (p *provider) renderUpdate(
	request *pulumirpc.UpdateRequest, inputs resource.PropertyMap, made saved,
) (*pulumirpc.UpdateResponse, error) {
	if request.GetPreview() {
		return &pulumirpc.UpdateResponse{Properties: request.GetNews()}, nil
	}
	if err := p.render(request.GetUrn(), made.inputs); err != nil {
		return nil, err
	}
	state, err := made.write(inputs)
	return &pulumirpc.UpdateResponse{Properties: state}, err
}

func (p *provider) render(urn string, object *unstructured.Unstructured) error {
	document, err := yaml.Marshal(object.Object)
	if err != nil {
		return err
	}
	path := renderPath(p.settings.renderTo, object)
	for _, folder := range []string{crdFolder, manifestFolder} {
		if err := os.MkdirAll(filepath.Join(p.settings.renderTo, folder), 0o700); err != nil {
			return fmt.Errorf("renderYamlToDirectory: %w", err)
		}
	}
	if err := os.WriteFile(path, document, 0o600); err != nil {
		return fmt.Errorf("renderYamlToDirectory: %w", err)
	}
	p.engine.status(urn, "rendered "+path)
	return nil
}

func (p *provider) removeRendered(urn string, object *unstructured.Unstructured) error {
	path := renderPath(p.settings.renderTo, object)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	p.engine.status(urn, "deleted "+path)
	return nil
}

// CRDs come first for `kubectl apply -R`, which takes files in the order of their names.
const (
	crdFolder      = "0-crd"
	manifestFolder = "1-manifest"
)

func renderPath(root string, object *unstructured.Unstructured) string {
	folder, namespace := manifestFolder, object.GetNamespace()
	if isCRD(object) {
		folder = crdFolder
	}
	if namespace == "" {
		namespace = "default"
	}
	file := fmt.Sprintf("%s-%s-%s-%s.yaml", strings.ReplaceAll(object.GetAPIVersion(), "/", "_"),
		strings.ToLower(object.GetKind()), namespace, object.GetName())
	return filepath.Join(root, folder, file)
}
