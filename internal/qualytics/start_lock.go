// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"
)

// lockLogInterval is the interval between two log lines about a start that waits.
const lockLogInterval = 30 * time.Second

// startLocks makes the starts on one datastore wait for each other: those of one client in the
// order of their calls and, with lock files, those of all processes of one user on this machine
// that use the same deployment. Terraform starts a process for each provider block. Otherwise, two
// starts that lose their responses could adopt each other's Runs.
//
// Starts on different datastores do not wait for each other, because a Run is adopted only on the
// datastore of its request. All starts whose datastore is unknown share one lock: they adopt
// nothing, and are kept apart only so that their errors list fewer Runs.
type startLocks struct {
	deployment [sha256.Size]byte
	directory  func() (string, error) // of the lock files
	log        logFunc

	mutex  sync.Mutex
	queues map[int64][]*startTurn // by datastore, 0 if unknown; the first turn of each has begun
}

// startTurn is the turn of one start. Its fields are set when it begins.
type startTurn struct {
	locks     *startLocks
	datastore int64
	begun     chan struct{}
	file      *processLock // nil if it is still to be locked
	seen      *snapshot    // taken at the end of the previous turn; nil if starts of others may have followed
}

func newStartLocks(base *url.URL, log logFunc) *startLocks {
	return &startLocks{
		deployment: sha256.Sum256([]byte(canonicalURL(base))),
		directory:  lockDirectory, log: log, queues: map[int64][]*startTurn{},
	}
}

// QueueError reports that a start was still waiting for its turn when its context ended.
type QueueError struct {
	Datastore int64  // 0 if unknown
	Ahead     int    // earlier starts of this process on the datastore that had not ended
	File      string // the lock file that another process holds; empty if none
	Err       error  // the context's
}

func (e *QueueError) Error() string {
	on := "the datastore"
	if e.Datastore != 0 {
		on = fmt.Sprintf("datastore %d", e.Datastore)
	}
	switch {
	case e.File != "":
		return fmt.Sprintf("another process on this machine is starting a Run on %s and holds the lock file %s: %v", on, e.File, e.Err)
	case e.Ahead > 0:
		return fmt.Sprintf("%d earlier starts on %s have not ended: %v", e.Ahead, on, e.Err)
	}
	return e.Err.Error()
}

// Unwrap returns the context's error.
func (e *QueueError) Unwrap() error { return e.Err }

// acquire waits for the turn of a start on a datastore, 0 if unknown. The error is a [*QueueError].
// If the lock file is not usable, the lock does not cover other processes.
func (l *startLocks) acquire(ctx context.Context, datastore int64) (*startTurn, error) {
	if err := ctx.Err(); err != nil {
		return nil, &QueueError{Datastore: datastore, Err: err}
	}
	turn := &startTurn{locks: l, datastore: datastore, begun: make(chan struct{})}
	l.mutex.Lock()
	l.queues[datastore] = append(l.queues[datastore], turn)
	if l.queues[datastore][0] == turn {
		close(turn.begun)
	}
	l.mutex.Unlock()
	if err := turn.wait(ctx); err != nil {
		return nil, err
	}
	if turn.file != nil {
		return turn, nil
	}
	file, err := l.lockFile(ctx, datastore)
	switch {
	case err == nil:
		turn.file = file
	case ctx.Err() != nil:
		turn.release(nil)
		return nil, &QueueError{Datastore: datastore, File: file.path(), Err: ctx.Err()}
	default:
		l.log(ctx, "Qualytics start does not wait for other processes", map[string]any{"error": err.Error()})
	}
	return turn, nil
}

// wait waits for the earlier turns of this client.
func (t *startTurn) wait(ctx context.Context) error {
	l := t.locks
	for {
		select {
		case <-t.begun:
			return nil
		default:
		}
		ahead := l.ahead(t)
		l.log(ctx, "Qualytics start waits for earlier ones", map[string]any{"datastore": t.datastore, "ahead": ahead})
		select {
		case <-t.begun:
			return nil
		case <-time.After(lockLogInterval):
		case <-ctx.Done():
			ahead = l.ahead(t)
			t.leave()
			return &QueueError{Datastore: t.datastore, Ahead: ahead, Err: ctx.Err()}
		}
	}
}

func (l *startLocks) ahead(t *startTurn) int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return slices.Index(l.queues[t.datastore], t)
}

// leave ends a turn that has not been used.
func (t *startTurn) leave() {
	l := t.locks
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.queues[t.datastore][0] == t {
		t.pass(t.seen)
		return
	}
	l.queues[t.datastore] = slices.DeleteFunc(l.queues[t.datastore], func(other *startTurn) bool { return other == t })
}

// release ends the turn. seen is a snapshot that was taken after everything that this turn has
// started, or nil. The next turn of this client need not take another one if no other process gets
// its turn in between.
func (t *startTurn) release(seen *snapshot) {
	t.locks.mutex.Lock()
	defer t.locks.mutex.Unlock()
	t.pass(seen)
}

// pass begins the next turn of this client, or the one of another process that waits.
func (t *startTurn) pass(seen *snapshot) {
	waiting := t.locks.queues[t.datastore][1:]
	if t.file != nil && (len(waiting) == 0 || t.file.contested()) {
		t.file.unlock()
		t.file, seen = nil, nil
	}
	if len(waiting) == 0 {
		delete(t.locks.queues, t.datastore)
		return
	}
	t.locks.queues[t.datastore] = waiting
	waiting[0].file, waiting[0].seen = t.file, seen
	close(waiting[0].begun)
}
