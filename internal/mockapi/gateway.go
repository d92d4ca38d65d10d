// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// LongestURI is the maximum length of the path and query of a request that a gateway accepts.
const LongestURI = 4096

// Gateway stands in front of the API of a self-hosted deployment. It is an nginx, which rejects
// requests with its own HTML pages.
type Gateway struct {
	// Rate is the number of requests per second that each client IP may make, and Burst the number
	// that may exceed it. Common values are 50 and 250.
	Rate  float64
	Burst int
}

// Handler puts a gateway in front of any handler.
func (g *Gateway) Handler(next http.Handler) http.Handler {
	front := newGateway(g)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refusal, refused := front.refuse(r, time.Now()); refused {
			refusal.writeHead(w)
			_, _ = w.Write(refusal.body)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// GatewayPage returns the page that the gateway sends instead of the API's response, such as the
// 403 of its firewall. Use it as the Body of a Fault.
func GatewayPage(status int) string {
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	switch status {
	case http.StatusRequestURITooLong:
		title = "414 Request-URI Too Large"
	case http.StatusServiceUnavailable:
		title = "503 Service Temporarily Unavailable"
	case http.StatusGatewayTimeout:
		title = "504 Gateway Time-out"
	}
	return "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title +
		"</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
}

// gateway limits the rate of each client IP.
type gateway struct {
	*Gateway
	mutex   sync.Mutex
	clients map[string]bucket
}

func newGateway(options *Gateway) *gateway {
	return &gateway{Gateway: options, clients: map[string]bucket{}}
}

// bucket is the number of requests by which a client exceeded the rate at a time.
type bucket struct {
	excess float64
	at     time.Time
}

// refuse returns the response to a request that does not reach the API.
func (g *gateway) refuse(r *http.Request, now time.Time) (refusal response, refused bool) {
	if g.Gateway == nil {
		return response{}, false
	}
	status := http.StatusTooManyRequests
	switch {
	case len(r.URL.RequestURI()) > LongestURI:
		status = http.StatusRequestURITooLong
	case g.admit(r, now):
		return response{}, false
	}
	return response{status: status, header: http.Header{"Content-Type": {"text/html"}}, body: []byte(GatewayPage(status))}, true
}

// admit counts a request and returns true, unless the request exceeds the rate by more than the
// burst. Rejected requests do not count.
func (g *gateway) admit(r *http.Request, now time.Time) bool {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	g.mutex.Lock()
	defer g.mutex.Unlock()
	client, known := g.clients[host]
	excess := max(0, client.excess-g.Rate*now.Sub(client.at).Seconds()+1)
	if !known {
		excess = 0
	}
	if excess > float64(g.Burst) {
		return false
	}
	g.clients[host] = bucket{excess, now}
	return true
}
