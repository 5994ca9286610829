// Package notification takes messages to customers; it keeps the latest and counts all.
package notification

import (
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"grocery-platform/demo/internal/web"
)

const (
	kept        = 256
	longestText = 1000
)

// Message to a customer.
type Message struct {
	To   string    `json:"to"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// Ring keeps the latest messages, so that memory is bounded.
type Ring struct {
	mu       sync.Mutex
	messages [kept]Message
	count    int
}

// Add returns the number of messages so far.
func (r *Ring) Add(m Message) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.messages[r.count%kept] = m
	r.count++
	return r.count
}

// Latest are the kept messages, newest first, and the number of all.
func (r *Ring) Latest() (latest []Message, count int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	latest = []Message{}
	for i := r.count - 1; i >= max(0, r.count-kept); i-- {
		latest = append(latest, r.messages[i%kept])
	}
	return latest, r.count
}

// Routes of the service.
func Routes(mux *http.ServeMux, registry prometheus.Registerer) {
	ring := &Ring{}
	total := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "grocery_notifications_total", Help: "Messages taken by this pod."})
	registry.MustRegister(total)
	mux.Handle("POST /messages", web.Handler(func(r *http.Request) (web.Reply, error) {
		message, err := read(r)
		if err != nil {
			return web.Reply{}, err
		}
		total.Inc()
		return web.Made(map[string]any{"number": ring.Add(message)}, true), nil
	}))
	mux.Handle("GET /messages", web.Handler(func(*http.Request) (web.Reply, error) {
		latest, count := ring.Latest()
		return web.OK(map[string]any{"count": count, "latest": latest}), nil
	}))
}

func read(r *http.Request) (Message, error) {
	sent, err := web.Decode[struct {
		To   string `json:"to"`
		Text string `json:"text"`
	}](r)
	if err != nil {
		return Message{}, err
	}
	if err := web.CheckID("to", sent.To); err != nil {
		return Message{}, err
	}
	if sent.Text == "" || len(sent.Text) > longestText {
		return Message{}, web.Refuse(http.StatusBadRequest, "text has %d bytes: 1 to %d are allowed", len(sent.Text), longestText)
	}
	return Message{sent.To, sent.Text, time.Now().UTC()}, nil
}
