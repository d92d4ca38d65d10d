// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// Without a lock file, starts of one client are still serialized: two starts on one datastore lose
// their responses, one of them after the effect. While the first searches for its Run, the second
// starts none that the first could adopt.
func TestOneStartAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success"), scan(200, "success")})
		service.client.locks.directory = noDirectory
		service.Inject(
			mockapi.Fault{Path: rerunPath, Status: 502, Delay: time.Second},
			mockapi.Fault{Path: "/api/operations/rerun/200", Status: 502, Delay: time.Second, AfterEffect: true},
		)
		var group sync.WaitGroup
		group.Go(func() {
			started, err := rerun(t.Context(), service.client, 100)
			if lost := new(*LostStartError); !errors.As(err, lost) {
				t.Errorf("the one without effect: %d, %v", started.ID, err)
			}
		})
		synctest.Wait()
		group.Go(func() {
			started, err := rerun(t.Context(), service.client, 200)
			equal(t, "the one with effect", started.ID, int64(201))
			equal(t, "error", err, error(nil))
		})
		group.Wait()
		equal(t, "Runs", service.ids(), []int64{100, 200, 201})
	})
}

// noDirectory is a lock directory that cannot be used, so that the lock covers one client only.
func noDirectory() (string, error) { return "", errors.New("no directory") }

// Starts on different datastores do not wait for each other. Those on one datastore start in the
// order of their calls, and so do those whose datastore is unknown.
func TestStartsSideBySide(t *testing.T) {
	const count = 5
	one, two := int64(101), int64(102)
	for name, test := range map[string]struct {
		datastores [count]*int64
		took       time.Duration
	}{
		"one datastore":       {[count]*int64{&one, &one, &one, &one, &one}, count * time.Second},
		"two datastores":      {[count]*int64{&one, &two, &two, &one, &two}, 3 * time.Second},
		"an unknown one, too": {[count]*int64{nil, &one, nil, &two, &two}, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := simulate(t, mockapi.Options{}, nil)
				var sources []*Operation
				for i, datastore := range test.datastores {
					run := scan(int64(100+i), "success")
					if datastore != nil {
						run.Datastore = mockapi.Datastore{ID: *datastore, Name: "a"}
					}
					service.Seed(run)
					sources = append(sources, &Operation{ID: run.ID, Type: TypeScan, Datastore: &Datastore{ID: datastore}})
				}
				service.Inject(mockapi.Fault{Method: http.MethodPut, Delay: time.Second, Times: mockapi.Always})
				began := time.Now()
				var group sync.WaitGroup
				for _, source := range sources {
					group.Go(func() {
						if _, err := service.client.Rerun(t.Context(), source, ""); err != nil {
							t.Error(err)
						}
					})
					synctest.Wait()
				}
				group.Wait()
				equal(t, "took", time.Since(began), test.took)
				synctest.Wait() // for the last look
				if test.took == count*time.Second {
					equal(t, "order", service.writes(), []string{
						"PUT /api/operations/rerun/100", "PUT /api/operations/rerun/101", "PUT /api/operations/rerun/102",
						"PUT /api/operations/rerun/103", "PUT /api/operations/rerun/104",
					})
					equal(t, "lists", len(service.requests())-count, count+1) // the look after a start is the snapshot of the next one
				}
			})
		})
	}
}

// A start that is given up while it waits neither loses the turn of the others nor takes it.
func TestWaitingIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		locks := newStartLocks(&url.URL{Scheme: "https", Host: "a"}, func(context.Context, string, map[string]any) {})
		first, err := locks.acquire(t.Context(), 101)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		got := make(chan int, 2)
		group.Go(func() {
			_, err := locks.acquire(ctx, 101)
			var queue *QueueError
			if !errors.As(err, &queue) || queue.Ahead != 1 || !strings.Contains(err.Error(), "1 earlier starts on datastore 101") {
				t.Errorf("got %v", err)
			}
		})
		synctest.Wait()
		for i := range 2 {
			group.Go(func() {
				turn, err := locks.acquire(t.Context(), 101)
				if err != nil {
					t.Error(err)
					return
				}
				got <- i
				turn.release(nil)
			})
			synctest.Wait()
		}
		cancel()
		synctest.Wait()
		equal(t, "begun too early", len(got), 0)
		first.release(nil)
		group.Wait()
		equal(t, "order", []int{<-got, <-got}, []int{0, 1})
		equal(t, "queues", len(locks.queues), 0)
	})
}

// The snapshot after a start is that of the next one, unless another process starts Runs in between.
func TestSnapshotIsPassedOn(t *testing.T) {
	for name, contested := range map[string]bool{"nobody else waits": false, "another process waits": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := &url.URL{Scheme: "https", Host: strings.ReplaceAll(name, " ", "-")}
				log := func(context.Context, string, map[string]any) {}
				mine, theirs := newStartLocks(base, log), newStartLocks(base, log)
				turns := make(chan string, 2)
				take := func(locks *startLocks, who string) *startTurn {
					turn, err := locks.acquire(t.Context(), 101)
					if err != nil {
						t.Fatal(err)
					}
					turns <- who
					return turn
				}
				first := take(mine, "first")
				<-turns
				var group sync.WaitGroup
				group.Go(func() {
					second := take(mine, "second")
					equal(t, "snapshot passed on", second.seen != nil, !contested)
					second.release(nil)
				})
				if contested {
					group.Go(func() { take(theirs, "theirs").release(nil) })
				}
				time.Sleep(time.Second)
				first.release(new(snapshot))
				if contested {
					equal(t, "next", <-turns, "theirs")
				}
				equal(t, "next", <-turns, "second")
				group.Wait()
			})
		})
	}
}

