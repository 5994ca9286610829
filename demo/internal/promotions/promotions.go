// Package promotions offers some products cheaper, others each day.
package promotions

import (
	"net/http"
	"time"

	"grocery-platform/demo/internal/catalogue"
	"grocery-platform/demo/internal/web"
)

// Promotion is valid until the end of the day, in UTC.
type Promotion struct {
	catalogue.Product
	PercentOff int       `json:"percent_off"`
	Until      time.Time `json:"until"`
}

const each = 5

// Active are the promotions of the day that holds now; two pods say the same.
func Active(now time.Time) []Promotion {
	day := now.UTC().Truncate(24 * time.Hour)
	number := int(day.Unix() / (24 * 3600))
	products := catalogue.All()
	active := make([]Promotion, each)
	for i := range active {
		product := products[(number*each+i)%len(products)]
		active[i] = Promotion{product, 10 + 5*i, day.Add(24 * time.Hour)}
	}
	return active
}

// Routes of the service.
func Routes(mux *http.ServeMux) {
	mux.Handle("GET /active", web.Handler(func(*http.Request) (web.Reply, error) {
		return web.OK(map[string]any{"promotions": Active(time.Now())}), nil
	}))
}
