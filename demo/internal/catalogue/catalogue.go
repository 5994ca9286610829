// Package catalogue is the range of goods, the same in every service and every version.
package catalogue

import (
	"fmt"
	"strconv"
	"strings"
)

// Size is the number of products.
const Size = 500

// DeclinedAmount is the one amount that the payment provider refuses. Prices end in 0 or 5, so that no cart
// meets it by chance; DeclinedSKU alone costs just that.
const (
	DeclinedAmount = 402
	DeclinedSKU    = "SKU-00402"
)

// Product is one entry of the range.
type Product struct {
	SKU   string `json:"sku"`
	Name  string `json:"name"`
	Price int64  `json:"price"` // cents
}

var (
	kinds = []string{
		"Organic", "Fresh", "Family", "Dalat", "Everyday", "Premium", "Farm", "Golden", "Mekong", "Small",
		"Large", "Classic", "Light", "Whole", "Local", "Seasonal", "Imported", "Homestyle", "Sunrise", "Green",
		"Village", "Market", "Lotus", "Highland", "Coastal",
	}
	goods = []string{
		"Milk", "Bread", "Rice", "Eggs", "Butter", "Cheese", "Yoghurt", "Apples", "Bananas", "Mangoes",
		"Tomatoes", "Carrots", "Noodles", "Chicken", "Fish Sauce", "Coffee", "Tea", "Honey", "Tofu", "Shrimp",
	}
)

// All is the whole range, in the order of the SKUs.
func All() []Product {
	products := make([]Product, Size)
	for i := range products {
		products[i] = at(i + 1)
	}
	return products
}

// Find is the product of a SKU such as SKU-00017.
func Find(sku string) (Product, bool) {
	digits, ok := strings.CutPrefix(sku, "SKU-")
	number, err := strconv.Atoi(digits)
	if !ok || err != nil || len(digits) != 5 || number < 1 || number > Size {
		return Product{}, false
	}
	return at(number), true
}

// Alike are the other products of the same good, at most n.
func Alike(p Product, n int) []Product {
	number, _ := strconv.Atoi(strings.TrimPrefix(p.SKU, "SKU-"))
	alike := make([]Product, 0, n)
	for other := (number-1)%len(goods) + 1; len(alike) < n && other <= Size; other += len(goods) {
		if other != number {
			alike = append(alike, at(other))
		}
	}
	return alike
}

func at(number int) Product {
	p := Product{
		SKU:   fmt.Sprintf("SKU-%05d", number),
		Name:  kinds[(number-1)/len(goods)] + " " + goods[(number-1)%len(goods)],
		Price: 100 + int64(number*37%190)*5,
	}
	if p.SKU == DeclinedSKU {
		p.Price = DeclinedAmount
	}
	return p
}