// Waiting for the turn ends in time for a response. The error says that nothing was started.
func TestWaitingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
		turn, err := service.client.locks.acquire(t.Context(), 101)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second+interruptGrace)
		defer cancel()
		began := time.Now()
		_, err = rerun(ctx, service.client, 100)
		equal(t, "took", time.Since(began), 15*time.Second)
		equal(t, "kind", failure(t, err).Kind, KindCancelled)
		equal(t, "a timeout", errors.Is(err, context.DeadlineExceeded), true)
		if !strings.Contains(err.Error(), "nothing was started") {
			t.Errorf("got %v, want an error that says that nothing was started", err)
		}
		equal(t, "requests", service.requests(), []string{readSource})
		turn.release(nil)
		if _, err := service.rerun(t); err != nil {
			t.Errorf("the next one: %v", err)
		}
	})
}

// Ten starts on a server that hangs all end within seconds after Ctrl-C.
func TestInterruptedWhileOthersWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
		source, err := service.client.Operation(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		service.Inject(
			mockapi.Fault{Method: http.MethodPut, Delay: time.Hour, Times: mockapi.Always},
			mockapi.Fault{Path: "/api/operations", Skip: 1, Delay: time.Hour, Times: mockapi.Always},
		)
		ctx, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		var mutex sync.Mutex
		interrupted, unsent := 0, 0
		for range 10 {
			group.Go(func() {
				_, err := service.client.Rerun(ctx, source, "")
				mutex.Lock()
				defer mutex.Unlock()
				if lost, ok := errors.AsType[*LostStartError](err); ok && lost.Interrupted {
					interrupted++
				} else if KindOf(err) == KindCancelled && strings.Contains(err.Error(), "nothing was started") {
					unsent++
				} else {
					t.Errorf("got %v", err)
				}
			})
		}
		time.Sleep(10 * time.Second)
		cancel()
		began := time.Now()
		group.Wait()
		equal(t, "took", time.Since(began), interruptGrace)
		equal(t, "interrupted requests", interrupted, 1)
		equal(t, "unsent requests", unsent, 9)
	})
}

// A request that has been sent may complete, and is searched for: within a few seconds after Ctrl-C,
// or before the deadline.
func TestInterrupted(t *testing.T) {
	const after = 15 * time.Second
	for name, test := range map[string]struct {
		fault mockapi.Fault
		took  time.Duration // after that
		found int64
	}{
		"response in time":            {fault: mockapi.Fault{Delay: after + 2*time.Second}, took: 2 * time.Second, found: 101},
		"no response, without effect": {fault: mockapi.Fault{Delay: time.Hour}, took: 3 * time.Second},
		"no response, with effect":    {fault: mockapi.Fault{Delay: time.Hour, AfterEffect: true}, took: 3 * time.Second, found: 101},
		"search":                      {fault: mockapi.Fault{Close: true}},
		"search, just before the Run": {fault: mockapi.Fault{Close: true, EffectAfter: 14 * time.Second}, found: 101},
		"search that hangs":           {fault: mockapi.Fault{Delay: time.Hour}, took: interruptGrace},
	} {
		for cause, end := range map[string]func(context.Context) (context.Context, context.CancelFunc){
			"timeout": func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithTimeout(ctx, after+interruptGrace)
			},
			"Ctrl-C": func(ctx context.Context) (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(ctx)
				time.AfterFunc(after, cancel)
				return ctx, cancel
			},
		} {
			t.Run(name+"/"+cause, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
					test.fault.Path = rerunPath
					service.Inject(test.fault)
					if test.took == interruptGrace {
						service.Inject(mockapi.Fault{Path: "/api/operations", Skip: 1, Delay: time.Hour, Times: mockapi.Always})
					}
					ctx, cancel := end(t.Context())
					defer cancel()
					began := time.Now()
					started, err := rerun(ctx, service.client, 100)
					equal(t, "took", time.Since(began), after+test.took)
					if test.found != 0 {
						equal(t, "error", err, error(nil))
						equal(t, "the Run", started.ID, test.found)
						return
					}
					lost, _ := notAdopted(t, started, err)
					equal(t, "interrupted", lost.Interrupted, true)
				})
			})
		}
	}
}

// A short deadline leaves a quarter of its time for a request to complete, and is kept.
func TestShortDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
		service.Inject(mockapi.Fault{Path: rerunPath, Delay: time.Hour, AfterEffect: true})
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		began := time.Now()
		started, err := rerun(ctx, service.client, 100)
		equal(t, "adopted", adopted(t, started, err), int64(101))
		equal(t, "took", time.Since(began), 3600*time.Millisecond)
	})
}
