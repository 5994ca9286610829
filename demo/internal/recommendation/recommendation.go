// Package recommendation proposes products that are like another.
package recommendation

import (
	"net/http"

	"grocery-platform/demo/internal/catalogue"
	"grocery-platform/demo/internal/web"
)

const most = 5

// Routes of the service.
func Routes(mux *http.ServeMux) {
	mux.Handle("GET /for/{sku}", web.Handler(func(r *http.Request) (web.Reply, error) {
		product, ok := catalogue.Find(r.PathValue("sku"))
		if !ok {
			return web.Reply{}, web.Refuse(http.StatusNotFound, "SKU %q is not in the catalogue", r.PathValue("sku"))
		}
		return web.OK(map[string]any{"for": product.SKU, "products": catalogue.Alike(product, most)}), nil
	}))
}
