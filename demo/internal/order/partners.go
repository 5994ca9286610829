package order

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"grocery-platform/demo/internal/web"
)

// Partners calls the other services through their stable names, hence through the gateway and its weights.
// A caller's X-Grocery-Track is not passed on: it pins order, and must not lead into the unreleased track
// of another service.
type Partners struct {
	client  *http.Client
	address func(service string) string
}

const (
	callTime   = 1500 * time.Millisecond // one try
	tries      = 2
	bodyLimit  = 64 << 10
	idleLength = 30 * time.Second // shorter than the gateway keeps an idle connection
)

// NewPartners takes the address of a service from its name.
func NewPartners(address func(service string) string) *Partners {
	return &Partners{address: address, client: &http.Client{Transport: &http.Transport{
		DialContext:         (&net.Dialer{Timeout: time.Second}).DialContext,
		MaxIdleConnsPerHost: 32,
		IdleConnTimeout:     idleLength,
	}}}
}

// Steps of a checkout, in order. All go by the order's ID, so that each can be repeated.
func (p *Partners) Steps() []Step {
	return []Step{
		p.step("inventory", "reservations", func(o Order) any {
			return map[string]any{"order": o.ID, "items": o.Cart.Items}
		}, func(r *Receipts, receipt string) { r.Reservation = receipt }),
		p.step("delivery", "bookings", func(o Order) any {
			return map[string]any{"order": o.ID, "slot": o.Cart.Slot}
		}, func(r *Receipts, receipt string) { r.Booking = receipt }),
		p.step("payment", "charges", func(o Order) any {
			return map[string]any{"amount": o.Total, "method": o.Cart.Payment.Method}
		}, func(r *Receipts, receipt string) { r.Charge = receipt }),
	}
}

// step of a collection such as reservations; a reply names its receipt by the singular.
func (p *Partners) step(service, collection string, body func(Order) any, keep func(*Receipts, string)) Step {
	path, field := "/"+collection, collection[:len(collection)-1]
	return Step{
		Name: service,
		Keep: keep,
		Do: func(ctx context.Context, o Order) (string, error) {
			reply, err := p.call(ctx, service, http.MethodPost, path, o.ID, body(o))
			receipt, _ := reply[field].(string)
			if err == nil && receipt == "" {
				err = fmt.Errorf("%s answered without %q", service, field)
			}
			return receipt, err
		},
		Undo: func(ctx context.Context, o Order) error {
			_, err := p.call(ctx, service, http.MethodDelete, path+"/"+o.ID, o.ID, nil)
			return err
		},
	}
}

// call tries again what may work the second time: no answer, or an answer that the gateway gives without a pod.
func (p *Partners) call(ctx context.Context, service, method, path, key string, body any) (reply map[string]any, err error) {
	content, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	for range tries {
		reply, err = p.try(ctx, service, method, path, key, content)
		var refused web.Problem
		if err == nil || errors.As(err, &refused) {
			return reply, err
		}
	}
	return nil, err
}

func (p *Partners) try(ctx context.Context, service, method, path, key string, content []byte) (map[string]any, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, p.address(service)+path, bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	response, err := p.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%s did not answer: %w", service, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, bodyLimit))
	if err != nil {
		return nil, fmt.Errorf("%s did not finish its answer: %w", service, err)
	}
	return understand(service, response.StatusCode, answer)
}

// understand makes a refusal of the request a Problem, passed on to the customer as it is. A status without
// the service's own reason comes from the gateway, and says nothing about the request.
func understand(service string, status int, answer []byte) (map[string]any, error) {
	var reply map[string]any
	decodeErr := json.Unmarshal(answer, &reply)
	reason, _ := reply["error"].(string)
	switch {
	case status < 300 && decodeErr == nil:
		return reply, nil
	case status >= 400 && status < 500 && reason != "":
		return nil, web.Refuse(status, "%s: %s", service, reason)
	}
	return nil, fmt.Errorf("%s answered %d: %.200s", service, status, answer)
}
