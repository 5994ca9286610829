package main

import "reflect"

// prune cuts a live object down to the shape of the inputs that made it: what the cluster added
// (defaults, status, what other managers own) is no difference to report.
func prune(live, inputs map[string]any) map[string]any {
	result := make(map[string]any, len(inputs))
	for key, input := range inputs {
		if value, found := live[key]; found {
			result[key] = pruneValue(value, input)
		}
	}
	return result
}

func pruneValue(live, input any) any {
	if reflect.TypeOf(live) != reflect.TypeOf(input) {
		return live
	}
	switch live := live.(type) {
	case map[string]any:
		return prune(live, input.(map[string]any))
	case []any:
		return pruneList(live, input.([]any))
	default:
		return live
	}
}

// pruneList cuts a longer live list (an injected container, say) to the length of the inputs'.
func pruneList(live, inputs []any) []any {
	result := make([]any, 0, len(inputs))
	for i := 0; i < min(len(live), len(inputs)); i++ {
		result = append(result, pruneValue(live[i], inputs[i]))
	}
	return result
}
