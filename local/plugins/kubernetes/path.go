package main

import (
	"fmt"
	"strings"
)

// fieldPath leads to a value in an object: strings are keys, ints are indices of lists.
type fieldPath []any

func (p fieldPath) at(step any) fieldPath {
	return append(append(fieldPath{}, p...), step)
}

// String spells the path as Pulumi does: `spec.ports[0].name`, `metadata.labels["a.b/c"]`.
func (p fieldPath) String() string {
	var result strings.Builder
	for _, step := range p {
		switch step := step.(type) {
		case int:
			fmt.Fprintf(&result, "[%d]", step)
		case string:
			switch {
			case strings.ContainsAny(step, `."[]`):
				fmt.Fprintf(&result, `["%s"]`, strings.ReplaceAll(step, `"`, `\"`))
			case result.Len() > 0:
				result.WriteString("." + step)
			default:
				result.WriteString(step)
			}
		}
	}
	return result.String()
}

// reaches is true when a change of this path to `value` touches the field: the path is the field
// or leads into it, or it ends above it and the value contains it. A step that ends in `[*]` stands
// for every element of a list.
func (p fieldPath) reaches(field []string, value any) bool {
	if len(field) == 0 {
		return true
	}
	key, everyElement := strings.CutSuffix(field[0], "[*]")
	if len(p) == 0 {
		return holds(value, field)
	}
	if p[0] != key {
		return false
	}
	rest := p[1:]
	if everyElement && len(rest) > 0 {
		rest = rest[1:]
	}
	return rest.reaches(field[1:], value)
}

func holds(value any, field []string) bool {
	if len(field) == 0 {
		return true
	}
	key, everyElement := strings.CutSuffix(field[0], "[*]")
	parent, isMap := value.(map[string]any)
	if !isMap {
		return false
	}
	child, found := parent[key]
	if !everyElement || !found {
		return found && holds(child, field[1:])
	}
	elements, _ := child.([]any)
	for _, element := range elements {
		if holds(element, field[1:]) {
			return true
		}
	}
	return false
}
