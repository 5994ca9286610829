package fault

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"
)

func TestASuffixOrdersAFault(t *testing.T) {
	for version, want := range map[string][]Fault{
		"1.2.0":                nil,
		"1.2.0-rc1":            nil,
		"1.2.0-errors5":        {{Kind: Errors, Amount: 5}},
		"1.2.0-slow800":        {{Kind: Slow, Amount: 800}},
		"1.2.0-errors5after20": {{Kind: Errors, Amount: 5, After: 20 * time.Second}},
		"1.2.0-slow800after20": {{Kind: Slow, Amount: 800, After: 20 * time.Second}},
	} {
		if got, err := Parse(version); err != nil || len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v (%v), want %+v", version, got, err, want)
		}
	}
}

func TestFiveOfAHundredRequestsFailAndTheFirstIsOneOfThem(t *testing.T) {
	failed := 0
	refuse := func(w http.ResponseWriter, _ *http.Request, _ string) { failed++ }
	injector := NewInjector([]Fault{{Kind: Errors, Amount: 5}}, time.Now, refuse)
	handler := injector.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	request := httptest.NewRequest(http.MethodGet, "/", nil)
	handler.ServeHTTP(httptest.NewRecorder(), request)
	if failed != 1 {
		t.Fatalf("the first request did not fail")
	}
	for range 99 {
		handler.ServeHTTP(httptest.NewRecorder(), request)
	}
	if failed != 5 {
		t.Errorf("%d of 100 failed, want 5", failed)
	}
}
