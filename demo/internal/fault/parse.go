// Package fault holds the faults that a version can order by its suffix.
package fault

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Kind is the word in the suffix.
type Kind string

// The kinds, with what their number means.
const (
	Errors  Kind = "errors"  // percent of requests that answer 500, 1 to 100
	Slow    Kind = "slow"    // milliseconds that each request takes longer, 1 to 30000
	Crash   Kind = "crash"   // no number: exit 1 shortly after the start
	Unready Kind = "unready" // no number: /ready answers 503
	Leak    Kind = "leak"    // MB lost each second, 1 to 1000; 10 when not given
)

// Fault is one ordered fault, active from After on, counted from the start of the process.
type Fault struct {
	Kind   Kind
	Amount int
	After  time.Duration
}

// String is the fault as ordered, for logs and answers.
func (f Fault) String() string {
	text := string(f.Kind)
	if f.Amount > 0 {
		text += strconv.Itoa(f.Amount)
	}
	if f.After > 0 {
		text += fmt.Sprintf("after%d", int(f.After.Seconds()))
	}
	return text
}

type bounds struct{ fallback, highest int }

// A highest of 0: the kind takes no number. A fallback of 0: the number must be given.
var allowed = map[Kind]bounds{
	Errors: {0, 100}, Slow: {0, 30000}, Crash: {0, 0}, Unready: {0, 0}, Leak: {10, 1000},
}

var form = regexp.MustCompile(`^(errors|slow|crash|unready|leak)(\d*)(?:after(\d{1,6}))?$`)

// Parse reads the faults from a version such as 1.2.0-rc1-errors5after20.
// A suffix that names no fault is none; one that names a fault with a number out of range is an error,
// because a test that orders it would otherwise pass without the fault.
func Parse(version string) ([]Fault, error) {
	var faults []Fault
	for _, suffix := range strings.Split(version, "-")[1:] {
		parts := form.FindStringSubmatch(suffix)
		if parts == nil {
			continue
		}
		amount, err := amountOf(Kind(parts[1]), parts[2])
		if err != nil {
			return nil, fmt.Errorf("setting GROCERY_VERSION is %q: suffix -%s: %w", version, suffix, err)
		}
		seconds, _ := strconv.Atoi(parts[3]) // the form admits only digits; none is 0
		faults = append(faults, Fault{Kind(parts[1]), amount, time.Duration(seconds) * time.Second})
	}
	return faults, nil
}

func amountOf(kind Kind, digits string) (int, error) {
	limit := allowed[kind]
	if limit.highest == 0 {
		if digits != "" {
			return 0, fmt.Errorf("%s takes no number", kind)
		}
		return 0, nil
	}
	if digits == "" && limit.fallback > 0 {
		return limit.fallback, nil
	}
	amount, err := strconv.Atoi(digits)
	if err != nil || amount < 1 || amount > limit.highest {
		return 0, fmt.Errorf("%s needs a number from 1 to %d, such as -%s5", kind, limit.highest, kind)
	}
	return amount, nil
}
