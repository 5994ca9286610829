// Package search finds products by words of their names.
package search

import (
	"net/http"
	"strings"

	"grocery-platform/demo/internal/catalogue"
	"grocery-platform/demo/internal/web"
)

const (
	mostResults = 20
	longest     = 100
)

type entry struct {
	name    string // lower case
	product catalogue.Product
}

// Index is read-only after it is made.
type Index struct{ entries []entry }

// NewIndex holds the whole catalogue.
func NewIndex() Index {
	var index Index
	for _, p := range catalogue.All() {
		index.entries = append(index.entries, entry{strings.ToLower(p.Name), p})
	}
	return index
}

// Find returns the products whose names hold every word of the query, at most 20 of them, and how many there are.
func (i Index) Find(query string) (found []catalogue.Product, total int) {
	words := strings.Fields(strings.ToLower(query))
	found = []catalogue.Product{}
	for _, e := range i.entries {
		if !holdsAll(e.name, words) {
			continue
		}
		total++
		if len(found) < mostResults {
			found = append(found, e.product)
		}
	}
	return found, total
}

func holdsAll(name string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(name, word) {
			return false
		}
	}
	return len(words) > 0
}

// Routes of the service; index answers a request without a query.
func Routes(mux *http.ServeMux, index web.Handler) {
	products := NewIndex()
	mux.Handle("GET /{$}", web.Handler(func(r *http.Request) (web.Reply, error) {
		query := r.URL.Query().Get("q")
		if query == "" {
			return index(r)
		}
		if len(query) > longest {
			return web.Reply{}, web.Refuse(http.StatusBadRequest, "q has %d bytes: up to %d are allowed", len(query), longest)
		}
		found, total := products.Find(query)
		return web.OK(map[string]any{"query": query, "total": total, "products": found}), nil
	}))
}
