// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// otherProcess is the environment variable that makes the test binary another process with a client
// of a URL.
const otherProcess = "QUALYTICS_TEST_OTHER_PROCESS"

// raceSleepsNot keeps the race detector from sleeping for a second at the end of a process.
const raceSleepsNot = "GORACE=atexit_sleep_ms=0"

const manyStarts = 8

// actAsOtherProcess takes the lock of datastore 101 until its input ends. Then it starts Runs. It
// says when it has the lock, and when it waits for it.
func actAsOtherProcess(url string) int {
	log := func(_ context.Context, message string, _ map[string]any) {
		if strings.Contains(message, "another process") {
			fmt.Println("waiting") //nolint:forbidigo // for the test
		}
	}
	client, err := New(Config{URL: url, Token: testToken, UserAgent: "other", Log: log})
	if err != nil {
		return 1
	}
	turn, err := client.locks.acquire(context.Background(), 101)
	if err != nil {
		return 1
	}
	fmt.Println("locked") //nolint:forbidigo // for the test
	_, _ = io.Copy(io.Discard, os.Stdin)
	turn.release(nil)
	return startMany(context.Background(), client)
}

// startMany starts Runs on datastore 101, as many as possible at a time.
func startMany(ctx context.Context, client *Client) (code int) {
	group, ctx := errgroup.WithContext(ctx)
	for range manyStarts {
		group.Go(func() error {
			_, err := client.Rerun(ctx, &Operation{ID: 100, Type: TypeScan, Datastore: &Datastore{ID: new(int64(101))}}, "")
			return err
		})
	}
	if group.Wait() != nil {
		return 1
	}
	return 0
}

// process is another process, which has the lock of datastore 101.
type process struct {
	command *exec.Cmd
	input   io.Closer
	output  *bufio.Reader
}

func startOtherProcess(t *testing.T, url string) *process {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), executable)
	command.Env = append(os.Environ(), otherProcess+"="+url, raceSleepsNot)
	command.Stderr = os.Stderr
	input, inputErr := command.StdinPipe()
	output, outputErr := command.StdoutPipe()
	if err := errors.Join(inputErr, outputErr, command.Start()); err != nil {
		t.Fatal(err)
	}
	other := &process{command, input, bufio.NewReader(output)}
	other.expect(t, "locked")
	return other
}

// expect waits until the process says something.
func (p *process) expect(t *testing.T, want string) {
	t.Helper()
	if line, err := p.output.ReadString('\n'); line != want+"\n" {
		t.Errorf("the other process says %q, want %q: %v", line, want, err)
	}
}

// release lets the process release the lock.
func (p *process) release() { _ = p.input.Close() }

// wait waits until the process ends.
func (p *process) wait(t *testing.T) {
	t.Helper()
	p.release()
	_, _ = io.Copy(io.Discard, p.output)
	if err := p.command.Wait(); err != nil {
		t.Errorf("the other process: %v", err)
	}
}

// Two processes with many starts on one datastore start one at a time. While one of them waits for
// the file, the other has no second turn.
func TestProcessesTakeTurns(t *testing.T) {
	var (
		mutex     sync.Mutex
		inFlight  int
		agents    []string // of the requests that start a Run
		contested []bool   // whether the other process was waiting meanwhile
		other     *process
		gate      *flock.Flock
	)
	api := mockapi.New(mockapi.Options{Token: testToken})
	api.Seed(scan(100, "success"))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mutex.Lock()
		defer mutex.Unlock()
		if inFlight++; inFlight > 1 {
			t.Errorf("%s of %s during another request", r.Method, r.UserAgent())
		}
		if r.Method == http.MethodPut {
			if len(agents) == 0 {
				other.expect(t, "waiting")
			}
			free, _ := gate.TryLock()
			_ = gate.Unlock()
			agents, contested = append(agents, r.UserAgent()), append(contested, !free)
		}
		mutex.Unlock()
		time.Sleep(time.Millisecond)
		api.ServeHTTP(w, r)
		mutex.Lock()
		inFlight--
	}))
	defer server.Close()
	other = startOtherProcess(t, server.URL)
	waits := make(chan struct{}, 100)
	client := newClient(t, server.URL, func(config *Config) {
		config.Log = func(_ context.Context, message string, _ map[string]any) {
			if strings.Contains(message, "another process") {
				waits <- struct{}{}
			}
		}
	})
	directory, err := lockDirectory()
	equal(t, "error", err, error(nil))
	gate = flock.New(filepath.Join(directory, client.locks.lockName(101)+".next"))
	done := make(chan int)
	go func() { done <- startMany(t.Context(), client) }()
	<-waits
	other.release()
	equal(t, "failures", <-done, 0)
	other.wait(t)

	mutex.Lock()
	defer mutex.Unlock()
	equal(t, "starts", len(agents), 2*manyStarts)
	if !slices.Contains(contested, true) {
		t.Error("no process has waited")
	}
	for i := range len(agents) - 1 {
		if contested[i] && agents[i] == agents[i+1] {
			t.Fatalf("start %d: the other process was waiting: %v, %v", i, agents, contested)
		}
	}
}

