// Package inventory keeps the stock: what is on hand, and what orders hold of it.
package inventory

import (
	"maps"
	"net/http"
	"slices"

	"grocery-platform/demo/internal/catalogue"
	"grocery-platform/demo/internal/web"
)

// Most different SKUs, and most pieces of one, in a reservation.
const (
	mostItems    = 50
	mostQuantity = 1000
)

// Item is a quantity of one SKU.
type Item struct {
	SKU      string `json:"sku"`
	Quantity int64  `json:"quantity"`
}

// Normalise checks the items, adds up those of one SKU and sorts them. All reservations take their
// locks in this one order, so that no two can wait for each other.
func Normalise(items []Item) ([]Item, error) {
	if len(items) == 0 || len(items) > mostItems {
		return nil, web.Refuse(http.StatusBadRequest, "items holds %d entries: 1 to %d are allowed", len(items), mostItems)
	}
	sums := map[string]int64{}
	for _, item := range items {
		if _, known := catalogue.Find(item.SKU); !known {
			return nil, web.Refuse(http.StatusNotFound, "SKU %q is not in the catalogue", item.SKU)
		}
		if item.Quantity < 1 || item.Quantity > mostQuantity {
			return nil, web.Refuse(http.StatusBadRequest,
				"item %q has quantity %d: 1 to %d is allowed", item.SKU, item.Quantity, mostQuantity)
		}
		sums[item.SKU] += item.Quantity
	}
	sorted := make([]Item, 0, len(sums))
	for _, sku := range slices.Sorted(maps.Keys(sums)) {
		sorted = append(sorted, Item{sku, sums[sku]})
	}
	return sorted, nil
}
