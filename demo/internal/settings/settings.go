// Package settings is the only reader of the environment.
package settings

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Services are the names that GROCERY_SERVICE may take.
var Services = []string{
	"order", "inventory", "delivery", "payment",
	"search", "recommendation", "promotions", "notification",
}

var stateful = []string{"order", "inventory", "delivery", "payment"}

// The form of a version that is also a valid image tag.
var versionForm = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)*$`)

// Identity says which pod answers; three of its fields are on every response.
type Identity struct {
	Service string `json:"service"`
	Version string `json:"version"`
	Track   string `json:"track"` // blue, green, or stable for a service with one track
	Pod     string `json:"pod"`
}

// Settings are validated once, at start, and never change.
type Settings struct {
	Identity            Identity
	Port                int
	GatewayPattern      string // address of another service, with {service} in it
	DatabaseConnections int    // most connections of this pod
	PasswordFile        string // mounted secret; empty: PGPASSWORD or none
}

// NeedsDatabase tells whether the service keeps its data in PostgreSQL.
func (s Settings) NeedsDatabase() bool { return slices.Contains(stateful, s.Identity.Service) }

// Gateway is the stable address of a service, without a slash at the end.
func (s Settings) Gateway(service string) string {
	return strings.ReplaceAll(s.GatewayPattern, "{service}", service)
}

// Read takes the settings from getenv; its error holds one line per bad setting.
func Read(getenv func(string) string, hostname string) (Settings, error) {
	port, portErr := number(getenv, "PORT", 8080, 65535)
	connections, connectionsErr := number(getenv, "GROCERY_DATABASE_CONNECTIONS", 4, 20)
	s := Settings{
		Identity: Identity{
			Service: getenv("GROCERY_SERVICE"),
			Version: getenv("GROCERY_VERSION"),
			Track:   trackOf(getenv("POD_NAMESPACE")),
			Pod:     hostname,
		},
		Port:                port,
		GatewayPattern:      orElse(getenv("GROCERY_GATEWAY"), "http://{service}.grocery/{service}"),
		DatabaseConnections: connections,
		PasswordFile:        getenv("GROCERY_DATABASE_PASSWORD_FILE"),
	}
	return s, errors.Join(
		checkService(s.Identity.Service), checkVersion(s.Identity.Version),
		portErr, connectionsErr, checkGateway(s.GatewayPattern), checkDatabase(s, getenv),
	)
}

func trackOf(namespace string) string {
	for _, track := range []string{"blue", "green"} {
		if strings.HasSuffix(namespace, "-"+track) {
			return track
		}
	}
	return "stable"
}

func orElse(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

func number(getenv func(string) string, name string, fallback, highest int) (int, error) {
	text := getenv(name)
	if text == "" {
		return fallback, nil
	}
	value, err := strconv.Atoi(text)
	if err != nil || value < 1 || value > highest {
		return 0, fmt.Errorf("setting %s is %q: a whole number from 1 to %d is allowed", name, text, highest)
	}
	return value, nil
}

func checkService(service string) error {
	if slices.Contains(Services, service) {
		return nil
	}
	return fmt.Errorf("setting GROCERY_SERVICE is %q: one of %s is allowed", service, strings.Join(Services, ", "))
}

func checkVersion(version string) error {
	if versionForm.MatchString(version) {
		return nil
	}
	return fmt.Errorf("setting GROCERY_VERSION is %q: a version such as 1.2.0 or 1.2.0-errors5 is allowed", version)
}

func checkGateway(pattern string) error {
	if strings.HasPrefix(pattern, "http://") && strings.Contains(pattern, "{service}") {
		return nil
	}
	return fmt.Errorf("setting GROCERY_GATEWAY is %q: an http:// address with {service} in it is allowed", pattern)
}

func checkDatabase(s Settings, getenv func(string) string) error {
	if !s.NeedsDatabase() {
		return nil
	}
	if getenv("PGHOST") == "" {
		return fmt.Errorf("setting PGHOST is empty: %s keeps its data in PostgreSQL; set the server's host name", s.Identity.Service)
	}
	if s.PasswordFile != "" && getenv("PGPASSWORD") != "" {
		return errors.New("settings PGPASSWORD and GROCERY_DATABASE_PASSWORD_FILE are both set: one of them is allowed")
	}
	return nil
}