// Waiting for another process is logged. It ends with the context, and the error names the file.
func TestWaitingForAnotherProcess(t *testing.T) {
	service := serve(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
	process := startOtherProcess(t, service.url)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var logged string
	client := newClient(t, service.url, func(config *Config) {
		config.Log = func(_ context.Context, message string, fields map[string]any) {
			if strings.Contains(message, "another process") {
				logged, _ = fields["file"].(string)
				cancel()
			}
		}
	})
	_, err := rerun(ctx, client, 100)
	equal(t, "kind", KindOf(err), KindCancelled)
	var queue *QueueError
	if !errors.As(err, &queue) {
		t.Fatalf("got %v, want a QueueError", err)
	}
	equal(t, "datastore", queue.Datastore, int64(101))
	equal(t, "file", queue.File, logged)
	if _, err := os.Stat(queue.File); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"nothing was started", "another process on this machine is starting a Run on datastore 101", queue.File} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	equal(t, "requests", service.requests(), []string{readSource})
	other := scan(200, "success")
	other.Datastore = mockapi.Datastore{ID: 102, Name: "another"}
	service.Seed(other)
	if _, err := rerun(t.Context(), service.client, 200); err != nil {
		t.Errorf("on another datastore: %v", err)
	}
	process.wait(t)
	if _, err := rerun(t.Context(), service.client, 100); err != nil {
		t.Errorf("after that: %v", err)
	}
}

// If the lock file cannot be used, starts of this process still wait for each other. Nothing is
// created where a link leads.
func TestUnusableLockFile(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, caches, elsewhere, file string) error{
		"a file in place of the cache directory": func(_ *testing.T, caches, _, _ string) error {
			return errors.Join(os.Remove(caches), os.WriteFile(caches, nil, 0o600))
		},
		"a read-only cache directory": func(t *testing.T, caches, _, _ string) error {
			t.Helper()
			if os.Geteuid() == 0 || runtime.GOOS == "windows" {
				t.Skip("can write everywhere")
			}
			return os.Chmod(caches, 0o500)
		},
		"a link in place of the directory": func(_ *testing.T, caches, elsewhere, _ string) error {
			return os.Symlink(elsewhere, filepath.Join(caches, "terraform-provider-qualytics"))
		},
		"a link in place of the file": func(_ *testing.T, _, elsewhere, file string) error {
			return errors.Join(os.Mkdir(filepath.Dir(file), 0o700), os.Symlink(filepath.Join(elsewhere, "planted"), file))
		},
		"a link in place of the next file": func(_ *testing.T, _, elsewhere, file string) error {
			return errors.Join(os.Mkdir(filepath.Dir(file), 0o700), os.Symlink(filepath.Join(elsewhere, "planted"), file+".next"))
		},
		"a directory in place of the file": func(_ *testing.T, _, _, file string) error { return os.MkdirAll(file, 0o700) },
	} {
		t.Run(name, func(t *testing.T) {
			caches, elsewhere := filepath.Join(t.TempDir(), "caches"), t.TempDir()
			if err := os.Mkdir(caches, 0o700); err != nil {
				t.Fatal(err)
			}
			t.Setenv("XDG_CACHE_HOME", caches)
			if found, err := os.UserCacheDir(); err != nil || found != caches {
				t.Skip("the cache directory is elsewhere on this system")
			}
			logged := 0
			service := serve(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")}, func(config *Config) {
				config.Log = func(_ context.Context, message string, _ map[string]any) {
					if strings.Contains(message, "does not wait") {
						logged++
					}
				}
			})
			file := filepath.Join(caches, "terraform-provider-qualytics", service.client.locks.lockName(101))
			if err := spoil(t, caches, elsewhere, file); err != nil {
				t.Fatal(err)
			}
			if _, err := service.rerun(t); err != nil {
				t.Fatal(err)
			}
			equal(t, "log lines", logged, 1)
			entries, err := os.ReadDir(elsewhere)
			equal(t, "error", err, error(nil))
			equal(t, "files elsewhere", len(entries), 0)
		})
	}
}

// Only this user can write to the directory of the lock files.
func TestLockDirectory(t *testing.T) {
	caches := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", caches)
	if found, err := os.UserCacheDir(); err != nil || found != caches || runtime.GOOS == "windows" {
		t.Skip("the cache directory is elsewhere on this system")
	}
	existing := filepath.Join(caches, "terraform-provider-qualytics")
	if err := errors.Join(os.Mkdir(existing, 0o700), os.Chmod(existing, 0o777)); err != nil {
		t.Fatal(err)
	}
	directory, err := lockDirectory()
	equal(t, "error", err, error(nil))
	equal(t, "directory", directory, existing)
	info, err := os.Stat(directory)
	equal(t, "error", err, error(nil))
	equal(t, "permissions", info.Mode().Perm(), os.FileMode(0o700))

	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	t.Setenv("TMPDIR", caches)
	directory, err = lockDirectory()
	equal(t, "error", err, error(nil))
	equal(t, "without a cache directory", directory, filepath.Join(caches, fmt.Sprintf("terraform-provider-qualytics-%d", os.Getuid())))
}

// All notations of a URL have one lock.
func TestOneLockPerDeployment(t *testing.T) {
	name := func(url string) string { return newClient(t, url).locks.lockName(101) }
	for url, same := range map[string]bool{
		"https://A.example:443": true, "HTTPS://a.example:443/api/": true, "https://a.example": true,
		"http://a.example": false, "https://a.example:444": false, "https://a.example/b": false, "https://b.example": false,
	} {
		equal(t, url, name(url) == name("https://a.example/"), same)
	}
}
