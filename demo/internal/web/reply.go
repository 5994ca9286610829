// Package web holds what every service has in common over HTTP.
package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// The largest request of this domain, a checkout of 50 items, is under 4 KiB.
const largestBody = 64 << 10

// Reply is an answer: a status and a body that becomes JSON.
type Reply struct {
	Status int
	Body   any
}

// OK is the reply 200.
func OK(body any) Reply { return Reply{http.StatusOK, body} }

// Problem is an error that the caller may read, with the status it gets.
type Problem struct {
	Status  int
	Message string
}

func (p Problem) Error() string { return p.Message }

// Refuse makes a Problem.
func Refuse(status int, format string, args ...any) Problem {
	return Problem{status, fmt.Sprintf(format, args...)}
}

// Handler answers a request with a reply, or with an error: a Problem as it is, any other as 503.
type Handler func(r *http.Request) (Reply, error)

func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	reply, err := h(r)
	if err != nil {
		reply = replyTo(r, err)
	}
	Write(w, reply)
}

func replyTo(r *http.Request, err error) Reply {
	var problem Problem
	if errors.As(err, &problem) {
		return Reply{problem.Status, errorBody(problem.Message)}
	}
	// What is left is the database or another service being away: the same request may work later.
	requestErrors.log("request failed", "method", r.Method, "path", r.URL.Path, "error", err.Error())
	return Reply{http.StatusServiceUnavailable, errorBody(err.Error())}
}

func errorBody(message string) map[string]string { return map[string]string{"error": message} }

// Fail answers 500 with a reason.
func Fail(w http.ResponseWriter, _ *http.Request, reason string) {
	Write(w, Reply{http.StatusInternalServerError, errorBody(reason)})
}

// Write sends a reply as JSON.
func Write(w http.ResponseWriter, reply Reply) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(reply.Status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(reply.Body) // the client is gone: nobody is left to tell
}

// Decode reads the body of a request as T, or a Problem that says what is wrong with it.
func Decode[T any](r *http.Request) (T, error) {
	var value T
	decoder := json.NewDecoder(io.LimitReader(r.Body, largestBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&value); err != nil {
		return value, Refuse(http.StatusBadRequest, "body of %s %s is not what is expected: %v", r.Method, r.URL.Path, err)
	}
	return value, nil
}

// Made is the reply 201 to a write that happened now, 200 to one that had happened before.
func Made(body any, fresh bool) Reply {
	if fresh {
		return Reply{http.StatusCreated, body}
	}
	return OK(body)
}

// CheckID refuses a name that is empty or longer than 100 bytes.
func CheckID(field, value string) error {
	if value == "" || len(value) > 100 {
		return Refuse(http.StatusBadRequest, "%s is %q: 1 to 100 characters are allowed", field, value)
	}
	return nil
}
