// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// breakingServer serves HTTP/2 and HTTP/1.1 over TLS. It loses the response to each PUT, before or
// after its effect: over HTTP/2 with a frame after which Go's transport may resend the request,
// over HTTP/1.1 by closing the connection.
type breakingServer struct {
	api    http.Handler
	effect bool
	lose   func(framer *http2.Framer, stream uint32) error

	mutex sync.Mutex
	seen  map[string]int // requests by method and protocol
}

// maxLostPUTs is the number of PUTs after which a server loses no more responses.
const maxLostPUTs = 5

func (s *breakingServer) start(t *testing.T) (url string) {
	t.Helper()
	certified := httptest.NewTLSServer(nil)
	t.Cleanup(certified.Close)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: certified.TLS.Certificates, NextProtos: []string{"h2", "http/1.1"}, MinVersion: tls.VersionTLS12,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go s.serve(connection.(*tls.Conn))
		}
	}()
	return "https://" + listener.Addr().String()
}

func (s *breakingServer) serve(connection *tls.Conn) {
	defer func() { _ = connection.Close() }()
	if connection.Handshake() != nil {
		return
	}
	if connection.ConnectionState().NegotiatedProtocol == "h2" {
		_ = s.serveHTTP2(connection)
		return
	}
	if request, err := http.ReadRequest(bufio.NewReader(connection)); err == nil {
		if response := s.respond(request, "HTTP/1.1"); response != nil {
			_ = response.Write(connection)
		}
	}
}

// respond performs a request and returns its response, or nil if the response is lost.
func (s *breakingServer) respond(request *http.Request, protocol string) *http.Response {
	s.mutex.Lock()
	s.seen[request.Method+" "+protocol]++
	lose := request.Method != http.MethodGet && s.seen[request.Method+" "+protocol] <= maxLostPUTs
	s.mutex.Unlock()
	recorder := httptest.NewRecorder()
	if !lose || s.effect {
		s.api.ServeHTTP(recorder, request)
	}
	if lose {
		return nil
	}
	return recorder.Result()
}

func (s *breakingServer) serveHTTP2(connection net.Conn) error {
	if _, err := io.ReadFull(connection, make([]byte, len(http2.ClientPreface))); err != nil {
		return err
	}
	framer := http2.NewFramer(connection, connection)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	if err := framer.WriteSettings(); err != nil {
		return err
	}
	for {
		read, err := framer.ReadFrame()
		if err != nil {
			return err
		}
		switch frame := read.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				err = framer.WriteSettingsAck()
			}
		case *http2.PingFrame:
			if !frame.IsAck() {
				err = framer.WritePing(true, frame.Data)
			}
		case *http2.MetaHeadersFrame:
			err = s.serveStream(framer, frame)
		}
		if err != nil {
			return err
		}
	}
}

func (s *breakingServer) serveStream(framer *http2.Framer, head *http2.MetaHeadersFrame) error {
	request := httptest.NewRequest(head.PseudoValue("method"), head.PseudoValue("path"), nil)
	for _, field := range head.RegularFields() {
		request.Header.Set(field.Name, field.Value)
	}
	request.Header.Del("Accept-Encoding")
	response := s.respond(request, "HTTP/2")
	if response == nil {
		return s.lose(framer, head.StreamID)
	}
	block := headerBlock(":status", strconv.Itoa(response.StatusCode), "content-type", "application/json")
	err := framer.WriteHeaders(http2.HeadersFrameParam{StreamID: head.StreamID, BlockFragment: block, EndHeaders: true})
	body, bodyErr := io.ReadAll(response.Body)
	return errors.Join(err, bodyErr, framer.WriteData(head.StreamID, true, body))
}

// headerBlock encodes names and values without compression.
func headerBlock(fields ...string) []byte {
	var block []byte
	for i, text := range fields {
		if i%2 == 0 {
			block = append(block, 0) // literal field without indexing, with a literal name
		}
		block = append(append(block, byte(len(text))), text...)
	}
	return block
}

func resetting(code http2.ErrCode) func(*http2.Framer, uint32) error {
	return func(framer *http2.Framer, stream uint32) error { return framer.WriteRSTStream(stream, code) }
}

func goingAway(framer *http2.Framer, _ uint32) error {
	return errors.Join(framer.WriteGoAway(0, http2.ErrCodeNo, nil), io.EOF)
}

// A request that starts a Run is sent once, whatever the server does.
func TestOneRequestOnTheWire(t *testing.T) {
	for name, lose := range map[string]func(*http2.Framer, uint32) error{
		"PROTOCOL_ERROR": resetting(http2.ErrCodeProtocol),
		"REFUSED_STREAM": resetting(http2.ErrCodeRefusedStream),
		"INTERNAL_ERROR": resetting(http2.ErrCodeInternal),
		"GOAWAY":         goingAway,
	} {
		for _, effect := range []bool{false, true} {
			for action, start := range starts {
				t.Run(fmt.Sprintf("%s/effect=%v/%s", name, effect, action), func(t *testing.T) {
					t.Parallel()
					api := mockapi.New(mockapi.Options{Token: testToken, ResumeAsNew: true})
					api.Seed(scan(100, start.result))
					server := &breakingServer{api: api, effect: effect, lose: lose, seen: map[string]int{}}
					started, err := start.call(t.Context(), newClient(t, server.start(t), insecure))
					if effect {
						equal(t, "adopted", adopted(t, started, err), int64(101))
					} else {
						_, _ = notAdopted(t, started, err)
					}
					server.mutex.Lock()
					defer server.mutex.Unlock()
					method, _, _ := strings.Cut(start.request, " ")
					equal(t, method+" over HTTP/1.1", server.seen[method+" HTTP/1.1"], 1)
					equal(t, method+" over HTTP/2", server.seen[method+" HTTP/2"], 0)
					equal(t, "GETs over HTTP/1.1", server.seen["GET HTTP/1.1"], 0)
				})
			}
		}
	}
}

type requestsKey struct{}

// The server closes a connection without a response when a second request arrives on it.
func TestStartsDoNotUseKeptConnections(t *testing.T) {
	api := mockapi.New(mockapi.Options{Token: testToken})
	api.Seed(scan(100, "success"))
	var reused atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Context().Value(requestsKey{}).(*atomic.Int32).Add(1) > 1 {
			reused.Add(1)
			panic(http.ErrAbortHandler)
		}
		api.ServeHTTP(w, r)
	}))
	server.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		return context.WithValue(ctx, requestsKey{}, new(atomic.Int32))
	}
	server.Start()
	defer server.Close()
	client := newClient(t, server.URL)
	source, err := client.Operation(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	const count = 20
	for range count {
		started, err := client.Rerun(t.Context(), source, "")
		if err != nil || started.LostResponse != nil {
			t.Fatal(err, started.LostResponse)
		}
	}
	equal(t, "Runs", len(api.Runs()), 1+count)
	if reused.Load() == 0 {
		t.Error("no other request reused a connection")
	}
}
