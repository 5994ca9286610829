// Package delivery lets orders book a slot of the coming days.
package delivery

import (
	"net/http"
	"slices"
	"time"

	"grocery-platform/demo/internal/web"
)

// Slots are arithmetic, not rows: the coming days always have theirs, however long ago the database was made.
const (
	daysAhead   = 7
	firstHour   = 8
	lastHour    = 18
	slotHours   = 2
	capacity    = 5000
	slotPattern = "2006-01-02T15"
)

// Slot of two hours, named by its beginning, in UTC.
type Slot struct {
	ID       string `json:"slot"`
	Capacity int    `json:"capacity"`
	Free     int    `json:"free"`
}

// Coming are the names of the slots of the seven days after today.
func Coming(now time.Time) []string {
	var names []string
	today := now.UTC().Truncate(24 * time.Hour)
	for day := 1; day <= daysAhead; day++ {
		for hour := firstHour; hour <= lastHour; hour += slotHours {
			names = append(names, today.AddDate(0, 0, day).Add(time.Duration(hour)*time.Hour).Format(slotPattern))
		}
	}
	return names
}

func checkSlot(slot string, now time.Time) error {
	coming := Coming(now)
	if slices.Contains(coming, slot) {
		return nil
	}
	return web.Refuse(http.StatusBadRequest, "slot is %q: one of GET /delivery/slots is allowed, such as %s", slot, coming[0])
}

func withBooked(names []string, booked map[string]int) []Slot {
	slots := make([]Slot, len(names))
	for i, name := range names {
		slots[i] = Slot{name, capacity, capacity - booked[name]}
	}
	return slots
}

func full(slot string) error {
	return web.Refuse(http.StatusConflict, "slot %q is full: all %d places are booked", slot, capacity)
}
